"""Staff move a need on, and everybody who told of it hears what was done and what comes next."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.conversation import news
from bot.outbox import desk as outbox
from bot.outbox.item import Kind
from community.needs import desk as needs
from community.needs.need import Need

# Each of these raises what its desk verb raises: Forbidden, Unsaid, Stale. Then nothing is told.


def accept_need(conn: sa.Connection, need_id: str, *, actor: str, now: datetime) -> Need:
    """Take it."""
    need = needs.accept(conn, need_id, actor=actor, now=now)
    return tell(conn, need, news.need_accepted(need.number), now=now)


def record_progress(conn: sa.Connection, need_id: str, *, actor: str, note: str, now: datetime) -> Need:
    """Work goes on; `note` is read by those who told of it."""
    need = needs.progress(conn, need_id, actor=actor, note=note, now=now)
    return tell(conn, need, news.need_progress(need.number, need.outcome), now=now)


def resolve_need(conn: sa.Connection, need_id: str, *, actor: str, done: str, now: datetime) -> Need:
    """It is done, and what was done; they are asked whether it is so."""
    need = needs.resolve(conn, need_id, actor=actor, done=done, now=now)
    return tell(conn, need, news.need_resolved(need.number, need.outcome), now=now)


def refer_need(conn: sa.Connection, need_id: str, *, actor: str, body: str, number: str, now: datetime) -> Need:
    """Another body does it; they get that body's number to ask with."""
    need = needs.refer(conn, need_id, actor=actor, body=body, number=number, now=now)
    text = news.need_referred(need.number, body=need.body, body_number=need.body_number)
    return tell(conn, need, text, now=now)


def decline_need(conn: sa.Connection, need_id: str, *, actor: str, reason: str, now: datetime) -> Need:
    """It cannot be done, and why; they may contest it."""
    need = needs.decline(conn, need_id, actor=actor, reason=reason, now=now)
    return tell(conn, need, news.need_declined(need.number, need.outcome), now=now)


def join_needs(conn: sa.Connection, need_id: str, *, into: str, actor: str, now: datetime) -> Need:
    """Two needs are one trouble; who told of the first is told where it stands now. Returns the one that stays."""
    first = needs.get(conn, need_id)
    moved = needs.reporters(conn, need_id)
    stays = needs.join(conn, need_id, into=into, actor=actor, now=now)
    for resident_id in moved:
        text = news.needs_joined(first.number, stays.number)
        outbox.post(conn, Kind.NEWS, {"text": text}, resident_id=resident_id, now=now)
    return stays


def tell(conn: sa.Connection, need: Need, text: str, *, now: datetime) -> Need:
    """Post the text to everybody who told of the need and was not erased since."""
    for resident_id in needs.reporters(conn, need.id):
        outbox.post(conn, Kind.NEWS, {"text": text}, resident_id=resident_id, now=now)
    return need
