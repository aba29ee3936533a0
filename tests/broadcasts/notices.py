"""What the broadcasts' tests share: a notice, its people, and the way to approval."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from broadcasts import desk
from broadcasts.audience import Audience, Recipient
from broadcasts.broadcast import Broadcast, Certainty, Notice, Severity, Urgency
from broadcasts.desk import Consent
from tests.instants import T0

AUTHOR, SECOND, THIRD = "staff-a", "staff-b", "staff-c"

NOTICE = Notice(
    title="停水通知",
    text="3号楼今天14:00至18:00停水，请先存水。",
    severity=Severity.MODERATE,
    urgency=Urgency.EXPECTED,
    certainty=Certainty.LIKELY,
    audience=Audience(areas=("c.g1.b3",)),
    valid_until=T0 + timedelta(hours=8),
)


def notice(**values: object) -> Notice:
    """The notice with other values."""
    return replace(NOTICE, **values)  # type: ignore[arg-type]


def person(number: int, **values: object) -> Recipient:
    """A resident of building 3, reachable at once."""
    one = Recipient(
        resident_id=f"r{number:05d}",
        channel="official",
        app="gh",
        openid=f"o{number}",
        area_code="c.g1.b3.u1",
        notices=True,
        wrote_at=T0,
    )
    return replace(one, **values)  # type: ignore[arg-type]


def anybody(_conn: sa.Connection, _actor: str, _area: str) -> bool:
    """Everybody may approve."""
    return True


def nobody(_conn: sa.Connection, _actor: str, _area: str) -> bool:
    """The right has been taken away."""
    return False


def consent(people: list[Recipient], broadcast: Broadcast, **values: object) -> Consent:
    """An approver who has seen the newest words, and what they are sent to."""
    given = Consent(
        seen=broadcast.revision,
        send_at=T0,
        emergency=False,
        may_approve=anybody,
        residents_of=lambda _conn, _audience: people,
    )
    return replace(given, **values)  # type: ignore[arg-type]


def submitted(conn: sa.Connection, words: Notice = NOTICE, *, now: datetime = T0) -> Broadcast:
    """Written and submitted by AUTHOR."""
    made = desk.draft(conn, words, area_code="c", actor=AUTHOR, now=now)
    return desk.submit(conn, made.id, actor=AUTHOR, emergency=False, now=now)


def approved(conn: sa.Connection, people: list[Recipient], words: Notice = NOTICE) -> Broadcast:
    """Approved by SECOND, to be sent at T0."""
    made = submitted(conn, words)
    return desk.approve(conn, made.id, consent(people, made), actor=SECOND, now=T0)
