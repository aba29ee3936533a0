"""What is due. Everything stands in the database: any number of nodes may ask at any time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.approval import NoAuthority, Refused
from bot.outbox import desk as outbox
from bot.outbox.desk import Leaving
from bot.outbox.item import Kind
from broadcasts import broadcast as nouns
from broadcasts import delivery_ledger, ledger
from broadcasts.broadcast import WORTH_REPEATING, Broadcast, Severity, Status
from broadcasts.delivery import BATCH, Frozen
from broadcasts.desk import MayApprove

SYSTEM = "system"
MOST_AT_ONCE = 20  # broadcasts looked at in one transaction


@dataclass(frozen=True)
class Due:
    """What one transaction did. Ask again at once while `posted` is not zero."""

    expired: int = 0
    started: int = 0
    refused: int = 0
    posted: int = 0
    finished: int = 0


def due(conn: sa.Connection, *, may_approve: MayApprove, now: datetime) -> Due:
    """One short transaction's worth: end what is over, start what is due, post at most a batch, finish.

    Another node at the same moment finds nothing to do (PostgreSQL) or waits its turn (SQLite).
    """
    if not ledger.take_turn(conn):
        return Due()
    expired = _expire(conn, now=now)
    started = [_start(conn, one, may_approve=may_approve, now=now) for one in _to_start(conn, now)]
    posted = _post(conn, now=now)
    finished = 0 if posted else _finish(conn, now=now)
    return Due(expired, started.count(True), started.count(False), posted, finished)


def _expire(conn: sa.Connection, *, now: datetime) -> int:
    over = ledger.past_validity(conn, now=now, limit=MOST_AT_ONCE)
    for before in over:
        _keep(conn, before, Status.EXPIRED, why="its validity is over", now=now)
        delivery_ledger.withdraw(conn, before.id, why="over", now=now)
    delivery_ledger.withdraw_overdue(conn, now=now)
    return len(over)


def _to_start(conn: sa.Connection, now: datetime) -> list[Broadcast]:
    return ledger.to_start(conn, now=now, limit=MOST_AT_ONCE)


def _start(conn: sa.Connection, before: Broadcast, *, may_approve: MayApprove, now: datetime) -> bool:
    """Start the sending if the approval stands still; else it goes back to its authors (charter 5)."""
    try:
        nouns.start(before)
        for approver in before.approvers:
            if not may_approve(conn, approver, before.area_code):
                raise NoAuthority(approver)
    except Refused as refusal:
        _keep(conn, before, Status.RETURNED, why=f"{type(refusal).__name__}: {refusal}", now=now)
        delivery_ledger.thaw(conn, before.id)
        outbox.post(conn, Kind.OPERATIONS, {"about": "approval fell", "broadcast_id": before.id}, now=now)
        return False
    _keep(conn, before, Status.SENDING, why="its time has come", now=now)
    return True


def _post(conn: sa.Connection, *, now: datetime) -> int:
    """At most a batch, of as many broadcasts as it takes."""
    posted = 0
    for before in ledger.sending(conn, limit=MOST_AT_ONCE):
        if posted < BATCH:
            posted += _post_some(conn, before, limit=BATCH - posted, now=now)
    return posted


def _finish(conn: sa.Connection, *, now: datetime) -> int:
    delivery_ledger.follow(conn)
    done = [one for one in ledger.sending(conn, limit=MOST_AT_ONCE) if delivery_ledger.is_finished(conn, one.id)]
    for before in done:
        _keep(conn, before, Status.SENT, why="everybody was tried", now=now)
    return len(done)


def _post_some(conn: sa.Connection, sending: Broadcast, *, limit: int, now: datetime) -> int:
    frozen = delivery_ledger.get_frozen(conn, sending.id)
    assert frozen is not None  # written by the approval, in its transaction
    rows = delivery_ledger.take(conn, sending.id, limit=limit)
    page = frozen.number if sending.notice.audience.everybody_there else ""
    leaving = [Leaving(row.id, row.resident_id, {**_payload(frozen, row), "page": page}) for row in rows]
    outbox.post_many(conn, Kind.BROADCAST, leaving, expires_at=frozen.valid_until, now=now)
    return len(leaving)


def _payload(frozen: Frozen, row: Any) -> dict[str, Any]:
    return {
        "broadcast_id": frozen.broadcast_id,
        "title": frozen.title,
        "text": frozen.text,
        "repeat": Severity(frozen.severity) in WORTH_REPEATING,
        "channel": row.channel,
        "app": row.app,
        "openid": row.openid,
    }


def _keep(conn: sa.Connection, before: Broadcast, status: Status, *, why: str, now: datetime) -> None:
    ledger.move(conn, before, nouns.move(before, status))
    ledger.append(conn, before.id, actor=SYSTEM, was=before.status, became=status, why=why, now=now)
