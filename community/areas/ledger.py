"""Table and queries of the area tree."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa

from bot.tables import Code, insert_once, metadata, within
from community.areas.area import Area, Level

areas = sa.Table(
    "areas",
    metadata,
    sa.Column("code", Code, primary_key=True),
    sa.Column("level", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("number", sa.String, nullable=False),
)
_columns = (areas.c.code, areas.c.level, areas.c.name, areas.c.number)


def add(conn: sa.Connection, area: Area) -> bool:
    """Write one area; False if its code stands already."""
    row = {"code": area.code, "level": area.level, "name": area.name, "number": area.number}
    return insert_once(conn, areas, row, key=["code"])


def get(conn: sa.Connection, code: str) -> Area | None:
    """The area of that code."""
    row = conn.execute(sa.select(*_columns).where(areas.c.code == code)).one_or_none()
    return _area(row) if row else None


def numbered(conn: sa.Connection, branch: str, level: Level, number: str) -> list[Area]:
    """Every area of that level and number in the branch: 3号楼 may stand in two grids."""
    query = (
        sa.select(*_columns)
        .where(within(areas.c.code, branch), areas.c.level == level, areas.c.number == number)
        .order_by(areas.c.code)
    )
    return list(_all(conn, query))


def branch(conn: sa.Connection, code: str, level: Level) -> list[Area]:
    """Every area of that level in the branch, by code."""
    query = sa.select(*_columns).where(within(areas.c.code, code), areas.c.level == level).order_by(areas.c.code)
    return list(_all(conn, query))


def _all(conn: sa.Connection, query: sa.Select[tuple[str, str, str, str]]) -> Iterable[Area]:
    return (_area(row) for row in conn.execute(query))


def _area(row: Any) -> Area:
    return Area(code=row.code, level=Level(row.level), name=row.name, number=row.number)
