"""Tables and queries of the needs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.tables import Code, Time, metadata, within
from community.needs.need import Need, Status

needs = sa.Table(
    "needs",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("number", sa.String, nullable=False),
    sa.Column("category", sa.String, nullable=False),
    sa.Column("urgency", sa.String, nullable=False),
    sa.Column("area_code", Code, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("opened_at", Time, nullable=False),
    sa.Index("ix_needs_place", "status", "category", "area_code"),
)

reports = sa.Table(  # who told of it; erased with the resident
    "need_reports",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("need_id", sa.String, nullable=False, index=True),
    sa.Column("resident_id", sa.String, nullable=True, index=True),
    sa.Column("message_id", sa.String, nullable=False),
    sa.Column("at", Time, nullable=False),
)

history = sa.Table(
    "need_history",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("need_id", sa.String, nullable=False, index=True),
    sa.Column("at", Time, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("was", sa.String, nullable=False),
    sa.Column("became", sa.String, nullable=False),
    sa.Column("why", sa.String, nullable=False),
)

_households = (
    sa.select(sa.func.count(sa.distinct(sa.func.coalesce(reports.c.resident_id, reports.c.id))))
    .where(reports.c.need_id == needs.c.id)
    .scalar_subquery()
    .label("households")
)
_SELECT = sa.select(needs, _households)


def add(conn: sa.Connection, need: Need) -> None:
    """Write a new need."""
    row = {column: getattr(need, column) for column in needs.c.keys()}  # noqa: SIM118 - a ColumnCollection
    conn.execute(sa.insert(needs).values(**row))


def add_report(
    conn: sa.Connection,
    *,
    report_id: str,
    need_id: str,
    resident_id: str | None,
    message_id: str,
    now: datetime,
) -> None:
    """Write that a resident told of a need."""
    row = {
        "id": report_id,
        "need_id": need_id,
        "resident_id": resident_id,
        "message_id": message_id,
        "at": now,
    }
    conn.execute(sa.insert(reports).values(**row))


def append(conn: sa.Connection, need_id: str, *, actor: str, was: str, became: str, why: str, now: datetime) -> None:
    """Append to the need's history."""
    row = {"need_id": need_id, "at": now, "actor": actor, "was": was, "became": became, "why": why}
    conn.execute(sa.insert(history).values(**row))


def lock(conn: sa.Connection, category: str, building: str) -> None:
    """Open-or-join of one kind of trouble in one building goes one at a time.

    SQLite's writer is alone already; on PostgreSQL an advisory lock is held to the transaction's end.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"need {category} {building}"))))


def get(conn: sa.Connection, need_id: str) -> Need:
    """The need of that id. Raises NoResultFound."""
    return _need(conn.execute(_SELECT.where(needs.c.id == need_id)).one())


def open_since(conn: sa.Connection, category: str, where: sa.ColumnElement[bool], since: datetime) -> list[Need]:
    """Open needs of a category that satisfy a place condition, newest first."""
    c = needs.c
    query = _SELECT.where(c.status == Status.OPEN, c.category == category, where, c.opened_at >= since)
    return [_need(row) for row in conn.execute(query.order_by(c.opened_at.desc(), c.id).limit(50))]


def told_by(conn: sa.Connection, resident_id: str) -> sa.ColumnElement[bool]:
    """Condition: needs that the resident told of."""
    return needs.c.id.in_(sa.select(reports.c.need_id).where(reports.c.resident_id == resident_id))


def of_resident(conn: sa.Connection, resident_id: str, *, limit: int) -> list[Need]:
    """The newest needs that the resident told of."""
    query = _SELECT.where(told_by(conn, resident_id)).order_by(needs.c.opened_at.desc(), needs.c.id).limit(limit)
    return [_need(row) for row in conn.execute(query)]


def place(conn: sa.Connection, need_id: str, area_code: str) -> None:
    """The need is there."""
    conn.execute(sa.update(needs).where(needs.c.id == need_id).values(area_code=area_code))


def forget(conn: sa.Connection, resident_id: str) -> None:
    """Reports stay as counts; whose they were goes."""
    conn.execute(sa.update(reports).where(reports.c.resident_id == resident_id).values(resident_id=None))


def clear(conn: sa.Connection, branch: str) -> None:
    """Remove every need of a branch, its reports and its history."""
    gone = sa.select(needs.c.id).where(within(needs.c.area_code, branch))
    conn.execute(sa.delete(reports).where(reports.c.need_id.in_(gone)))
    conn.execute(sa.delete(history).where(history.c.need_id.in_(gone)))
    conn.execute(sa.delete(needs).where(within(needs.c.area_code, branch)))


def _need(row: Any) -> Need:
    values = {name: getattr(row, name) for name in needs.c.keys()}  # noqa: SIM118 - a ColumnCollection
    return Need(**{**values, "status": Status(row.status)}, households=row.households)
