"""Table and queries of the residents. Personal data: every row can be erased."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.tables import Code, Time, insert_once, metadata, new_id, within
from community.residents.resident import Resident

residents = sa.Table(
    "residents",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("app", sa.String, nullable=False),
    sa.Column("openid", sa.String, nullable=False),
    sa.Column("area_code", Code, nullable=False, index=True),
    sa.Column("room", sa.String, nullable=False, server_default=""),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("tags", sa.JSON, nullable=False),
    sa.Column("notices", sa.Boolean, nullable=False),
    sa.Column("since", Time, nullable=False),
    sa.UniqueConstraint("channel", "app", "openid"),
)


def find(conn: sa.Connection, *, channel: str, app: str, openid: str) -> Resident | None:
    """The resident behind an openid, None if nobody is known by it."""
    row = conn.execute(_FIND, {"of_channel": channel, "of_app": app, "of_openid": openid}).one_or_none()
    return _resident(row) if row else None


def get(conn: sa.Connection, resident_id: str) -> Resident | None:
    """The resident of that id."""
    row = conn.execute(_SELECT.where(residents.c.id == resident_id)).one_or_none()
    return _resident(row) if row else None


def add(conn: sa.Connection, *, channel: str, app: str, openid: str, area_code: str, now: datetime) -> None:
    """Write a new resident unless the openid is known (another thread may have been faster)."""
    row = {
        "id": new_id(),
        "channel": channel,
        "app": app,
        "openid": openid,
        "area_code": area_code,
        "room": "",
        "name": "",
        "tags": [],
        "notices": True,
        "since": now,
    }
    insert_once(conn, residents, row, key=["channel", "app", "openid"])


def change(conn: sa.Connection, resident_id: str, **values: Any) -> None:
    """Set columns of one resident."""
    conn.execute(sa.update(residents).where(residents.c.id == resident_id).values(**values))


def remove(conn: sa.Connection, resident_id: str) -> None:
    """Erase the row."""
    conn.execute(sa.delete(residents).where(residents.c.id == resident_id))


def of_channel(conn: sa.Connection, channel: str, branch: str) -> list[Resident]:
    """Everybody of one channel in a branch of the tree, by area and openid."""
    query = _SELECT.where(residents.c.channel == channel, within(residents.c.area_code, branch))
    return [_resident(row) for row in conn.execute(query.order_by(residents.c.area_code, residents.c.openid))]


_SELECT = sa.select(residents)
# Every message asks this: built once.
_FIND = _SELECT.where(
    residents.c.channel == sa.bindparam("of_channel"),
    residents.c.app == sa.bindparam("of_app"),
    residents.c.openid == sa.bindparam("of_openid"),
)


def _resident(row: Any) -> Resident:
    values = {name: getattr(row, name) for name in residents.c.keys()}  # noqa: SIM118 - a ColumnCollection
    return Resident(**{**values, "tags": tuple(row.tags)})
