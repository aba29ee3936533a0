"""Nouns of the outbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple


class Kind(StrEnum):
    """What kind of thing leaves; each has its handler in the worker.

    The order is the order of claiming: danger first, and thousands of notices last.
    """

    DUTY_ALERT = "duty_alert"  # the staff on duty have to look now
    OPERATIONS = "operations"  # whoever looks after the installation has to do something
    GROUP_MESSAGE = "group_message"  # a text for a staff group, through its robot
    NEWS = "news"  # a text for one resident: by push where the account may, else with the next passive reply
    FETCH_MEDIA = "fetch_media"  # bring a picture in before the channel lets it expire
    BROADCAST = "broadcast"  # a notice to many, for one of them


class Status(StrEnum):
    """Where an item stands."""

    QUEUED = "queued"
    WAITING = "waiting"  # cannot be pushed now: comes with a passive reply, or is tried again when due
    LEASED = "leased"
    SENT = "sent"
    FAILED = "failed"  # permanent
    UNKNOWN = "unknown"  # the answer was lost: it may or may not have arrived
    WITHDRAWN = "withdrawn"  # cancelled or over before it left


class Outcome(StrEnum):
    """What one attempt came to."""

    SENT = "sent"
    RETRY = "retry"
    WAIT = "wait"  # until the resident writes, or until a moment; not counted as an attempt
    FAILED = "failed"
    UNKNOWN = "unknown"
    WITHDRAWN = "withdrawn"


class Result(NamedTuple):
    """What a handler says of one attempt. `due_at`: not before that moment, instead of the backoff's."""

    outcome: Outcome
    detail: str = ""
    due_at: datetime | None = None


OPEN = (Status.QUEUED, Status.WAITING, Status.LEASED)
READY = (Status.QUEUED, Status.WAITING)  # nobody is at work on it
FAR = datetime(9999, 1, 1, tzinfo=UTC)  # never by itself
LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 8
MOST_REPLY_BYTES = 2_048  # PLATFORM: a passive text reply
FRAME_BYTES = 48  # what the wording puts around one piece of news
MARGIN = timedelta(seconds=25)  # what one push may take (two tries of eleven seconds); less left is too late


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


class LeaseLost(Exception):
    """The item is no longer this worker's, or will not be for long enough to send it."""


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
    return Status.WAITING if outcome is Outcome.WAIT else Status(outcome)
