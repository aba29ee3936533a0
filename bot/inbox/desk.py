"""The verbs of the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.inbox import ledger
from bot.inbox.message import Incoming, Kind
from bot.tables import new_id


@dataclass(frozen=True)
class Exchange:
    """A message and what was answered, as the resident sees them."""

    id: str
    kind: Kind
    text: str
    event_key: str
    at: datetime
    said: str
    reply: str


def admit(conn: sa.Connection, incoming: Incoming, *, now: datetime) -> str | None:
    """Write the message under its key. Returns its id, or None if it came before (see `reply_to`)."""
    message_id = new_id()
    return message_id if ledger.admit(conn, incoming, message_id=message_id, now=now) else None


def reply_to(conn: sa.Connection, key: str) -> str | None:
    """The reply that a message got when it first came; None if it never came."""
    return ledger.reply_to(conn, key)


@dataclass(frozen=True)
class Answered:
    """What became of a message. `resident_id` is None when the resident was erased by it."""

    said: str
    reply: str
    resident_id: str | None
    area_code: str
    analysis: Mapping[str, Any] | None = None


def remember(conn: sa.Connection, message_id: str, answered: Answered) -> None:
    """Keep whose a message is, what was made of it and answered. The first reply stays the remembered one."""
    ledger.remember(conn, message_id, vars(answered))


def conversation(conn: sa.Connection, resident_id: str, *, limit: int = 100) -> list[Exchange]:
    """The resident's newest exchanges, oldest of them first."""
    return [
        Exchange(
            id=row.id,
            kind=Kind(row.kind),
            text=row.text,
            event_key=row.event_key,
            at=row.received_at,
            said=row.said,
            reply=row.reply,
        )
        for row in ledger.of_resident(conn, resident_id, limit=limit)
    ]


def count_of(conn: sa.Connection, resident_id: str) -> int:
    """How many messages of a resident are kept."""
    return ledger.count_of(conn, resident_id)


def erase(conn: sa.Connection, resident_id: str) -> None:
    """Nothing of the resident stays in this room; counts do."""
    ledger.erase(conn, resident_id)


def media_reference(conn: sa.Connection, message_id: str) -> str | None:
    """The channel's reference of a message's media; None once it is erased."""
    row = ledger.get(conn, message_id)
    return row.media_id or None if row else None


def keep_media(conn: sa.Connection, message_id: str, *, content_type: str, content: bytes, now: datetime) -> bool:
    """Keep what was fetched; False if the message was erased meanwhile, and then nothing is kept."""
    if media_reference(conn, message_id) is None:
        return False
    ledger.keep_media(conn, message_id, content_type=content_type, content=content, now=now)
    return True
