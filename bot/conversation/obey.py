"""The commands: what a resident orders is done at once."""

from __future__ import annotations

from collections.abc import Callable

from bot.conversation import progress, wording
from bot.conversation.commands import Command
from bot.conversation.context import Context, Waiting
from bot.conversation.tell import tell_article
from bot.conversation.turn import Turn
from bot.inbox import desk as inbox
from bot.stories.erase_resident import erase_resident
from bot.stories.settle_resident import home
from broadcasts import desk as broadcasts
from community.linkage import desk as linkage
from community.linkage.task import Standing
from community.residents import desk as residents


def obey(turn: Turn, command: Command) -> str:
    """Do it; returns what is said."""
    return _OBEY[command](turn)


def _show_menu(turn: Turn) -> str:
    turn.awaited = Context(Waiting.MENU)
    return wording.MENU


def _show_data(turn: Turn) -> str:
    return wording.my_data(
        place=home(turn.conn, turn.resident.area_code, turn.resident.room),
        name=turn.resident.name,
        notices=turn.resident.notices,
        messages=inbox.count_of(turn.conn, turn.resident.id),
        since=turn.resident.since,
    )


def _ask_erasure(turn: Turn) -> str:
    turn.awaited = Context(Waiting.ERASURE)
    return wording.ERASE


def erase(turn: Turn) -> str:
    """Nothing of the resident stays, and nothing more is written about them."""
    erase_resident(turn.conn, turn.resident.id)
    turn.erased = True
    return wording.ERASED


def _refuse_notices(turn: Turn) -> str:
    residents.refuse_notices(turn.conn, turn.resident.id)
    return wording.NOTICES_OFF


def _want_notices(turn: Turn) -> str:
    residents.want_notices(turn.conn, turn.resident.id)
    return wording.NOTICES_ON


def _receive(turn: Turn) -> str:
    title = broadcasts.receive(turn.conn, turn.resident.id, now=turn.now)
    return wording.received(title) if title else wording.CHAT


def _volunteer(turn: Turn) -> str:
    return f"{tell_article(turn, wording.VOLUNTEER_SLUG)}\n{wording.SIGN_UP_HINT}"


def _sign_up(turn: Turn) -> str:
    """The resident offers to help; a person has to approve."""
    before = linkage.volunteer_of(turn.conn, turn.resident.id)
    if before is not None and before.standing is Standing.APPROVED:
        return wording.ALREADY_APPROVED
    one = turn.resident
    linkage.apply(turn.conn, resident_id=one.id, name=one.name, area_code=one.area_code, skills=[], now=turn.now)
    waiting = before is not None and before.standing is Standing.APPLIED
    return wording.ALREADY_SIGNED_UP if waiting else wording.SIGNED_UP


_OBEY: dict[Command, Callable[[Turn], str]] = {
    Command.MENU: _show_menu,
    Command.ASK: lambda turn: wording.ASK,
    Command.NEED_HELP: lambda turn: wording.NEED_HELP,
    Command.PROGRESS: lambda turn: progress.of_resident(turn.conn, turn.resident.id),
    Command.NUMBERS: lambda turn: tell_article(turn, wording.NUMBERS_SLUG),
    Command.MY_DATA: _show_data,
    Command.ERASE: _ask_erasure,
    Command.CONFIRM_ERASURE: erase,
    Command.REFUSE_NOTICES: _refuse_notices,
    Command.WANT_NOTICES: _want_notices,
    Command.RECEIVED: _receive,
    Command.VOLUNTEER: _volunteer,
    Command.SIGN_UP: _sign_up,
}
