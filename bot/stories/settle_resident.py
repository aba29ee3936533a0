"""A resident scans the QR code at their door: from now on it is known where they live."""

from __future__ import annotations

import sqlalchemy as sa

from community.areas import desk as areas
from community.residents import desk as residents
from community.residents.resident import Resident


def settle_resident(conn: sa.Connection, resident: Resident, *, scene: str) -> str | None:
    """Bind the resident to the area whose code the QR code's scene is.

    Returns the place's name, or None when no such area stands (an old or foreign code): nothing changes.
    """
    if areas.get(conn, scene) is None:
        return None
    residents.settle(conn, resident.id, area_code=scene)
    return areas.name(conn, scene)
