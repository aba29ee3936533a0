"""The time: aware, UTC inside, Asia/Shanghai for people."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


def local(moment: datetime) -> datetime:
    """The same moment as a person here reads it from the wall (Asia/Shanghai)."""
    return moment.astimezone(SHANGHAI)


@dataclass(frozen=True)
class Deadline:
    """A point in monotonic time by which something has to be finished."""

    at: float  # seconds of time.monotonic()

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """The deadline that many seconds from now."""
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        """Seconds that remain, never below zero."""
        return max(0.0, self.at - time.monotonic())
