"""The verbs of the needs' room."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from bot.clock import local
from bot.privacy import mask
from bot.tables import new_id, next_number, within
from community.needs import ledger
from community.needs import need as nouns
from community.needs.need import Need, Status, Told


@dataclass(frozen=True)
class Report:
    """What a resident told: of what, how urgent, where, and in which message."""

    category: str
    urgency: str
    text: str
    area_code: str
    building: str | None  # the building's code, None where the place is not known
    resident_id: str | None
    message_id: str


def tell(conn: sa.Connection, report: Report, *, alike: Callable[[str, str], float], now: datetime) -> Told:
    """Open a need, or join the one that a neighbour (or the resident before) opened.

    One trouble is one need: same category, same building, within 48 hours, and alike. An emergency
    always stands for itself: two may be in danger in one house.
    """
    standing = None if report.urgency == "emergency" else _standing(conn, report, alike=alike, now=now)
    need = standing or _open(conn, report, now=now)
    ledger.add_report(
        conn,
        report_id=new_id(),
        need_id=need.id,
        resident_id=report.resident_id,
        message_id=report.message_id,
        now=now,
    )
    return Told(need=ledger.get(conn, need.id), joined=standing is not None)


def of_resident(conn: sa.Connection, resident_id: str, *, limit: int = 5) -> list[Need]:
    """The newest needs that a resident told of."""
    return ledger.of_resident(conn, resident_id, limit=limit)


def place(conn: sa.Connection, need_id: str, *, area_code: str, now: datetime) -> Need:
    """The resident said where it is."""
    before = ledger.get(conn, need_id)
    ledger.place(conn, need_id, area_code)
    ledger.append(
        conn,
        need_id,
        actor="resident",
        was=before.area_code,
        became=area_code,
        why="the place was told",
        now=now,
    )
    return replace(before, area_code=area_code)


def forget(conn: sa.Connection, resident_id: str) -> None:
    """The needs stay open; nothing says any more whose they were."""
    ledger.forget(conn, resident_id)


def clear(conn: sa.Connection, branch: str) -> None:
    """The demo begins again: every need of its branch goes, with what was told of it."""
    ledger.clear(conn, branch)


def _standing(conn: sa.Connection, report: Report, *, alike: Callable[[str, str], float], now: datetime) -> Need | None:
    if report.building is not None:
        ledger.lock(conn, report.category, report.building)
        where = within(ledger.needs.c.area_code, report.building)
    elif report.resident_id is not None:
        where = ledger.told_by(conn, report.resident_id)
    else:
        return None
    text = mask(report.text)
    for candidate in ledger.open_since(conn, report.category, where, now - nouns.JOIN_WITHIN):
        if nouns.same_trouble(text, candidate.summary, alike=alike):
            return candidate
    return None


def _open(conn: sa.Connection, report: Report, *, now: datetime) -> Need:
    need = Need(
        id=new_id(),
        number=next_number(conn, nouns.PREFIX, local(now).date()),
        category=report.category,
        urgency=report.urgency,
        area_code=report.area_code,
        summary=mask(report.text),
        status=Status.OPEN,
        opened_at=now,
        households=0,
    )
    ledger.add(conn, need)
    ledger.append(conn, need.id, actor="resident", was="", became=Status.OPEN, why="told in the chat", now=now)
    return need
