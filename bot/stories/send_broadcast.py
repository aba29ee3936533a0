"""A notice to many: whom it would reach, and what is due of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.stories.deliver import WroteAt
from broadcasts import audience as nouns
from broadcasts import scheduler
from broadcasts.audience import Audience, Means, Reach, Recipient
from broadcasts.desk import MayApprove
from community.areas import desk as areas
from community.areas.area import Level
from community.residents import desk as residents
from community.residents.resident import Resident

MOST_ROUNDS = 400  # of one batch each: two hundred thousand people, then the next tick goes on


@dataclass(frozen=True)
class Directory:
    """Finds people. `of_role` gives the ids of the residents who bear a role, e.g. "volunteer"."""

    channels: tuple[str, ...]
    wrote_at: WroteAt
    of_role: Callable[[sa.Connection, str], Collection[str]]

    def residents_of(self, conn: sa.Connection, audience: Audience) -> list[Recipient]:
        """Everybody whom the audience means, once, by area and id (`broadcasts.audience.ResidentsOf`)."""
        living = {
            one.id: one
            for code in audience.areas
            for channel in self.channels
            for one in residents.of_channel(conn, channel, code)
        }
        bearing = {one for role in audience.roles for one in self.of_role(conn, role)}
        meant = [one for one in living.values() if _is_meant(one, audience, bearing)]
        wrote = self.wrote_at(conn, [one.id for one in meant])
        found = [_recipient(one, wrote.get(one.id)) for one in meant]
        return sorted(found, key=lambda one: (one.area_code, one.resident_id))


def preview(
    conn: sa.Connection, audience: Audience, *, directory: Directory, means: Mapping[str, Means], now: datetime
) -> Reach:
    """Whom it would reach by which route, and behind which doors it would not: for author and approver."""
    buildings = {one.code for code in audience.areas for one in areas.within(conn, code, Level.BUILDING)}
    people = directory.residents_of(conn, audience)
    return nouns.preview(people, means=means, buildings=sorted(buildings), now=now)


def buildings_meant(conn: sa.Connection, words: str, *, branch: str) -> tuple[str, ...]:
    """Area codes of "3-27号楼、30栋" within a branch of the tree.

    Raises audience.NotUnderstood, NoSuchBuilding, AmbiguousBuilding.
    """
    standing: dict[str, list[str]] = {}
    for area in areas.within(conn, branch, Level.BUILDING):
        standing.setdefault(area.number.upper(), []).append(area.code)
    return nouns.parse_buildings(words, standing)


def send_due(engine: sa.Engine, *, may_approve: MayApprove, now: Callable[[], datetime]) -> int:
    """The scheduler's tick: short transactions until nothing is left to post. Returns how many were posted."""
    posted = 0
    for _ in range(MOST_ROUNDS):
        with engine.begin() as conn:
            done = scheduler.due(conn, may_approve=may_approve, now=now())
        posted += done.posted
        if not done.posted:
            break
    return posted


def _is_meant(one: Resident, audience: Audience, bearing: Collection[str]) -> bool:
    if not audience.tags and not audience.roles:
        return True
    return one.id in bearing or not set(audience.tags).isdisjoint(one.tags)


def _recipient(one: Resident, wrote_at: datetime | None) -> Recipient:
    return Recipient(
        resident_id=one.id,
        channel=one.channel,
        app=one.app,
        openid=one.openid,
        area_code=one.area_code,
        notices=one.notices,
        wrote_at=wrote_at,
        room=one.room,
    )
