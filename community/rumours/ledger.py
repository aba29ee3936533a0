"""Tables and queries of the rumours."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.tables import Code, Time, metadata, within
from community.rumours.rumour import Rumour, Status

rumours = sa.Table(
    "rumours",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("number", sa.String, nullable=False),
    sa.Column("statement", sa.Text, nullable=False),
    sa.Column("harm", sa.String, nullable=False),
    sa.Column("status", sa.String, nullable=False, index=True),
    sa.Column("area_code", Code, nullable=False),
    sa.Column("first_at", Time, nullable=False),
)

reports = sa.Table(  # only to tell those who asked how it came out; forgotten when the rumour closes
    "rumour_reports",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("rumour_id", sa.String, nullable=False, index=True),
    sa.Column("resident_id", sa.String, nullable=True, index=True),
    sa.Column("message_id", sa.String, nullable=False),
    sa.Column("area_code", Code, nullable=False),
    sa.Column("at", Time, nullable=False),
)


def add(conn: sa.Connection, rumour: Rumour) -> None:
    """Write a new rumour."""
    row = {column: getattr(rumour, column) for column in rumours.c.keys()}  # noqa: SIM118 - a ColumnCollection
    conn.execute(sa.insert(rumours).values(**row))


def add_report(
    conn: sa.Connection,
    *,
    report_id: str,
    rumour_id: str,
    resident_id: str | None,
    message_id: str,
    area_code: str,
    now: datetime,
) -> None:
    """Write that somebody asked about it or passed it on."""
    row = {
        "id": report_id,
        "rumour_id": rumour_id,
        "resident_id": resident_id,
        "message_id": message_id,
        "area_code": area_code,
        "at": now,
    }
    conn.execute(sa.insert(reports).values(**row))


def lock(conn: sa.Connection) -> None:
    """Match-or-report goes one at a time (on SQLite the writer is alone already)."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("rumours"))))


def not_closed(conn: sa.Connection) -> list[Rumour]:
    """Every rumour that is not closed, oldest first."""
    query = sa.select(rumours).where(rumours.c.status == Status.REPORTED)
    return [_rumour(row) for row in conn.execute(query.order_by(rumours.c.first_at, rumours.c.id))]


def asked_by(conn: sa.Connection, resident_id: str, *, limit: int) -> list[Rumour]:
    """The newest rumours that the resident asked about."""
    own = sa.select(reports.c.rumour_id).where(reports.c.resident_id == resident_id)
    query = sa.select(rumours).where(rumours.c.id.in_(own))
    query = query.order_by(rumours.c.first_at.desc(), rumours.c.id).limit(limit)
    return [_rumour(row) for row in conn.execute(query)]


def forget(conn: sa.Connection, resident_id: str) -> None:
    """The counts stay; who asked goes."""
    conn.execute(sa.update(reports).where(reports.c.resident_id == resident_id).values(resident_id=None))


def clear(conn: sa.Connection, branch: str) -> None:
    """Remove every rumour of a branch and its reports."""
    gone = sa.select(rumours.c.id).where(within(rumours.c.area_code, branch))
    conn.execute(sa.delete(reports).where(reports.c.rumour_id.in_(gone)))
    conn.execute(sa.delete(rumours).where(within(rumours.c.area_code, branch)))


def _rumour(row: Any) -> Rumour:
    values = {name: getattr(row, name) for name in rumours.c.keys()}  # noqa: SIM118 - a ColumnCollection
    return Rumour(**{**values, "status": Status(row.status)})
