"""The simulator's town: the demo community's people, talking through the same pipeline as WeChat."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from bot.channels import simulator_push
from bot.inbox import desk as inbox
from bot.inbox.desk import Exchange
from bot.inbox.message import Incoming, Kind
from bot.web.simulator import Building, Person, Turn
from community.areas import desk as areas
from community.areas.area import Level
from community.residents import desk as residents

CHANNEL = "simulator"


class SimulatedTown:
    """Implements the simulator's Town on the real rooms."""

    def __init__(
        self,
        engine: sa.Engine,
        answer: Callable[[Incoming], str],
        *,
        app: str,
        branch: str,
        community: Callable[[], str],
        again: Callable[[], None],
    ) -> None:
        self._engine = engine
        self._answer = answer
        self._app = app
        self._branch = branch
        self._community = community
        self._again = again

    def community(self) -> str:
        """The community's name."""
        return self._community()

    def residents(self) -> list[Person]:
        """Everybody of the simulator's channel, by place."""
        with self._engine.connect() as conn:
            return [
                Person(one.openid, one.name or "新居民", areas.name(conn, one.area_code), "、".join(one.tags))
                for one in residents.of_channel(conn, CHANNEL, self._branch)
            ]

    def buildings(self) -> list[Building]:
        """Every building of the community."""
        with self._engine.connect() as conn:
            return [Building(one.code, one.name) for one in areas.within(conn, self._branch, Level.BUILDING)]

    def history(self, sender: str) -> list[Turn]:
        """What the resident and the account have said, oldest first."""
        with self._engine.connect() as conn:
            resident = residents.find(conn, channel=CHANNEL, app=self._app, openid=sender)
            exchanges = inbox.conversation(conn, resident.id) if resident else []
            pushed = simulator_push.shown_to(conn, sender)
        turns = [turn for exchange in exchanges for turn in _turns(exchange)]
        turns += [Turn(one.id, one.at, False, Kind.TEXT, one.text) for one in pushed]
        return sorted(turns, key=lambda turn: turn.at)

    def say(self, incoming: Incoming) -> str:
        """The reply of the pipeline; the channel's own code path from here on."""
        return self._answer(incoming)

    def restart(self) -> None:
        """The story begins again."""
        self._again()


def _turns(exchange: Exchange) -> list[Turn]:
    turns = [Turn(exchange.id, exchange.at, True, exchange.kind, exchange.text or exchange.event_key)]
    if exchange.reply:
        turns.append(Turn(f"{exchange.id}-reply", exchange.at, False, Kind.TEXT, exchange.reply))
    return turns
