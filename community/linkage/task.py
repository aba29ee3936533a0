"""Nouns of the linkage room: volunteers, tasks, and who took which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PREFIX = "R"  # 任务: R-1120-3
LEASE = timedelta(hours=12)  # a taken task that is neither done nor given back becomes free again


class Standing(StrEnum):
    """Where a volunteer stands."""

    APPLIED = "applied"
    APPROVED = "approved"
    DECLINED = "declined"
    LEFT = "left"


class Status(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    DONE = "done"
    CANCELLED = "cancelled"
    LAPSED = "lapsed"


class Share(StrEnum):
    """Where one volunteer's part of a task stands."""

    TAKEN = "taken"
    DONE = "done"
    RELEASED = "released"
    LAPSED = "lapsed"


STANDINGS = {
    Standing.APPLIED: frozenset({Standing.APPROVED, Standing.DECLINED, Standing.LEFT}),
    Standing.APPROVED: frozenset({Standing.LEFT}),
    Standing.DECLINED: frozenset({Standing.APPLIED}),
    Standing.LEFT: frozenset({Standing.APPLIED}),
}

TRANSITIONS = {
    Status.OPEN: frozenset({Status.DONE, Status.CANCELLED, Status.LAPSED}),
    Status.DONE: frozenset[Status](),
    Status.CANCELLED: frozenset[Status](),
    Status.LAPSED: frozenset[Status](),
}

SHARES = {
    Share.TAKEN: frozenset({Share.DONE, Share.RELEASED, Share.LAPSED}),
    Share.DONE: frozenset[Share](),
    Share.RELEASED: frozenset({Share.TAKEN}),
    Share.LAPSED: frozenset({Share.TAKEN}),
}


class NotAllowed(Exception):
    """The state does not allow that step."""


class NotAVolunteer(Exception):
    """Only approved volunteers take tasks."""


class Full(Exception):
    """Every place of the task is taken."""


@dataclass(frozen=True)
class Volunteer:
    """A resident who offered to help, and whom a person approved."""

    id: str
    resident_id: str
    name: str
    area_code: str
    skills: tuple[str, ...]
    standing: Standing
    since: datetime


@dataclass(frozen=True)
class Task:
    """Something that volunteers can do, told without naming who needs it."""

    id: str
    number: str
    title: str
    details: str
    area_code: str
    need_id: str | None
    places: int  # how many volunteers it takes
    status: Status
    until: datetime  # lapses then
    made_by: str
    taken: int = 0  # places that are taken or done

    @property
    def free(self) -> int:
        """Places that are left."""
        return max(0, self.places - self.taken)


def move_standing(before: Standing, after: Standing) -> Standing:
    """The new standing. Raises NotAllowed."""
    if after not in STANDINGS[before]:
        raise NotAllowed(f"{before} to {after}")
    return after


def move(before: Status, after: Status) -> Status:
    """The task's new state. Raises NotAllowed."""
    if after not in TRANSITIONS[before]:
        raise NotAllowed(f"{before} to {after}")
    return after


def move_share(before: Share, after: Share) -> Share:
    """The share's new state. Raises NotAllowed."""
    if after not in SHARES[before]:
        raise NotAllowed(f"{before} to {after}")
    return after
