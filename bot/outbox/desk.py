"""The verbs of the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.outbox import item as nouns
from bot.outbox import ledger
from bot.outbox.item import FAR, MARGIN, MOST_REPLY_BYTES, Item, Kind, LeaseLost, Outcome, Status
from bot.tables import new_id


def post(
    conn: sa.Connection,
    kind: Kind,
    payload: Mapping[str, Any],
    *,
    resident_id: str | None = None,
    expires_at: datetime | None = None,
    now: datetime,
) -> str:
    """Put something on its way, in the transaction of the decision. Returns the item's id.

    After `expires_at` it is neither claimed nor told.
    """
    leaving = Leaving(new_id(), resident_id, payload)
    post_many(conn, kind, [leaving], expires_at=expires_at, now=now)
    return leaving.id


@dataclass(frozen=True)
class Leaving:
    """One of many that are put on their way together; `id` is a fresh one (`bot.tables.new_id`)."""

    id: str
    resident_id: str | None
    payload: Mapping[str, Any]


def post_many(
    conn: sa.Connection, kind: Kind, leaving: Sequence[Leaving], *, expires_at: datetime | None, now: datetime
) -> None:
    """`post` for a batch: one statement, whatever its length."""
    rows = [(one.id, one.resident_id, one.payload) for one in leaving]
    ledger.add(conn, rows, kind=kind, expires_at=expires_at, now=now)


def claim(conn: sa.Connection, kinds: Sequence[Kind], *, now: datetime, limit: int = 20) -> list[Item]:
    """Lease due items; nobody else gets them until the lease ends."""
    return ledger.claim(conn, kinds, now=now, until=now + nouns.LEASE, limit=limit)


def begin(conn: sa.Connection, item: Item, *, now: datetime) -> bool:
    """Note, before the network is touched, that the item is about to leave.

    Returns True if an earlier attempt began and never came back (its worker was killed, or its answer
    lost): it may have arrived already. Raises LeaseLost.
    """
    if item.leased_until is None or item.leased_until - now < MARGIN:
        raise LeaseLost(item.id)
    return ledger.begin(conn, item, now=now)


def settle(
    conn: sa.Connection,
    item: Item,
    outcome: Outcome,
    *,
    detail: str = "",
    due_at: datetime | None = None,
    jitter: float,
    now: datetime,
) -> None:
    """Record what an attempt came to. Raises Stale if the lease had run out and another took it.

    `due_at` takes the place of the backoff; without it, what waits is never due by itself.
    """
    waits = outcome is Outcome.WAIT
    tried = item.attempts + (0 if waits else 1)
    ledger.settle(
        conn,
        item,
        outcome=outcome,
        status=nouns.settled(outcome, tried),
        attempts=tried,
        detail=detail,
        due_at=due_at or (FAR if waits else now + nouns.backoff(tried, jitter)),
        now=now,
    )


def take_news(
    conn: sa.Connection, resident_id: str, *, now: datetime, limit: int = 2, room: int = MOST_REPLY_BYTES
) -> list[str]:
    """Texts that waited for the resident and come with the reply now being made.

    `room` is what the reply leaves free, in bytes: what does not fit whole waits for the next one.
    """
    return ledger.take_news(conn, resident_id, limit=limit, room=room, now=now)


def erase(conn: sa.Connection, resident_id: str) -> None:
    """Nothing that was on its way to the resident stays."""
    ledger.erase(conn, resident_id)


def withdraw(conn: sa.Connection, item_ids: sa.Select[str], *, why: str, now: datetime) -> int:
    """What a selection of item ids names and nobody is sending just now does not leave. Returns how many."""
    return ledger.withdraw(conn, item_ids, why=why, now=now)


def items_in(status: Status) -> sa.Select[str]:
    """Selection of the ids of all items in a state, for a room that follows what it posted."""
    return ledger.ids_in(status)


def waiting(conn: sa.Connection) -> dict[Kind, int]:
    """How many items of each kind are not settled."""
    return ledger.waiting(conn)
