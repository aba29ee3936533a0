"""The verbs of the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.outbox import item as nouns
from bot.outbox import ledger
from bot.outbox.item import Item, Kind, Outcome
from bot.tables import new_id


def post(
    conn: sa.Connection,
    kind: Kind,
    payload: Mapping[str, Any],
    *,
    resident_id: str | None = None,
    now: datetime,
) -> str:
    """Put something on its way, in the transaction of the decision. Returns the item's id."""
    item_id = new_id()
    ledger.add(conn, item_id=item_id, kind=kind, resident_id=resident_id, payload=payload, now=now)
    return item_id


def claim(conn: sa.Connection, kinds: Sequence[Kind], *, now: datetime, limit: int = 20) -> list[Item]:
    """Lease due items; nobody else gets them until the lease ends."""
    return ledger.claim(conn, kinds, now=now, until=now + nouns.LEASE, limit=limit)


def settle(
    conn: sa.Connection, item: Item, outcome: Outcome, *, detail: str = "", jitter: float, now: datetime
) -> None:
    """Record what an attempt came to. Raises Stale if the lease had run out and another took it."""
    tried = item.attempts + 1
    ledger.settle(
        conn,
        item,
        outcome=outcome,
        status=nouns.settled(outcome, tried),
        detail=detail,
        due_at=now + nouns.backoff(tried, jitter),
        now=now,
    )


def take_news(conn: sa.Connection, resident_id: str, *, now: datetime, limit: int = 2) -> list[str]:
    """Texts that waited for the resident and come with the reply now being made."""
    return ledger.take_news(conn, resident_id, limit=limit, now=now)


def erase(conn: sa.Connection, resident_id: str) -> None:
    """Nothing that was on its way to the resident stays."""
    ledger.erase(conn, resident_id)


def waiting(conn: sa.Connection) -> dict[Kind, int]:
    """How many items of each kind are not settled."""
    return ledger.waiting(conn)
