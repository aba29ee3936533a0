"""A second person approves a correction: who asked is told, and the areas where it goes around get it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.conversation import news
from bot.outbox import desk as outbox
from bot.outbox.item import Kind
from bot.stories.tell_residents import tell_next
from community.areas import desk as areas
from community.areas.area import ROOT, Level
from community.rumours import correction_desk as corrections
from community.rumours import desk as rumours
from community.rumours.correction import Correction, Words
from community.rumours.rumour import Cells, Rumour

_LARGE = {Level.GRID, Level.COMMUNITY, Level.SUBDISTRICT}


@dataclass(frozen=True)
class Pushed:
    """A correction on its way to the areas in which the statement goes around.

    The areas are grids or larger: a building could give away who asked.
    """

    rumour_id: str
    rumour_number: str
    areas: tuple[str, ...]
    words: Words
    authors: tuple[str, ...]  # staff account ids, as below
    submitted_by: str
    approved_by: str
    told: frozenset[str] = frozenset()  # who asked, and is told in person: the notice leaves them out


# Files the notice with the broadcasts' room; returns the notice's id.
FileNotice = Callable[[sa.Connection, Pushed], str]


@dataclass(frozen=True)
class Corrected:
    """What came of an approval."""

    correction: Correction
    areas: tuple[str, ...]
    notice_id: str
    told: int  # in this transaction; the worker tells the rest


def approve_correction(
    conn: sa.Connection,
    correction_id: str,
    *,
    actor: str,
    seen: int,
    branch: str,
    file_notice: FileNotice,
    now: datetime,
) -> Corrected:
    """Approve what was read (`seen` is its revision), tell the first who asked, file the notice.

    `branch` stands for askers whose place nobody knows. Raises what `correction_desk.approve` raises.
    """
    correction = corrections.approve(conn, correction_id, actor=actor, seen=seen, now=now)
    where = tuple(asked_in(conn, correction.rumour_id, branch=branch))
    notice_id = file_notice(
        conn,
        Pushed(
            rumour_id=correction.rumour_id,
            rumour_number=rumours.get(conn, correction.rumour_id).number,
            areas=where,
            words=correction.words,
            authors=correction.authors,
            submitted_by=correction.submitted_by,
            approved_by=correction.approved_by,
            told=frozenset(rumours.askers(conn, correction.rumour_id)),
        ),
    )
    told = tell_next(conn, correction.rumour_id, now=now)
    return Corrected(correction, where, notice_id, told)


def approve_withdrawal(conn: sa.Connection, correction_id: str, *, actor: str, now: datetime) -> Correction:
    """A second person agrees that it was wrong: those who got it are told, the first of them now.

    Raises what `correction_desk.approve_withdrawal` raises.
    """
    correction = corrections.approve_withdrawal(conn, correction_id, actor=actor, now=now)
    tell_next(conn, correction.rumour_id, now=now)
    return correction


def set_aside(conn: sa.Connection, rumour_id: str, *, actor: str, reason: str, now: datetime) -> Rumour:
    """No statement to correct, or no way to tell: who asked hears why, and is forgotten.

    Raises Forbidden, Unsaid, Stale.
    """
    asked = rumours.askers(conn, rumour_id)
    rumour = rumours.set_aside(conn, rumour_id, actor=actor, reason=reason, now=now)
    text = news.rumour_set_aside(rumour.number, reason.strip())
    for resident_id in asked:
        outbox.post(conn, Kind.NEWS, {"text": text}, resident_id=resident_id, now=now)
    return rumour


def asked_in(conn: sa.Connection, rumour_id: str, *, branch: str) -> list[str]:
    """The grids (or larger areas) from which it was reported, by code."""
    return rumours.asked_in(conn, rumour_id, cell=_grid(conn, branch))


def asked_by_grid(conn: sa.Connection, rumour_id: str, *, branch: str) -> Cells:
    """How many asked in each grid, no cell below five shown (charter 1)."""
    return rumours.by_area(conn, rumour_id, cell=_grid(conn, branch))


def _grid(conn: sa.Connection, branch: str) -> Callable[[str], str]:
    """From an area's code to the grid that holds it; to `branch` where the place is not known."""

    def grid(code: str) -> str:
        area = areas.get(conn, code) if code != ROOT else None
        while area is not None and area.level not in _LARGE:
            area = areas.get(conn, area.parent) if area.parent else None
        return area.code if area else branch

    return grid
