"""Table and queries of the inbox. Texts are personal data and can be erased; the row stays as a count."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.inbox.message import Incoming
from bot.tables import Code, Time, insert_once, metadata

messages = sa.Table(
    "inbox_messages",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("key_hash", sa.String, nullable=False, unique=True),  # the key names the sender; its hash does not
    sa.Column("channel", sa.String, nullable=False),
    sa.Column("resident_id", sa.String, nullable=True),
    sa.Column("area_code", Code, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("event_key", sa.String, nullable=False),
    sa.Column("media_id", sa.String, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("latitude", sa.Float, nullable=True),
    sa.Column("longitude", sa.Float, nullable=True),
    sa.Column("sent_at", Time, nullable=False),
    sa.Column("received_at", Time, nullable=False, index=True),
    sa.Column("analysis", sa.JSON, nullable=True),
    sa.Column("said", sa.String, nullable=False),  # what kind of answer was given; "" until one was
    sa.Column("reply", sa.Text, nullable=False),
    sa.Index("ix_inbox_messages_resident", "resident_id", "received_at"),
)

media = sa.Table(
    "inbox_media",
    metadata,
    sa.Column("message_id", sa.String, primary_key=True),
    sa.Column("content_type", sa.String, nullable=False),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sa.Column("fetched_at", Time, nullable=False),
)

_ERASED = {"resident_id": None, "text": "", "url": "", "media_id": "", "reply": "", "analysis": None}
_ERASED_PLACE = {"latitude": None, "longitude": None}


def key_hash(key: str) -> str:
    """What stands in the table for a message's key: SHA-256, hexadecimal."""
    return hashlib.sha256(key.encode()).hexdigest()


def admit(conn: sa.Connection, incoming: Incoming, *, message_id: str, now: datetime) -> bool:
    """Write the message under its key; False if it stands already."""
    row = {
        "id": message_id,
        "key_hash": key_hash(incoming.key),
        "channel": incoming.channel,
        "resident_id": None,
        "area_code": "",
        "kind": incoming.kind,
        "text": incoming.text,
        "event_key": incoming.event_key,
        "media_id": incoming.media_id,
        "url": incoming.url,
        "latitude": incoming.latitude,
        "longitude": incoming.longitude,
        "sent_at": incoming.sent_at,
        "received_at": now,
        "said": "",
        "reply": "",
    }
    return insert_once(conn, messages, row, key=["key_hash"])


def reply_to(conn: sa.Connection, key: str) -> str | None:
    """The remembered reply to a message, None if the message is not known."""
    query = sa.select(messages.c.reply).where(messages.c.key_hash == key_hash(key))
    return conn.execute(query).scalar_one_or_none()


def remember(conn: sa.Connection, message_id: str, values: Mapping[str, Any]) -> None:
    """Keep whose the message is, what was made of it and what was answered."""
    conn.execute(sa.update(messages).where(messages.c.id == message_id).values(**values))


def of_resident(conn: sa.Connection, resident_id: str, *, limit: int) -> list[sa.Row[Any]]:
    """The resident's newest messages, oldest of them first."""
    query = (
        sa.select(messages)
        .where(messages.c.resident_id == resident_id)
        .order_by(messages.c.received_at.desc(), messages.c.id)
        .limit(limit)
    )
    return list(conn.execute(query))[::-1]


def count_of(conn: sa.Connection, resident_id: str) -> int:
    """How many messages of a resident are kept."""
    query = sa.select(sa.func.count()).select_from(messages).where(messages.c.resident_id == resident_id)
    return conn.execute(query).scalar_one()


def erase(conn: sa.Connection, resident_id: str) -> None:
    """Texts, replies, media and whose they were go; that a message came, when and of what kind, stays."""
    own = sa.select(messages.c.id).where(messages.c.resident_id == resident_id)
    conn.execute(sa.delete(media).where(media.c.message_id.in_(own)))
    values = {**_ERASED, **_ERASED_PLACE}
    conn.execute(sa.update(messages).where(messages.c.resident_id == resident_id).values(**values))


def keep_media(conn: sa.Connection, message_id: str, *, content_type: str, content: bytes, now: datetime) -> None:
    """Keep a fetched picture, voice or video."""
    row = {"message_id": message_id, "content_type": content_type, "content": content, "fetched_at": now}
    insert_once(conn, media, row, key=["message_id"])


def get(conn: sa.Connection, message_id: str) -> sa.Row[Any] | None:
    """One message's row."""
    return conn.execute(sa.select(messages).where(messages.c.id == message_id)).one_or_none()
