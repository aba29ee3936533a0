"""The incidents' verbs: declare an emergency for a branch of the tree, end it, ask whether one goes on."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.clock import local
from bot.tables import lies_in, new_id, next_number
from community.incidents import incident as nouns
from community.incidents import ledger
from community.incidents.incident import Incident

PREFIX = "J"  # 应急: J-1120-1


def declare(conn: sa.Connection, *, area_code: str, why: str, actor: str, now: datetime) -> Incident:
    """Emergency mode from now on, for the area and all below it. Where it goes on already, that one stands.

    Raises Unsaid.
    """
    why = nouns.said(why)
    standing = covering(conn, area_code)
    if standing is not None:
        return standing
    number = next_number(conn, PREFIX, local(now).date())
    incident = Incident(new_id(), number, area_code, why, actor, now)
    ledger.add(conn, incident)
    return incident


def end(conn: sa.Connection, incident_id: str, *, actor: str, outcome: str, now: datetime) -> Incident | None:
    """It is over; None if there is none of that id. Raises Unsaid, AlreadyOver, Stale."""
    before = ledger.get(conn, incident_id)
    if before is None:
        return None
    after = nouns.end(before, actor=actor, outcome=outcome, now=now)
    ledger.end(conn, after)
    return after


def covering(conn: sa.Connection, branch: str) -> Incident | None:
    """The emergency in which a branch of the tree is now, the newest; None in peacetime."""
    return next((one for one in ledger.going_on(conn) if one.covers(branch)), None)


def listing(conn: sa.Connection, branch: str, *, limit: int = 50) -> list[Incident]:
    """The incidents of a branch, of those above it and of those below, newest first."""
    found = ledger.newest(conn, limit=limit)
    return [one for one in found if lies_in(branch, one.area_code) or lies_in(one.area_code, branch)]
