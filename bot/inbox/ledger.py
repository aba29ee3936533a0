"""Table and queries of the inbox. Texts are personal data and can be erased; the row stays as a count."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.inbox.correction import Correction
from bot.inbox.message import EVENTS, Incoming
from bot.tables import Code, Time, changed_one, insert_once, metadata, within

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

label_corrections = sa.Table(  # appended, never changed but for the second person's agreement
    "inbox_label_corrections",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("message_id", sa.String, nullable=False, index=True),
    sa.Column("at", Time, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("field", sa.String, nullable=False),
    sa.Column("was", sa.String, nullable=False),
    sa.Column("became", sa.String, nullable=False),
    sa.Column("confirmed_by", sa.String, nullable=False),
)

looks = sa.Table(  # which messages of the daily sample a person has looked at; a count, it outlives the words
    "inbox_looks",
    metadata,
    sa.Column("message_id", sa.String, primary_key=True),
    sa.Column("at", Time, nullable=False, index=True),
    sa.Column("actor", sa.String, nullable=False),
)

_ERASED = {"resident_id": None, "text": "", "url": "", "media_id": "", "reply": "", "analysis": None}
_ERASED_PLACE = {"latitude": None, "longitude": None}


# Every message runs this: built once.
_REMEMBER = sa.update(messages).where(messages.c.id == sa.bindparam("of_id"))


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
    conn.execute(_REMEMBER, {"of_id": message_id, **values})


def of_resident(conn: sa.Connection, resident_id: str, *, limit: int) -> list[sa.Row[Any]]:
    """The resident's newest messages, oldest of them first."""
    query = (
        sa.select(messages)
        .where(messages.c.resident_id == resident_id)
        .order_by(messages.c.received_at.desc(), messages.c.id)
        .limit(limit)
    )
    return list(conn.execute(query))[::-1]


def wrote_at(conn: sa.Connection, resident_ids: list[str]) -> dict[str, datetime]:
    """The newest message's time of each resident, in portions that both databases take as parameters."""
    found: dict[str, datetime] = {}
    c = messages.c
    for start in range(0, len(resident_ids), 500):
        query = sa.select(c.resident_id, sa.func.max(c.received_at).label("at"))
        portion = c.resident_id.in_(resident_ids[start : start + 500])
        found |= {row.resident_id: row.at for row in conn.execute(query.where(portion).group_by(c.resident_id))}
    return found


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


def of_branch(
    conn: sa.Connection, branch: str, *, said: Collection[str], before: datetime | None, limit: int
) -> list[sa.Row[Any]]:
    """The branch's messages that still hold words, newest first; `said` empty means whatever was answered."""
    c = messages.c
    query = sa.select(messages).where(_seen_from(branch), c.kind.not_in(list(EVENTS)), c.text != "")
    if said:
        query = query.where(c.said.in_(list(said)))
    if before is not None:
        query = query.where(c.received_at < before)
    return list(conn.execute(query.order_by(c.received_at.desc(), c.id).limit(limit)))


def of_ids(conn: sa.Connection, branch: str, ids: Collection[str]) -> list[sa.Row[Any]]:
    """These messages, as far as staff of the branch may see them, newest first."""
    c = messages.c
    query = sa.select(messages).where(_seen_from(branch), c.id.in_(list(ids)))
    return list(conn.execute(query.order_by(c.received_at.desc(), c.id)))


def between(
    conn: sa.Connection, branch: str, since: datetime, until: datetime, *, start: str
) -> Iterator[sa.Row[Any]]:
    """The branch's analysed texts of a span of time, by id from `start` on and then from the beginning.

    Ids are random (`bot.tables.new_id`), so that whoever stops early has a random sample.
    """
    c = messages.c
    analysed = sa.and_(c.received_at >= since, c.received_at < until, c.text != "", c.said != "")
    query = sa.select(messages).where(_seen_from(branch), analysed, c.kind.not_in(list(EVENTS)))
    for half in (c.id >= start, c.id < start):
        yield from (row for row in conn.execute(query.where(half).order_by(c.id)).yield_per(50) if row.analysis)


