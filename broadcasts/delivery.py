"""Nouns of the deliveries: one notice to one person, as it was frozen at approval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

BATCH = 500  # deliveries posted in one transaction: short enough to let a message in between


class Status(StrEnum):
    """Where a delivery stands. From POSTED on it follows its item in the outbox."""

    QUEUED = "queued"  # frozen, waits for the time to send
    POSTED = "posted"  # in the outbox: on its way, or tried again
    WAITING = "waiting"  # no push possible: comes with the person's next message
    SENT = "sent"
    UNREACHABLE = "unreachable"  # does not want notices: a knock on the door
    FAILED = "failed"
    UNKNOWN = "unknown"  # the answer was lost: it may or may not have arrived
    WITHDRAWN = "withdrawn"  # cancelled or expired before it left


UNFINISHED = (Status.QUEUED, Status.POSTED)
FOLLOWED = (Status.POSTED, Status.WAITING)
# Nobody can say that these have been told.
NOT_TOLD = (Status.WAITING, Status.UNREACHABLE, Status.FAILED, Status.UNKNOWN)


@dataclass(frozen=True)
class Frozen:
    """What is sent: copied at approval, naming nothing that can change."""

    broadcast_id: str
    number: str
    title: str
    text: str  # the whole message
    severity: str
    asks_receipt: bool
    approvers: tuple[str, ...]
    send_at: datetime
    valid_until: datetime
    told_already: int = 0  # meant too, but told in person: counted, never named


@dataclass(frozen=True)
class Progress:
    """How far a broadcast has come: people by state, and how many answered."""

    by_status: Mapping[Status, int]
    receipts: int

    @property
    def people(self) -> int:
        """Everybody whom it was meant for."""
        return sum(self.by_status.values())


@dataclass(frozen=True)
class Door:
    """One place of the grid worker's round: how many there were not told, or have not answered."""

    area_code: str
    people: int
