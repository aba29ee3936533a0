"""Everybody who asked about a statement hears how it came out: each once, in batches."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa

from bot.conversation import news
from bot.outbox import desk as outbox
from bot.outbox.item import Kind
from community.needs import desk as needs
from community.rumours import correction_desk as corrections
from community.rumours import desk as rumours
from community.rumours.correction import Correction, Status, Telling
from community.rumours.rumour import Rumour

AT_ONCE = 200  # in one transaction: it holds SQLite's only writer


def tell_next(conn: sa.Connection, rumour_id: str, *, limit: int = AT_ONCE, now: datetime) -> int:
    """Post the news to the next who have not heard; returns how many were told.

    That two people stand behind it is checked again here. Raises approval.Refused.
    """
    tellings = corrections.next_to_tell(conn, rumour_id, limit=limit)
    _post(conn, rumour_id, tellings, lead="", now=now)
    return len(tellings)


def tell_these(
    conn: sa.Connection, rumour_id: str, resident_ids: Collection[str], *, lead: str, now: datetime
) -> None:
    """The same for these alone, as far as they have not heard it; `lead` comes first. Raises approval.Refused."""
    tellings = corrections.next_to_tell(conn, rumour_id, limit=len(resident_ids), among=resident_ids)
    _post(conn, rumour_id, tellings, lead=lead, now=now)


def tell_due(conn: sa.Connection, *, limit: int = AT_ONCE, now: datetime) -> int:
    """The worker's step: whoever has still to hear of anything, in every branch, up to `limit`.

    Returns how many were told; 0 when everybody has heard.
    """
    told = 0
    for rumour_id in corrections.untold(conn):
        if told < limit:
            told += tell_next(conn, rumour_id, limit=limit - told, now=now)
    return told


def said_of(correction: Correction) -> str:
    """A published correction as it is said in a chat."""
    assert correction.published_at is not None  # approving sets it
    return news.said_of_it(
        [(one.statement, one.verdict) for one in correction.judgements],
        chat=correction.words.chat,
        source=correction.words.source,
        at=correction.published_at,
    )


def _post(conn: sa.Connection, rumour_id: str, tellings: Sequence[Telling], *, lead: str, now: datetime) -> None:
    if not tellings:
        return
    rumour = rumours.get(conn, rumour_id)
    need_number = needs.get(conn, rumour.need_id).number if rumour.need_id else ""
    for telling in tellings:
        text = lead + _news(telling, rumour, need_number)
        said = news.headline(rumour.number, taken_back=_taken_back(telling), heard_before=telling.heard_before)
        payload = {"text": text, "title": said, "page": rumour.number}  # title and page: where only a template goes
        outbox.post(conn, Kind.NEWS, payload, resident_id=telling.resident_id, now=now)


def _taken_back(telling: Telling) -> bool:
    return telling.correction.status is Status.WITHDRAWN


def _news(telling: Telling, rumour: Rumour, need_number: str) -> str:
    if _taken_back(telling):
        return news.correction_withdrawn(rumour.number)
    say = news.better_correction if telling.heard_before else news.correction
    return say(rumour.number, said_of(telling.correction), need_number=need_number)
