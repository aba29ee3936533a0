"""The verbs of learning: plan the next training, ask for one now, take it, keep it, end it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.learning import ledger
from bot.learning.training import LEASE, MOST_ATTEMPTS, SYSTEM, AlreadyRunning, Status, Training, next_due
from bot.tables import new_id


@dataclass(frozen=True)
class Ending:
    """What came of a training."""

    status: Status
    corrections: int = 0
    basis: str = ""
    model: str | None = None
    report: Mapping[str, Any] | None = None
    fault: str = ""


def plan(conn: sa.Connection, *, now: datetime, after: Status = Status.NOTHING) -> None:
    """See to it that a training is due some night, unless one is open."""
    ledger.add(conn, Training(new_id(), SYSTEM, next_due(now, after=after)))


def ask(conn: sa.Connection, *, by: str, now: datetime) -> Training:
    """A person wants a training now; one that waits for its night is brought forward. Raises AlreadyRunning, Stale."""
    plan(conn, now=now)
    before = ledger.open_one(conn)
    assert before is not None  # planned just now
    if before.status is Status.RUNNING:
        raise AlreadyRunning(before.id)
    after = replace(before, asked_by=by, due_at=min(before.due_at, now))
    ledger.move(conn, before, after)
    return after


def claim(conn: sa.Connection, *, now: datetime) -> Training | None:
    """Take the training that is due, or whose worker has not been heard of; None if there is none.

    Where none is open yet, the next is planned. One that has taken down too many workers is ended as failed.
    Raises Stale if another worker was quicker.
    """
    before = ledger.open_one(conn)
    if before is None:
        plan(conn, now=now)
    if before is None or not before.is_due(now):
        return None
    if before.attempts >= MOST_ATTEMPTS:
        end(conn, before, Ending(Status.FAILED, fault="the worker ended in the middle, again and again"), now=now)
        return None
    after = replace(
        before,
        status=Status.RUNNING,
        attempts=before.attempts + 1,
        leased_until=now + LEASE,
        started_at=now,
    )
    ledger.move(conn, before, after)
    return after


def renew(conn: sa.Connection, training: Training, *, now: datetime) -> None:
    """The worker is still at it. Raises Stale if another one has taken over."""
    ledger.move(conn, training, replace(training, leased_until=now + LEASE))


def release(conn: sa.Connection, training: Training, *, now: datetime) -> None:
    """The worker ends before the training does: another may begin at once. Raises Stale."""
    ledger.move(conn, training, replace(
        training, status=Status.WAITING, attempts=training.attempts - 1, leased_until=None, due_at=now))  # fmt: skip


def end(conn: sa.Connection, training: Training, ending: Ending, *, now: datetime) -> Training:
    """Write what came of it, and plan the next one. Raises Stale if another worker has taken over."""
    after = replace(training, **vars(ending), ended_at=now, leased_until=None)
    ledger.move(conn, training, after)
    plan(conn, now=now, after=ending.status)
    return after


def current(conn: sa.Connection) -> Training | None:
    """The training that waits for its time or runs."""
    return ledger.open_one(conn)


def ended(conn: sa.Connection, *, limit: int = 30) -> list[Training]:
    """What came of the newest trainings, newest first."""
    return ledger.ended(conn, limit=limit)


def get(conn: sa.Connection, training_id: str) -> Training | None:
    """The training of that id."""
    return ledger.get(conn, training_id)


def last_basis(conn: sa.Connection) -> str:
    """What was learned from when a training last came to a judgement; "" for never."""
    return ledger.last_basis(conn)


def by_model(conn: sa.Connection) -> dict[str, Training]:
    """The training that made each model, by the model's hash."""
    return ledger.by_model(conn)
