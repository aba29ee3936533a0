"""Nouns of the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What kind of thing leaves; each has its handler in the worker."""

    NEWS = "news"  # a text for one resident: by push where the account may, else with the next passive reply
    DUTY_ALERT = "duty_alert"  # the staff on duty have to look now
    FETCH_MEDIA = "fetch_media"  # bring a picture in before the channel lets it expire


class Status(StrEnum):
    """Where an item stands."""

    QUEUED = "queued"
    LEASED = "leased"
    SENT = "sent"
    FAILED = "failed"  # permanent
    UNKNOWN = "unknown"  # the answer was lost: it may or may not have arrived


class Outcome(StrEnum):
    """What one attempt came to."""

    SENT = "sent"
    RETRY = "retry"
    FAILED = "failed"
    UNKNOWN = "unknown"


OPEN = (Status.QUEUED, Status.LEASED)
LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 8


@dataclass(frozen=True)
class Item:
    """One thing that leaves."""

    id: str
    kind: Kind
    resident_id: str | None
    payload: Mapping[str, Any]
    attempts: int  # made before this one
    created_at: datetime
    leased_until: datetime | None


def backoff(attempts: int, jitter: float) -> timedelta:
    """How long to wait after that many failed attempts: 2, 4, 8 … seconds up to ten minutes.

    `jitter` in 0..1 spreads it between half and the whole ("equal jitter", AWS Architecture Blog 2015).
    """
    seconds = min(600.0, 2.0 ** max(1, attempts))
    return timedelta(seconds=seconds / 2 + seconds / 2 * jitter)


def settled(outcome: Outcome, attempts: int) -> Status:
    """The state after an attempt; `attempts` counts it. Retries end in failure."""
    if outcome is Outcome.RETRY:
        return Status.QUEUED if attempts < MOST_ATTEMPTS else Status.FAILED
    return Status(outcome)
