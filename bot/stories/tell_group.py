"""A text for a staff group: posted with the decision, said by the group's robot at its own pace."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa

from bot.channels.push import Pushed
from bot.outbox import desk as outbox
from bot.outbox.item import Item, Kind, LeaseLost, Outcome, Result
from bot.stories.deliver import result_of


class GroupRobot(Protocol):
    """What is used of `Robot`."""

    def post(self, text: str, *, mention: Sequence[str] = ()) -> Pushed:
        """Say it in the group."""
        ...


def tell_group(conn: sa.Connection, group: str, text: str, *, mention: Sequence[str] = (), now: datetime) -> str:
    """Put a text on its way to a group, by the name of its robot in the configuration. Returns the item's id."""
    payload = {"group": group, "text": text, "mention": list(mention)}
    return outbox.post(conn, Kind.GROUP_MESSAGE, payload, now=now)


def deliver_to_group(
    engine: sa.Engine, item: Item, *, robots: Mapping[str, GroupRobot], now: Callable[[], datetime]
) -> Result:
    """Handler of Kind.GROUP_MESSAGE. A lost answer is repeated: a group can bear a doublet."""
    robot = robots.get(item.payload["group"])
    if robot is None:
        return Result(Outcome.FAILED, "no robot of that name")
    try:
        with engine.begin() as conn:
            outbox.begin(conn, item, now=now())
    except LeaseLost:
        return Result(Outcome.WAIT, "too little of the lease was left", now())
    pushed = robot.post(item.payload["text"], mention=item.payload["mention"])
    return result_of(pushed, item, repeat=True, now=now())
