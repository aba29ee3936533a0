"""What the assistant cannot answer goes to a person, with a number to ask after."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.clock import local
from bot.outbox import desk as outbox
from bot.outbox.item import Kind
from bot.tables import next_number
from community.residents.resident import Resident
from knowledge_base import desk as knowledge

PREFIX = "W"  # 问: W-1120-3


def ask_a_person(conn: sa.Connection, text: str, *, resident: Resident, message_id: str, now: datetime) -> str:
    """File the question; returns its number."""
    number = next_number(conn, PREFIX, local(now).date())
    knowledge.file_question(
        conn,
        text=text,
        message_id=message_id,
        resident_id=resident.id,
        area_code=resident.area_code,
        number=number,
        now=now,
    )
    return number


def show_a_person(
    conn: sa.Connection, text: str, *, resident: Resident, message_id: str, media_id: str, now: datetime
) -> str:
    """File a picture or voice for a person and have it fetched before the channel lets it expire.

    Returns the number. Where the account may not fetch, the reference stays and the worker says so.
    """
    number = ask_a_person(conn, text, resident=resident, message_id=message_id, now=now)
    if media_id:
        payload = {"message_id": message_id, "channel": resident.channel}
        outbox.post(conn, Kind.FETCH_MEDIA, payload, resident_id=resident.id, now=now)
    return number
