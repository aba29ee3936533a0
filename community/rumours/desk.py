"""The verbs of the rumours' room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.clock import local
from bot.privacy import mask
from bot.tables import new_id, next_number
from community.rumours import ledger
from community.rumours import rumour as nouns
from community.rumours.rumour import Reported, Rumour, Status

# Which of the known statements, given as (id, text), a new one repeats; None for a new statement.
Match = Callable[[str, Sequence[tuple[str, str]]], str | None]


@dataclass(frozen=True)
class Claim:
    """A statement as a resident passed it on or asked about it."""

    text: str
    harm: str
    area_code: str
    resident_id: str | None
    message_id: str


def report(conn: sa.Connection, claim: Claim, *, match: Match, now: datetime) -> Reported:
    """File a claim under the rumour that it repeats, or open a new one."""
    ledger.lock(conn)
    statement = mask(claim.text)
    standing = {rumour.id: rumour for rumour in ledger.not_closed(conn)}
    same = match(statement, [(rumour.id, rumour.statement) for rumour in standing.values()])
    rumour = standing[same] if same else _open(conn, claim, statement, now=now)
    ledger.add_report(
        conn,
        report_id=new_id(),
        rumour_id=rumour.id,
        resident_id=claim.resident_id,
        message_id=claim.message_id,
        area_code=claim.area_code,
        now=now,
    )
    return Reported(rumour=rumour, known=same is not None)


def asked_by(conn: sa.Connection, resident_id: str, *, limit: int = 5) -> list[Rumour]:
    """The newest rumours that a resident asked about: they are told how it came out."""
    return ledger.asked_by(conn, resident_id, limit=limit)


def forget(conn: sa.Connection, resident_id: str) -> None:
    """Counts stay; nothing says any more who asked."""
    ledger.forget(conn, resident_id)


def clear(conn: sa.Connection, branch: str) -> None:
    """The demo begins again: every rumour of its branch goes, with who asked."""
    ledger.clear(conn, branch)


def _open(conn: sa.Connection, claim: Claim, statement: str, *, now: datetime) -> Rumour:
    rumour = Rumour(
        id=new_id(),
        number=next_number(conn, nouns.PREFIX, local(now).date()),
        statement=statement,
        harm=claim.harm,
        status=Status.REPORTED,
        area_code=claim.area_code,
        first_at=now,
    )
    ledger.add(conn, rumour)
    return rumour
