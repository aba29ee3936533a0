"""Tables and queries of the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.outbox.item import OPEN, Item, Kind, Outcome, Status
from bot.tables import Time, changed_one, metadata

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("resident_id", sa.String, nullable=True, index=True),
    sa.Column("payload", sa.JSON, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("due_at", Time, nullable=False),
    sa.Column("leased_until", Time, nullable=True),
    sa.Index("ix_outbox_due", "status", "due_at"),
)

attempts = sa.Table(
    "outbox_attempts",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),  # the order, whatever the clocks say
    sa.Column("item_id", sa.String, nullable=False, index=True),
    sa.Column("at", Time, nullable=False),
    sa.Column("outcome", sa.String, nullable=False),
    sa.Column("detail", sa.String, nullable=False),
)


def add(
    conn: sa.Connection,
    *,
    item_id: str,
    kind: Kind,
    resident_id: str | None,
    payload: Mapping[str, Any],
    now: datetime,
) -> None:
    """Write a new item, due at once."""
    conn.execute(
        sa.insert(outbox).values(
            id=item_id,
            kind=kind,
            resident_id=resident_id,
            payload=dict(payload),
            status=Status.QUEUED,
            attempts=0,
            created_at=now,
            due_at=now,
        )
    )


def claim(conn: sa.Connection, kinds: Sequence[Kind], *, now: datetime, until: datetime, limit: int) -> list[Item]:
    """Lease due items of these kinds, oldest first, and those whose lease ran out."""
    c = outbox.c
    free = sa.or_(
        sa.and_(c.status == Status.QUEUED, c.due_at <= now),
        sa.and_(c.status == Status.LEASED, c.leased_until <= now),
    )
    chosen = sa.select(c.id).where(free, c.kind.in_(kinds)).order_by(c.due_at, c.id).limit(limit)
    if conn.dialect.name == "postgresql":
        chosen = chosen.with_for_update(skip_locked=True)
    statement = (
        sa.update(outbox)
        .where(c.id.in_(chosen.scalar_subquery()), free)
        .values(status=Status.LEASED, leased_until=until)
        .returning(c.id, c.kind, c.resident_id, c.payload, c.attempts, c.created_at, c.leased_until)
    )
    rows = conn.execute(statement).all()
    return sorted((_item(row) for row in rows), key=lambda item: (item.created_at, item.id))


def settle(
    conn: sa.Connection,
    item: Item,
    *,
    outcome: Outcome,
    status: Status,
    detail: str,
    due_at: datetime,
    now: datetime,
) -> None:
    """Write the attempt and the new state. Raises Stale if the lease is no longer this worker's."""
    c = outbox.c
    mine = sa.and_(c.id == item.id, c.status == Status.LEASED, c.leased_until == item.leased_until)
    values = {"status": status, "attempts": item.attempts + 1, "due_at": due_at, "leased_until": None}
    changed_one(conn.execute(sa.update(outbox).where(mine).values(**values)), what=item.id)
    _append(conn, item.id, outcome=outcome, detail=detail, now=now)


def take_news(conn: sa.Connection, resident_id: str, *, limit: int, now: datetime) -> list[str]:
    """Texts that wait for the resident, oldest first; they count as sent with the reply now being made."""
    c = outbox.c
    query = (
        sa.select(c.id, c.payload)
        .where(c.resident_id == resident_id, c.kind == Kind.NEWS, c.status == Status.QUEUED)
        .order_by(c.created_at, c.id)
        .limit(limit)
    )
    rows = conn.execute(query).all()
    for row in rows:
        conn.execute(sa.update(outbox).where(c.id == row.id).values(status=Status.SENT))
        _append(conn, row.id, outcome=Outcome.SENT, detail="with a passive reply", now=now)
    return [row.payload["text"] for row in rows]


def erase(conn: sa.Connection, resident_id: str) -> None:
    """Nothing that was on its way to the resident stays."""
    conn.execute(sa.delete(outbox).where(outbox.c.resident_id == resident_id))


def waiting(conn: sa.Connection) -> dict[Kind, int]:
    """How many items of each kind are not settled."""
    query = sa.select(outbox.c.kind, sa.func.count()).where(outbox.c.status.in_(OPEN)).group_by(outbox.c.kind)
    return {Kind(kind): count for kind, count in conn.execute(query)}


def _append(conn: sa.Connection, item_id: str, *, outcome: Outcome, detail: str, now: datetime) -> None:
    conn.execute(sa.insert(attempts).values(item_id=item_id, at=now, outcome=outcome, detail=detail))


def _item(row: Any) -> Item:
    return Item(
        id=row.id,
        kind=Kind(row.kind),
        resident_id=row.resident_id,
        payload=row.payload,
        attempts=row.attempts,
        created_at=row.created_at,
        leased_until=row.leased_until,
    )
