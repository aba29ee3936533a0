"""Tables and queries of the broadcasts."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.tables import Code, Stale, Time, changed_one, metadata, within
from broadcasts.audience import Audience
from broadcasts.broadcast import (
    NOT_ENDED,
    Broadcast,
    Certainty,
    Notice,
    Severity,
    Status,
    Urgency,
)

broadcasts = sa.Table(
    "broadcasts",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("number", sa.String, nullable=False, unique=True),
    sa.Column("area_code", Code, nullable=False, index=True),
    sa.Column("status", sa.String, nullable=False, index=True),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("severity", sa.String, nullable=False),
    sa.Column("urgency", sa.String, nullable=False),
    sa.Column("certainty", sa.String, nullable=False),
    sa.Column("audience", sa.JSON, nullable=False),
    sa.Column("valid_until", Time, nullable=False),
    sa.Column("asks_receipt", sa.Boolean, nullable=False),
    sa.Column("origin", sa.String, nullable=False),
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("submitted_by", sa.String, nullable=False),
    sa.Column("approvers", sa.JSON, nullable=False),
    sa.Column("needed", sa.Integer, nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("send_at", Time, nullable=True),
    sa.Column("second_look_until", Time, nullable=True),
    sa.Column("second_look_by", sa.String, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
)

history = sa.Table(
    "broadcast_history",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("broadcast_id", sa.String, nullable=False, index=True),
    sa.Column("at", Time, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("was", sa.String, nullable=False),
    sa.Column("became", sa.String, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)


def add(conn: sa.Connection, broadcast: Broadcast) -> None:
    """Write a new broadcast."""
    conn.execute(sa.insert(broadcasts).values(id=broadcast.id, **_row(broadcast)))


def move(conn: sa.Connection, before: Broadcast, after: Broadcast) -> Broadcast:
    """Write what became of a broadcast; returns it with its new revision.

    Raises Stale if somebody changed it since `before` was read.
    """
    told = replace(after, revision=before.revision + 1)
    c = broadcasts.c
    unchanged = sa.and_(c.id == before.id, c.status == before.status, c.revision == before.revision)
    changed_one(conn.execute(sa.update(broadcasts).where(unchanged).values(**_row(told))), what=before.id)
    return told


def append(
    conn: sa.Connection, broadcast_id: str, *, actor: str, was: str, became: str, why: str, now: datetime
) -> None:
    """Append to the broadcast's history."""
    row = {"broadcast_id": broadcast_id, "at": now, "actor": actor, "was": was, "became": became, "why": why}
    conn.execute(sa.insert(history).values(**row))


def get(conn: sa.Connection, broadcast_id: str) -> Broadcast:
    """The broadcast of that id. Raises NoResultFound."""
    return _broadcast(conn.execute(sa.select(broadcasts).where(broadcasts.c.id == broadcast_id)).one())


def get_seen(conn: sa.Connection, broadcast_id: str, *, seen: int) -> Broadcast:
    """The broadcast, if it still stands as somebody saw it. Raises Stale, NoResultFound."""
    found = get(conn, broadcast_id)
    if found.revision != seen:
        raise Stale(broadcast_id)
    return found


def of_branch(conn: sa.Connection, branch: str, statuses: Collection[Status], *, limit: int) -> list[Broadcast]:
    """Broadcasts of a branch in these states, newest first."""
    c = broadcasts.c
    mine = sa.or_(within(c.area_code, branch), c.area_code == "root")
    query = sa.select(broadcasts).where(mine, c.status.in_(list(statuses)))
    return [_broadcast(row) for row in conn.execute(query.order_by(c.created_at.desc(), c.id).limit(limit))]


def sent(conn: sa.Connection, branch: str, *, number: str, limit: int) -> list[Broadcast]:
    """Broadcasts of a branch whose sending has started, whatever came after; newest first. `number` narrows it."""
    c = broadcasts.c
    began = sa.select(history.c.broadcast_id).where(history.c.became == Status.SENDING)
    query = sa.select(broadcasts).where(within(c.area_code, branch), c.id.in_(began))
    if number:
        query = query.where(c.number == number)
    return [_broadcast(row) for row in conn.execute(query.order_by(c.send_at.desc(), c.id).limit(limit))]


