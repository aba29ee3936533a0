"""From "3栋2单元" in a message, or where its writer lives, to a place in the area tree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from community.areas import desk as areas
from community.areas.area import ROOT, Area, Level
from nlp.places import Place


@dataclass(frozen=True)
class Spot:
    """An area code, and the building's code where the spot is in a building."""

    area_code: str
    building: str | None

    @property
    def known(self) -> bool:
        """False while nobody knows where it is."""
        return self.area_code != ROOT


def find_place(conn: sa.Connection, places: Sequence[Place], *, home: str, branch: str) -> Spot:
    """The place that the message names, else the sender's home, else the root.

    A building number counts within the sender's own community where it is known (`home`), else within
    the whole branch; a number that stands for two buildings is no place.
    """
    for place in places:
        if place.building:
            area = areas.locate(conn, branch, building=place.building, unit=place.unit)
            if area is not None:
                return _spot(area)
    area = areas.get(conn, home) if home != ROOT else None
    return _spot(area) if area else Spot(ROOT, None)


def _spot(area: Area) -> Spot:
    if area.level is Level.UNIT:
        return Spot(area.code, area.parent)
    return Spot(area.code, area.code if area.level is Level.BUILDING else None)
