"""The verbs of the residents' room."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from community.residents import ledger
from community.residents.resident import Resident

UNPLACED = "root"


def meet(conn: sa.Connection, *, channel: str, app: str, openid: str, now: datetime) -> Resident:
    """The resident behind an openid; a stranger becomes one, with no place yet."""
    known = ledger.find(conn, channel=channel, app=app, openid=openid)
    if known is not None:
        return known
    ledger.add(conn, channel=channel, app=app, openid=openid, area_code=UNPLACED, now=now)
    added = ledger.find(conn, channel=channel, app=app, openid=openid)
    assert added is not None  # written in this transaction
    return added


def get(conn: sa.Connection, resident_id: str) -> Resident | None:
    """The resident of that id, None once they are erased."""
    return ledger.get(conn, resident_id)


def find(conn: sa.Connection, *, channel: str, app: str, openid: str) -> Resident | None:
    """The resident behind an openid, None for a stranger."""
    return ledger.find(conn, channel=channel, app=app, openid=openid)


def settle(conn: sa.Connection, resident_id: str, *, area_code: str, room: str = "") -> None:
    """The resident lives there from now on (said in the chat, or scanned a building's QR code).

    `room` is the flat's number where they told it; without, an earlier one does not stand any more.
    """
    ledger.change(conn, resident_id, area_code=area_code, room=room)


def introduce(conn: sa.Connection, resident_id: str, *, name: str, tags: tuple[str, ...]) -> None:
    """How the resident wants to be addressed, and what they told the committee of themselves."""
    ledger.change(conn, resident_id, name=name, tags=list(tags))


def want_notices(conn: sa.Connection, resident_id: str) -> None:
    """订阅: notices to many come again."""
    ledger.change(conn, resident_id, notices=True)


def refuse_notices(conn: sa.Connection, resident_id: str) -> None:
    """退订: no notices to many; answers to the resident's own matters still come."""
    ledger.change(conn, resident_id, notices=False)


def erase(conn: sa.Connection, resident_id: str) -> None:
    """Nothing of the resident stays in this room."""
    ledger.remove(conn, resident_id)


def of_channel(conn: sa.Connection, channel: str, branch: str) -> list[Resident]:
    """Everybody of one channel in a branch of the tree."""
    return ledger.of_channel(conn, channel, branch)