def second_looks(conn: sa.Connection, branch: str) -> list[Broadcast]:
    """Broadcasts of a branch that one person approved and a second has not looked at, most urgent first."""
    c = broadcasts.c
    mine = sa.or_(within(c.area_code, branch), c.area_code == "root")
    query = sa.select(broadcasts).where(mine, c.second_look_until.is_not(None), c.second_look_by == "")
    return [_broadcast(row) for row in conn.execute(query.order_by(c.second_look_until, c.id))]


def take_turn(conn: sa.Connection) -> bool:
    """True for the one node that looks after what is due, until its transaction ends."""
    if conn.dialect.name != "postgresql":
        return True  # SQLite's writer is alone already
    lock = sa.func.pg_try_advisory_xact_lock(sa.func.hashtext("broadcasts due"))
    return bool(conn.execute(sa.select(lock)).scalar_one())


def past_validity(conn: sa.Connection, *, now: datetime, limit: int) -> list[Broadcast]:
    """Broadcasts that have not ended though their validity has."""
    c = broadcasts.c
    return _unlocked(conn, sa.and_(c.status.in_(NOT_ENDED), c.valid_until <= now), limit=limit)


def to_start(conn: sa.Connection, *, now: datetime, limit: int) -> list[Broadcast]:
    """Approved broadcasts whose time has come."""
    c = broadcasts.c
    return _unlocked(conn, sa.and_(c.status == Status.APPROVED, c.send_at <= now), limit=limit)


def sending(conn: sa.Connection, *, limit: int) -> list[Broadcast]:
    """Broadcasts that are being sent."""
    return _unlocked(conn, broadcasts.c.status == Status.SENDING, limit=limit)


def told(conn: sa.Connection, broadcast_id: str) -> list[sa.Row[Any]]:
    """The broadcast's history in order: at, actor, was, became, why."""
    query = sa.select(history).where(history.c.broadcast_id == broadcast_id).order_by(history.c.seq)
    return list(conn.execute(query))


def clear(conn: sa.Connection, branch: str) -> None:
    """Remove every broadcast of a branch and its history."""
    gone = ids_within(branch)
    conn.execute(sa.delete(history).where(history.c.broadcast_id.in_(gone)))
    conn.execute(sa.delete(broadcasts).where(within(broadcasts.c.area_code, branch)))


def ids_within(branch: str) -> sa.Select[str]:
    """Selection of the ids of a branch's broadcasts."""
    return sa.select(broadcasts.c.id).where(within(broadcasts.c.area_code, branch))


def _unlocked(conn: sa.Connection, where: sa.ColumnElement[bool], *, limit: int) -> list[Broadcast]:
    """Those that nobody (staff who cancel) holds just now; the next look finds the others."""
    query = sa.select(broadcasts).where(where).order_by(broadcasts.c.valid_until, broadcasts.c.id).limit(limit)
    return [_broadcast(row) for row in conn.execute(query.with_for_update(skip_locked=True))]


_NOTICE = ("title", "text", "severity", "urgency", "certainty", "valid_until", "asks_receipt")
_PLAIN = (
    *("number", "area_code", "status", "created_at", "origin", "submitted_by", "needed", "send_at"),
    *("second_look_until", "second_look_by", "revision"),
)


def _row(broadcast: Broadcast) -> dict[str, Any]:
    return {
        **{name: getattr(broadcast, name) for name in _PLAIN},
        **{name: getattr(broadcast.notice, name) for name in _NOTICE},
        "audience": asdict(broadcast.notice.audience),
        "authors": list(broadcast.authors),
        "approvers": list(broadcast.approvers),
    }


def _broadcast(row: Any) -> Broadcast:
    words = {name: getattr(row, name) for name in _NOTICE}
    kinds = {
        "severity": Severity(row.severity),
        "urgency": Urgency(row.urgency),
        "certainty": Certainty(row.certainty),
    }
    plain = {name: getattr(row, name) for name in _PLAIN}
    return Broadcast(
        id=row.id,
        notice=Notice(**{**words, **kinds, "audience": _audience(row.audience)}),
        authors=tuple(row.authors),
        approvers=tuple(row.approvers),
        **{**plain, "status": Status(row.status)},
    )


def _audience(kept: dict[str, Iterable[str]]) -> Audience:
    return Audience(**{name: tuple(values) for name, values in kept.items()})
