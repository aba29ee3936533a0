"""Tables and queries of the outbox."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.outbox.item import FRAME_BYTES, OPEN, READY, Item, Kind, LeaseLost, Outcome, Status
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
    sa.Column("begun_at", Time, nullable=True),  # an attempt touched the network and has not been settled
    sa.Column("expires_at", Time, nullable=True),
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

_RANK = {kind: rank for rank, kind in enumerate(Kind)}


def _lives(now: datetime | sa.BindParameter[datetime]) -> sa.ColumnElement[bool]:
    return sa.or_(outbox.c.expires_at.is_(None), outbox.c.expires_at > now)


# Every message asks this: built once.
_NEWS_OF = (
    sa.select(outbox.c.id, outbox.c.payload)
    .where(
        outbox.c.resident_id == sa.bindparam("of_resident"),
        outbox.c.kind.in_((Kind.NEWS, Kind.BROADCAST)),
        outbox.c.status.in_(READY),
        _lives(sa.bindparam("at", type_=Time)),
    )
    .order_by(outbox.c.created_at, outbox.c.id)
    .limit(sa.bindparam("most", type_=sa.Integer))
    .with_for_update(skip_locked=True)
)


def add(
    conn: sa.Connection,
    rows: Sequence[tuple[str, str | None, Mapping[str, Any]]],
    *,
    kind: Kind,
    expires_at: datetime | None,
    now: datetime,
) -> None:
    """Write new items, given as (id, resident's id, payload), due at once."""
    common = {"kind": kind, "status": Status.QUEUED, "attempts": 0, "created_at": now, "due_at": now}
    values = [
        {**common, "id": item_id, "resident_id": resident_id, "payload": dict(payload), "expires_at": expires_at}
        for item_id, resident_id, payload in rows
    ]
    if values:
        conn.execute(sa.insert(outbox), values)


def claim(conn: sa.Connection, kinds: Sequence[Kind], *, now: datetime, until: datetime, limit: int) -> list[Item]:
    """Lease due items of these kinds and those whose lease ran out: the kind named first, then the oldest."""
    c = outbox.c
    free = sa.or_(
        sa.and_(c.status.in_(READY), c.due_at <= now, _lives(now)),
        sa.and_(c.status == Status.LEASED, c.leased_until <= now),
    )
    rank = sa.case(_RANK, value=c.kind)
    chosen = sa.select(c.id).where(free, c.kind.in_(kinds)).order_by(rank, c.due_at, c.id).limit(limit)
    statement = (
        sa.update(outbox)
        .where(c.id.in_(_locked(conn, chosen)))
        .values(status=Status.LEASED, leased_until=until)
        .returning(c.id, c.kind, c.resident_id, c.payload, c.attempts, c.created_at, c.leased_until)
    )
    rows = conn.execute(statement).all()
    return sorted((_item(row) for row in rows), key=lambda item: (_RANK[item.kind], item.created_at, item.id))


def begin(conn: sa.Connection, item: Item, *, now: datetime) -> bool:
    """Note that an attempt is under way; True if one had been before. Raises LeaseLost."""
    row = conn.execute(sa.select(outbox.c.begun_at).where(_mine(item))).one_or_none()
    if row is None:
        raise LeaseLost(item.id)
    conn.execute(sa.update(outbox).where(_mine(item)).values(begun_at=now))
    return row.begun_at is not None


def settle(
    conn: sa.Connection,
    item: Item,
    *,
    outcome: Outcome,
    status: Status,
    attempts: int,
    detail: str,
    due_at: datetime,
    now: datetime,
) -> None:
    """Write the attempt and the new state. Raises Stale if the lease is no longer this worker's."""
    values = {"status": status, "attempts": attempts, "due_at": due_at, "leased_until": None, "begun_at": None}
    changed_one(conn.execute(sa.update(outbox).where(_mine(item)).values(**values)), what=item.id)
    _append(conn, item.id, outcome=outcome, detail=detail, now=now)


# Every message asks this, and mostly there is nothing: built once.
_ANY_NEWS = (
    sa.select(outbox.c.id)
    .where(
        outbox.c.resident_id == sa.bindparam("of_resident"),
        outbox.c.kind.in_((Kind.NEWS, Kind.BROADCAST)),
        outbox.c.status.in_(READY),
    )
    .limit(1)
)


def take_news(conn: sa.Connection, resident_id: str, *, limit: int, room: int, now: datetime) -> list[str]:
    """Texts that wait for the resident, oldest first, as many as `room` bytes hold, each with its frame.

    They count as sent with the reply now being made.
    """
    texts: list[str] = []
    waiting = conn.execute(_NEWS_OF, {"of_resident": resident_id, "at": now, "most": limit}).all()
    for item_id, payload in waiting:
        room -= len(payload["text"].encode()) + FRAME_BYTES
        if room < 0:
            break  # and those after it: news is told in its order
        conn.execute(sa.update(outbox).where(outbox.c.id == item_id).values(status=Status.SENT))
        _append(conn, item_id, outcome=Outcome.SENT, detail="with a passive reply", now=now)
        texts.append(payload["text"])
    return texts


def withdraw(conn: sa.Connection, item_ids: sa.Select[str], *, why: str, now: datetime) -> int:
    """What nobody is sending just now does not leave; the reason stands among the attempts."""
    c = outbox.c
    statement = (
        sa.update(outbox)
        .where(c.id.in_(item_ids.scalar_subquery()), c.status.in_(READY))
        .values(status=Status.WITHDRAWN)
        .returning(c.id)
    )
    gone = [
        {"item_id": row.id, "at": now, "outcome": Status.WITHDRAWN, "detail": why} for row in conn.execute(statement)
    ]
    if gone:
        conn.execute(sa.insert(attempts), gone)
    return len(gone)


def ids_in(status: Status) -> sa.Select[str]:
    """Selection of the ids of all items in a state."""
    return sa.select(outbox.c.id).where(outbox.c.status == status)


def erase(conn: sa.Connection, resident_id: str) -> None:
    """Nothing that was on its way to the resident stays."""
    conn.execute(sa.delete(outbox).where(outbox.c.resident_id == resident_id))


def waiting(conn: sa.Connection) -> dict[Kind, int]:
    """How many items of each kind are not settled."""
    query = sa.select(outbox.c.kind, sa.func.count()).where(outbox.c.status.in_(OPEN)).group_by(outbox.c.kind)
    return {Kind(kind): count for kind, count in conn.execute(query)}


def _locked(conn: sa.Connection, chosen: sa.Select[str]) -> Sequence[str]:
    """The ids that a selection finds, nobody else's until the transaction ends (SQLite's writer is alone).

    Not a subquery of the update: PostgreSQL may run that again for each row, and pass its limit.
    """
    return conn.execute(chosen.with_for_update(skip_locked=True)).scalars().all()


def _mine(item: Item) -> sa.ColumnElement[bool]:
    c = outbox.c
    return sa.and_(c.id == item.id, c.status == Status.LEASED, c.leased_until == item.leased_until)


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
