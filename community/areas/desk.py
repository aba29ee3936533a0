"""The verbs of the area tree."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa

from community.areas import ledger
from community.areas.area import Area, Level


def plant(conn: sa.Connection, tree: Iterable[Area]) -> int:
    """Write every area that does not stand yet; returns how many were new."""
    return sum(ledger.add(conn, area) for area in tree)


def locate(conn: sa.Connection, branch: str, *, building: str, unit: str | None) -> Area | None:
    """The building, or its unit, that a resident means by "3栋2单元" within a branch of the tree.

    None when there is no such building or when the number stands for more than one.
    """
    buildings = ledger.numbered(conn, branch, Level.BUILDING, building)
    if len(buildings) != 1:
        return None
    units = ledger.numbered(conn, buildings[0].code, Level.UNIT, unit) if unit else []
    return units[0] if len(units) == 1 else buildings[0]


def get(conn: sa.Connection, code: str) -> Area | None:
    """The area of that code, None if there is none."""
    return ledger.get(conn, code)


def within(conn: sa.Connection, code: str, level: Level) -> list[Area]:
    """Every area of a level in a branch, by code."""
    return ledger.branch(conn, code, level)


def name(conn: sa.Connection, code: str) -> str:
    """How people call the place: "3号楼2单元"; empty for a code that is no area (root)."""
    area = ledger.get(conn, code)
    if area is None:
        return ""
    if area.level is Level.UNIT and area.parent:
        building = ledger.get(conn, area.parent)
        return (building.name if building else "") + area.name
    return area.name
