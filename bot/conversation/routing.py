"""From what a message is to what is done about it. Pure: tested as a table."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.conversation import commands
from bot.conversation.commands import Command
from bot.conversation.context import Context, Waiting
from bot.conversation.decision import (
    Acknowledge,
    Confide,
    Decision,
    FileQuestion,
    Forget,
    GiveFirstAid,
    JudgeNeed,
    KeepMedia,
    LiveAt,
    Obey,
    OfferChoices,
    OpenNeed,
    PlaceNeed,
    ReportClaim,
    SettleAt,
    Step,
    TellArticle,
    Welcome,
    WorkOnTask,
)
from bot.conversation.look_up import Found, LookUp
from bot.inbox.message import Incoming, Kind
from nlp.analysis import Analysis
from nlp.emergency import Emergency
from nlp.emergency.kinds import KINDS
from nlp.taxonomy import Intent

_ACTIONABLE = {Intent.HELP, Intent.COMPLAINT, Intent.REPORT}
_SOCIAL = {Intent.PRAISE, Intent.OFFER, Intent.SUGGESTION, Intent.SHARING, Intent.CHAT}
MOST_PARTS = 3
LONGEST_PLACE = 20  # characters: more than that tells of something else as well
_AT_HOME = re.compile(r"\s*(我|我们|我家|本人|俺)?(就|是)?(住|家在|搬到)")


def decide(incoming: Incoming, analysis: Analysis | None, context: Context, look_up: LookUp) -> Decision:
    """What to do about one message.

    `analysis` is None where there is no text to analyse. `look_up` searches the knowledge base; it is
    asked only where its answer matters. Danger comes first, then what is not for every reader, then orders,
    then what was waited for.
    """
    if incoming.is_event:
        return Decision((_event(incoming),))
    if analysis is None:
        return Decision((KeepMedia(incoming.kind),))
    step = (
        _before_all(analysis, look_up)
        or _task(incoming.text)
        or _order(incoming.text)
        or _awaited(incoming.text, analysis, context)
    )
    if step is not None:
        return Decision((step,))
    return Decision(_steps(incoming.kind, analysis, look_up))


def _event(incoming: Incoming) -> Step:
    if incoming.kind is Kind.UNSUBSCRIBE:
        return Forget()
    if incoming.kind is Kind.CLICK:
        return Obey(commands.clicked(incoming.event_key))
    if incoming.event_key:
        return SettleAt(incoming.event_key, welcome=incoming.kind is Kind.SUBSCRIBE)
    return Welcome()


def _before_all(analysis: Analysis, look_up: LookUp) -> Step | None:
    """Danger, then what is not for every reader: the whole message, since its other parts may tell who is meant."""
    if analysis.emergency is not None:
        return _first_aid(analysis, look_up)
    return Confide(analysis.urgency, analysis.text, analysis.places) if analysis.accusation else None


def _task(text: str) -> Step | None:
    said = commands.task_word(text)
    return WorkOnTask(said) if said is not None else None


def _first_aid(analysis: Analysis, look_up: LookUp) -> Step:
    assert analysis.emergency is not None
    danger = with_best_steps(analysis.emergency, look_up(analysis.text))
    kind = KINDS.get(danger.kind)  # none where the model alone suspects it: then its need is the best word
    category = kind.need if kind else analysis.need.value or "other"
    return GiveFirstAid(danger, category, analysis.text, analysis.places)


def with_best_steps(danger: Emergency, found: Found) -> Emergency:
    """The danger with the article that fits the words better than the rule's own: a pan on fire is put out
    otherwise than a flat. Only first aid that names the same number to call first may take its place.
    """
    if found.told and danger.call[0] in found.calls:
        return replace(danger, slug=found.told[0])
    return danger


def _order(text: str) -> Step | None:
    judged = commands.judged(text)
    if judged is not None:
        return JudgeNeed(*judged)
    command = commands.read(text)
    # A confirmation is obeyed only when it was asked for: see `_awaited`.
    return Obey(command) if command and command is not Command.CONFIRM_ERASURE else None


def _awaited(text: str, analysis: Analysis, context: Context) -> Step | None:
    """What the resident answers to what was asked last; a stray digit shows the menu."""
    if context.waiting is Waiting.ERASURE and commands.read(text) is Command.CONFIRM_ERASURE:
        return Obey(Command.CONFIRM_ERASURE)
    number = commands.digit(text)
    if number is not None:
        return _picked(number, context)
    if analysis.places and len(text) <= LONGEST_PLACE:
        if _AT_HOME.match(text) or context.waiting is Waiting.HOME:
            return LiveAt(analysis.places)
        if context.waiting is Waiting.PLACE:
            return PlaceNeed(context.options[0], analysis.places)
    if commands.read(text) is Command.CONFIRM_ERASURE:
        return Obey(Command.ERASE)
    return None


def _picked(number: int, context: Context) -> Step:
    if context.waiting is Waiting.CHOICE and 1 <= number <= len(context.options):
        return TellArticle(context.options[number - 1])
    if context.waiting in {Waiting.MENU, Waiting.HOME} and 1 <= number <= len(commands.MENU):
        return Obey(commands.MENU[number - 1])
    return Obey(Command.MENU)


def _steps(kind: Kind, analysis: Analysis, look_up: LookUp) -> tuple[Step, ...]:
    parts = analysis.parts[:MOST_PARTS] or (analysis,)
    steps: list[Step] = []
    for part in parts:
        for step in _part(kind, part, look_up):
            if not any(_says_the_same(step, other) for other in steps):
                steps.append(step)
    # Small talk around a request needs no answer of its own.
    weighty = [step for step in steps if not isinstance(step, Acknowledge)]
    return tuple(weighty or steps[:1])


def _says_the_same(step: Step, other: Step) -> bool:
    if isinstance(step, OpenNeed) and isinstance(other, OpenNeed):
        return step.category == other.category
    return step == other or (isinstance(step, FileQuestion | OfferChoices) and type(step) is type(other))


def _part(kind: Kind, part: Analysis, look_up: LookUp) -> list[Step]:
    """The steps for one request. A claim may come with a need: both are opened."""
    steps: list[Step] = []
    # Small talk that might be something else is not filed for a person: it would bury what is.
    intent = part.intent.value or (Intent.CHAT if part.intent.best == Intent.CHAT else None)
    if part.claim:
        steps.append(_claim(part, look_up))
    if intent in _ACTIONABLE or (part.need.value and intent == Intent.INQUIRY):
        asked = intent == Intent.INQUIRY
        steps.append(OpenNeed(part.need.value or "other", part.urgency, part.text, part.places, asked))
        if asked or intent == Intent.HELP:
            steps += [TellArticle(slug) for slug in look_up(part.text).told]
        return steps
    if steps:
        return steps
    if intent in _SOCIAL:
        told = look_up(part.text).told if intent == Intent.CHAT else ()
        return [TellArticle(told[0])] if told else [_social(kind, part)]
    return [_answer(part.text, look_up)]


def _claim(part: Analysis, look_up: LookUp) -> Step:
    found = look_up(part.text)
    harm = part.harm or "low"
    return ReportClaim(part.text, harm, (found.told or found.choices)[:1])


def _social(kind: Kind, part: Analysis) -> Step:
    intent = Intent.SHARING if kind is Kind.LINK else part.intent.value or Intent.CHAT
    return Acknowledge(intent, part.text)


def _answer(text: str, look_up: LookUp) -> Step:
    found = look_up(text)
    if found.told:
        return TellArticle(found.told[0])
    if found.choices:
        return OfferChoices(found.choices)
    return FileQuestion(text)
