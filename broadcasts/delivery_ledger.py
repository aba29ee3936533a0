"""Tables and queries of what was frozen at approval, and of each person's delivery."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.outbox import desk as outbox
from bot.outbox.item import Status as ItemStatus
from bot.tables import Code, Time, metadata, new_id
from broadcasts.audience import Recipient
from broadcasts.delivery import FOLLOWED, NOT_TOLD, UNFINISHED, Door, Frozen, Status

frozen = sa.Table(  # copied, with no foreign key to anything that can change
    "broadcast_frozen",
    metadata,
    sa.Column("broadcast_id", sa.String, primary_key=True),
    sa.Column("number", sa.String, nullable=False),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("severity", sa.String, nullable=False),
    sa.Column("asks_receipt", sa.Boolean, nullable=False),
    sa.Column("approvers", sa.JSON, nullable=False),
    sa.Column("send_at", Time, nullable=False),
    sa.Column("valid_until", Time, nullable=False, index=True),
    sa.Column("told_already", sa.Integer, nullable=False, server_default="0"),
)

deliveries = sa.Table(
    "broadcast_deliveries",
    metadata,
    sa.Column("id", sa.String, primary_key=True),  # of its item in the outbox too: there can be only one
    sa.Column("broadcast_id", sa.String, nullable=False),
    sa.Column("resident_id", sa.String, nullable=True, index=True),  # goes when the resident is erased
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("app", sa.String, nullable=False),
    sa.Column("openid", sa.String, nullable=False),
    sa.Column("area_code", Code, nullable=False),
    sa.Column("status", sa.String, nullable=False, index=True),
    sa.Column("receipt_at", Time, nullable=True),
    sa.UniqueConstraint("broadcast_id", "resident_id"),
    sa.Index("ix_broadcast_deliveries_state", "broadcast_id", "status"),
)

_FOLLOWS = {
    ItemStatus.SENT: Status.SENT,
    ItemStatus.WAITING: Status.WAITING,
    ItemStatus.FAILED: Status.FAILED,
    ItemStatus.UNKNOWN: Status.UNKNOWN,
    ItemStatus.WITHDRAWN: Status.WITHDRAWN,
}


def freeze(conn: sa.Connection, what: Frozen, recipients: Sequence[Recipient]) -> None:
    """Copy what will be sent, and to whom. Who wants no notices stands there too, for the door."""
    values = {name: getattr(what, name) for name in frozen.c.keys()}  # noqa: SIM118 - a ColumnCollection
    conn.execute(sa.insert(frozen).values(**{**values, "approvers": list(what.approvers)}))
    rows = [
        {
            "id": new_id(),
            "broadcast_id": what.broadcast_id,
            "resident_id": one.resident_id,
            "channel": one.channel,
            "app": one.app,
            "openid": one.openid,
            "area_code": one.area_code,
            "status": Status.QUEUED if one.notices else Status.UNREACHABLE,
        }
        for one in recipients
    ]
    if rows:
        conn.execute(sa.insert(deliveries), rows)


def thaw(conn: sa.Connection, broadcast_id: str) -> None:
    """The approval fell before anything was sent: what was frozen by it goes."""
    conn.execute(sa.delete(deliveries).where(deliveries.c.broadcast_id == broadcast_id))
    conn.execute(sa.delete(frozen).where(frozen.c.broadcast_id == broadcast_id))


def get_frozen(conn: sa.Connection, broadcast_id: str) -> Frozen | None:
    """What was frozen, None before approval."""
    row = conn.execute(sa.select(frozen).where(frozen.c.broadcast_id == broadcast_id)).one_or_none()
    if row is None:
        return None
    values = {name: getattr(row, name) for name in frozen.c.keys()}  # noqa: SIM118 - a ColumnCollection
    return Frozen(**{**values, "approvers": tuple(row.approvers)})


def take(conn: sa.Connection, broadcast_id: str, *, limit: int) -> list[sa.Row[Any]]:
    """Mark up to `limit` queued deliveries as posted; the caller posts exactly these, in this transaction."""
    c = deliveries.c
    chosen = sa.select(c.id).where(c.broadcast_id == broadcast_id, c.status == Status.QUEUED).limit(limit)
    ids = conn.execute(chosen.with_for_update(skip_locked=True)).scalars().all()  # the caller's alone now
    statement = sa.update(deliveries).where(c.id.in_(ids)).values(status=Status.POSTED)
    return list(conn.execute(statement.returning(c.id, c.resident_id, c.channel, c.app, c.openid)))


def follow(conn: sa.Connection) -> None:
    """Take over what became of the items in the outbox."""
    c = deliveries.c
    for item_status, status in _FOLLOWS.items():
        items = outbox.items_in(item_status)
        there = items.where(items.selected_columns.id == c.id).exists()
        behind = sa.and_(c.status.in_(FOLLOWED), c.status != status, there)
        conn.execute(sa.update(deliveries).where(behind).values(status=status))


def is_finished(conn: sa.Connection, broadcast_id: str) -> bool:
    """True if nothing waits to be posted or pushed any more."""
    c = deliveries.c
    left = sa.select(c.id).where(c.broadcast_id == broadcast_id, c.status.in_(UNFINISHED)).limit(1)
    return conn.execute(left).first() is None


def withdraw(conn: sa.Connection, broadcast_id: str, *, why: str, now: datetime) -> None:
    """What has not left does not leave. What is being sent at this moment may arrive."""
    c = deliveries.c
    mine = c.broadcast_id == broadcast_id
    queued = sa.update(deliveries).where(mine, c.status == Status.QUEUED)
    conn.execute(queued.values(status=Status.WITHDRAWN))
    outbox.withdraw(conn, sa.select(c.id).where(mine, c.status.in_(FOLLOWED)), why=why, now=now)
    follow(conn)


def withdraw_overdue(conn: sa.Connection, *, now: datetime) -> int:
    """What still waits though its notice is over does not come any more. Returns how many."""
    c = deliveries.c
    over = sa.select(frozen.c.broadcast_id).where(frozen.c.valid_until <= now)
    waiting = sa.select(c.id).where(c.status.in_(FOLLOWED), c.broadcast_id.in_(over.scalar_subquery()))
    return outbox.withdraw(conn, waiting, why="over", now=now)


def mark(conn: sa.Connection, delivery_id: str, status: Status) -> None:
    """What the outbox cannot know of a delivery on its way: nobody is at the other end."""
    c = deliveries.c
    open_one = sa.and_(c.id == delivery_id, c.status.in_(FOLLOWED))
    conn.execute(sa.update(deliveries).where(open_one).values(status=status))


def counts(conn: sa.Connection, broadcast_id: str) -> dict[Status, int]:
    """People by state."""
    c = deliveries.c
    query = sa.select(c.status, sa.func.count()).where(c.broadcast_id == broadcast_id).group_by(c.status)
    return {Status(status): count for status, count in conn.execute(query)}


def receipts(conn: sa.Connection, broadcast_id: str) -> int:
    """How many answered."""
    c = deliveries.c
    query = sa.select(sa.func.count()).where(c.broadcast_id == broadcast_id, c.receipt_at.is_not(None))
    return conn.execute(query).scalar_one()


def not_told(conn: sa.Connection, broadcast_id: str) -> list[Door]:
    """Where people live whom no push reached, by area code."""
    return _doors(conn, broadcast_id, deliveries.c.status.in_(NOT_TOLD))


def not_answered(conn: sa.Connection, broadcast_id: str) -> list[Door]:
    """Where people live who have not answered, told or not, by area code."""
    return _doors(conn, broadcast_id, deliveries.c.receipt_at.is_(None))


def answer(conn: sa.Connection, resident_id: str, *, now: datetime) -> str | None:
    """Note the receipt of the newest notice that asks this resident for one; its title, None if none does."""
    c, f = deliveries.c, frozen.c
    told: Collection[Status] = (Status.SENT, Status.UNKNOWN, Status.POSTED, Status.WAITING)
    asks = sa.and_(f.asks_receipt, f.valid_until > now, c.receipt_at.is_(None), c.status.in_(told))
    query = (
        sa.select(c.id, f.title)
        .join_from(deliveries, frozen, f.broadcast_id == c.broadcast_id)
        .where(c.resident_id == resident_id, asks)
        .order_by(f.send_at.desc(), c.id)
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    if row is None:
        return None
    conn.execute(sa.update(deliveries).where(c.id == row.id).values(receipt_at=now))
    return str(row.title)


def forget(conn: sa.Connection, resident_id: str) -> None:
    """Counts stay; whose they were goes, and what has not left does not leave."""
    c = deliveries.c
    mine = c.resident_id == resident_id
    open_ones = sa.update(deliveries).where(mine, c.status.in_((*FOLLOWED, Status.QUEUED)))
    conn.execute(open_ones.values(status=Status.WITHDRAWN))
    conn.execute(sa.update(deliveries).where(mine).values(resident_id=None, openid=""))


def clear(conn: sa.Connection, broadcast_ids: sa.Select[str]) -> None:
    """Remove what was frozen for these broadcasts, and every delivery of theirs."""
    conn.execute(sa.delete(deliveries).where(deliveries.c.broadcast_id.in_(broadcast_ids)))
    conn.execute(sa.delete(frozen).where(frozen.c.broadcast_id.in_(broadcast_ids)))


def _doors(conn: sa.Connection, broadcast_id: str, where: sa.ColumnElement[bool]) -> list[Door]:
    c = deliveries.c
    query = sa.select(c.area_code, sa.func.count()).where(c.broadcast_id == broadcast_id, where)
    return [Door(code, count) for code, count in conn.execute(query.group_by(c.area_code).order_by(c.area_code))]