def corrected(conn: sa.Connection) -> list[sa.Row[Any]]:
    """All messages that still hold words and whose labels somebody corrected, by id."""
    c = messages.c
    query = sa.select(messages).where(c.id.in_(sa.select(label_corrections.c.message_id)), c.text != "")
    return list(conn.execute(query.order_by(c.id)))


def newest_texts(conn: sa.Connection, *, limit: int) -> list[tuple[str, str]]:
    """(id, text) of the newest messages that were analysed, wherever they come from."""
    c = messages.c
    query = sa.select(c.id, c.text, c.analysis).where(c.text != "", c.kind.not_in(list(EVENTS)))
    rows = conn.execute(query.order_by(c.received_at.desc(), c.id).limit(limit))
    return [(row.id, row.text) for row in rows if row.analysis]


def add_look(conn: sa.Connection, message_id: str, *, actor: str, at: datetime) -> bool:
    """Somebody has looked at a message of the sample; False if somebody had before."""
    return insert_once(conn, looks, {"message_id": message_id, "at": at, "actor": actor}, key=["message_id"])


def looked_at(conn: sa.Connection, message_ids: Collection[str]) -> set[str]:
    """Those of the messages that somebody has looked at."""
    query = sa.select(looks.c.message_id).where(looks.c.message_id.in_(list(message_ids)))
    return set(conn.execute(query).scalars())


def looked_since(conn: sa.Connection, branch: str, since: datetime) -> list[sa.Row[Any]]:
    """The branch's messages that somebody has looked at since then, erased ones too."""
    seen = sa.select(looks.c.message_id).where(looks.c.at >= since)
    return list(conn.execute(sa.select(messages).where(_seen_from(branch), messages.c.id.in_(seen))))


def add_correction(conn: sa.Connection, correction: Correction) -> None:
    """Append a corrected label; its `seq` is given here."""
    row = {name: value for name, value in vars(correction).items() if name != "seq"}
    conn.execute(sa.insert(label_corrections).values(**row))


def confirm_correction(conn: sa.Connection, seq: int, *, by: str) -> None:
    """A second person agrees. Raises Stale if somebody has already."""
    c = label_corrections.c
    statement = sa.update(label_corrections).where(c.seq == seq, c.confirmed_by == "").values(confirmed_by=by)
    changed_one(conn.execute(statement), what=str(seq))


def corrections_of(conn: sa.Connection, message_ids: Collection[str]) -> list[Correction]:
    """Corrected labels of these messages, oldest first."""
    query = sa.select(label_corrections).where(label_corrections.c.message_id.in_(list(message_ids)))
    return [Correction(**row._mapping) for row in conn.execute(query.order_by(label_corrections.c.seq))]


def correction(conn: sa.Connection, seq: int) -> Correction | None:
    """One corrected label."""
    row = conn.execute(sa.select(label_corrections).where(label_corrections.c.seq == seq)).one_or_none()
    return Correction(**row._mapping) if row else None


def unconfirmed(conn: sa.Connection, branch: str, *, limit: int) -> list[Correction]:
    """Corrected labels of the branch's messages that nobody else has agreed to, oldest first."""
    own = sa.select(messages.c.id).where(_seen_from(branch))
    c = label_corrections.c
    query = sa.select(label_corrections).where(c.confirmed_by == "", c.message_id.in_(own)).order_by(c.seq)
    return [Correction(**row._mapping) for row in conn.execute(query.limit(limit))]


def _seen_from(branch: str) -> sa.ColumnElement[bool]:
    """Messages of a branch, and of residents who have not said where they live."""
    return sa.or_(within(messages.c.area_code, branch), messages.c.area_code.in_(("root", "")))
