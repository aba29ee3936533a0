"""Nouns of learning: a training, the states it goes through, when the next one is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.clock import local

SYSTEM = "system"  # who asks when nobody does: the week
LEASE = timedelta(minutes=5)  # renewed while a training runs; it outlives a short absence of the database
MOST_ATTEMPTS = 3  # a training that takes its worker down with it is not begun for ever
MONDAY, AT_NIGHT = 0, 3  # 03:00 in Shanghai: few write


class AlreadyRunning(Exception):
    """A training runs already; another one can be asked for when it has ended."""


class Status(StrEnum):
    """Where a training stands. What has ended stays as it is."""

    WAITING = "waiting"
    RUNNING = "running"
    USED = "used"  # the new model answers
    HELD = "held"  # good enough, but a person chose the one in use: it waits for a person
    WORSE = "worse"  # a figure fell beyond noise: not put in use, not kept
    NOTHING = "nothing"  # no correction counts that was not learned from already
    FAILED = "failed"


OPEN = frozenset({Status.WAITING, Status.RUNNING})


@dataclass(frozen=True)
class Training:
    """One training: asked for, due, run, ended. `model` is the hash of what came of it, None without.

    `report` holds figures and counts, never anybody's words. `fault` says what broke, for whoever keeps the machine.
    """

    id: str
    asked_by: str  # account id, or SYSTEM
    due_at: datetime
    status: Status = Status.WAITING
    leased_until: datetime | None = None
    attempts: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None
    corrections: int = 0  # messages that taught
    basis: str = ""  # a hash of what was learned from
    model: str | None = None
    report: Mapping[str, Any] | None = None
    fault: str = ""

    def is_due(self, now: datetime) -> bool:
        """Whether a worker may begin it: its time has come, or the one who ran it has not been heard of."""
        if self.status is Status.RUNNING:
            return self.leased_until is not None and self.leased_until <= now
        return self.status is Status.WAITING and self.due_at <= now


def next_due(now: datetime, *, after: Status) -> datetime:
    """The night to Monday; after one that failed, the next night."""
    night = local(now).replace(hour=AT_NIGHT, minute=0, second=0, microsecond=0)
    night += timedelta(days=1) if night <= now else timedelta(0)
    if after is not Status.FAILED:
        night += timedelta(days=(MONDAY - night.weekday()) % 7)
    return night
