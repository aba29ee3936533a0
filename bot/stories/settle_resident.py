"""A resident scans the QR code at their door or says where they live: from now on it is known."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from bot.stories.find_place import find_place
from community.areas import desk as areas
from community.areas.area import ROOT
from community.residents import desk as residents
from community.residents.resident import Resident
from nlp.places import Place


def settle_resident(conn: sa.Connection, resident: Resident, *, scene: str) -> str | None:
    """Bind the resident to the area whose code the QR code's scene is.

    Returns the place's name, or None when no such area stands (an old or foreign code): nothing changes.
    """
    if areas.get(conn, scene) is None:
        return None
    residents.settle(conn, resident.id, area_code=scene)
    return areas.name(conn, scene)


def settle_where_said(conn: sa.Connection, resident: Resident, *, places: Sequence[Place], branch: str) -> str | None:
    """Bind the resident to the building, unit and flat that they named ("我住3栋2单元501"), as far as they did.

    Returns the place's name, or None when the branch has no such building: nothing changes.
    """
    spot = find_place(conn, places, home=ROOT, branch=branch)
    if not spot.known:
        return None
    room = next((place.room for place in places if place.building and place.room), "")
    residents.settle(conn, resident.id, area_code=spot.area_code, room=room)
    return home(conn, spot.area_code, room)


def home(conn: sa.Connection, area_code: str, room: str) -> str:
    """How people call where somebody lives: 3号楼2单元501; empty while nobody knows."""
    place = areas.name(conn, area_code)
    return place + room if place else ""
