"""The verbs of the inbox."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from random import Random
from typing import Any

import sqlalchemy as sa

from bot.inbox import ledger
from bot.inbox.correction import Correction, NoChange, SamePerson, takes_two
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


def wrote_at(conn: sa.Connection, resident_ids: Collection[str]) -> dict[str, datetime]:
    """When each of these residents wrote last (a scan or a click of the menu counts); who never did is left out."""
    return ledger.wrote_at(conn, list(resident_ids))


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


@dataclass(frozen=True)
class Read:
    """A message as staff read it: its words, what the analysis said, what people corrected."""

    id: str
    kind: Kind
    text: str  # as it was written: mask it wherever nobody needs the numbers
    at: datetime
    area_code: str
    said: str
    reply: str
    analysis: Mapping[str, Any] | None
    corrections: tuple[Correction, ...]

    def label(self, field: str) -> str:
        """A label as it stands now, as text: the last correction that counts, else the analysis; "" for none."""
        corrected = [one.became for one in self.corrections if one.field == field and one.counts]
        return corrected[-1] if corrected else analysed(self.analysis, field)

    @property
    def is_flagged(self) -> bool:
        """Whether it stands as something that a person should see: a need, a claim, a danger."""
        return bool(self.label("need")) or self.label("claim") == "true" or self.label("urgency") == "emergency"

    @property
    def pending(self) -> tuple[Correction, ...]:
        """Corrections that do not count until a second person agrees."""
        return tuple(one for one in self.corrections if not one.counts)


def analysed(analysis: Mapping[str, Any] | None, field: str) -> str:
    """A label as the analysis left it, as text: "true"/"false" for a claim, "" where there is none."""
    value = (analysis or {}).get(field)
    value = value[0] if isinstance(value, list) else value
    return str(value).lower() if isinstance(value, bool) else str(value or "")


def recent(
    conn: sa.Connection, branch: str, *, said: Collection[str] = (), before: datetime | None = None, limit: int = 50
) -> list[Read]:
    """The branch's newest messages, newest first. `said` keeps those answered in one of these ways."""
    return _read(conn, ledger.of_branch(conn, branch, said=said, before=before, limit=limit))


def messages(conn: sa.Connection, branch: str, ids: Collection[str]) -> list[Read]:
    """These messages as far as staff of the branch may see them, newest first."""
    return _read(conn, ledger.of_ids(conn, branch, ids))


def message(conn: sa.Connection, message_id: str, *, branch: str) -> Read | None:
    """One message; None if there is none or it is not the branch's."""
    found = messages(conn, branch, [message_id])
    return found[0] if found else None


def sample(
    conn: sa.Connection, branch: str, *, since: datetime, until: datetime, chance: Random, size: int
) -> list[Read]:
    """A few of the span's messages in which nothing was found: no need, no claim, no danger.

    `chance` says where the drawing begins: one that is seeded with the day gives everybody the same ones, and nobody's
    taste chose them. What is erased meanwhile leaves its place to one more; the others stay.
    """
    start = f"{chance.getrandbits(96):024x}"  # an id, as `new_id` makes them
    plain = (row for row in ledger.between(conn, branch, since, until, start=start) if _unflagged(row.analysis))
    return _read(conn, list(islice(plain, size)))


def look(conn: sa.Connection, read: Read, *, actor: str, now: datetime) -> bool:
    """Count a message of the sample as looked at, once; False if it had been."""
    return ledger.add_look(conn, read.id, actor=actor, at=now)


def looked_at(conn: sa.Connection, message_ids: Collection[str]) -> set[str]:
    """Those of the messages that somebody has looked at."""
    return ledger.looked_at(conn, message_ids)


def looks(conn: sa.Connection, branch: str, *, since: datetime) -> tuple[int, int]:
    """How many messages of samples were looked at since then, and in how many of them something had been missed.

    A claim counts as missed when a second person agreed that it is one.
    """
    found = _read(conn, ledger.looked_since(conn, branch, since))
    return len(found), sum(read.is_flagged for read in found)


def taught(conn: sa.Connection) -> list[tuple[Read, str]]:
    """Every message, with its resident's id, that people's corrections say something about; erased ones do not."""
    rows = ledger.corrected(conn)
    whose = {row.id: row.resident_id or "" for row in rows}
    return [(read, whose[read.id]) for read in _read(conn, rows) if any(one.counts for one in read.corrections)]


def newest_texts(conn: sa.Connection, *, limit: int) -> list[tuple[str, str]]:
    """(id, text) of the newest messages that were analysed, of the whole installation."""
    return ledger.newest_texts(conn, limit=limit)


def correct(conn: sa.Connection, read: Read, *, field: str, became: str, actor: str, now: datetime) -> Correction:
    """Somebody of the staff says what it really is. Raises NoChange."""
    was = read.label(field)
    if was == became:
        raise NoChange(field)
    made = Correction(0, read.id, now, actor, field, was, became, "")
    ledger.add_correction(conn, made)
    return made


def agree(conn: sa.Connection, seq: int, *, actor: str, branch: str) -> Correction | None:
    """A second person agrees to a correction; None if there is none in the branch. Raises SamePerson, Stale."""
    found = ledger.correction(conn, seq)
    if found is None or message(conn, found.message_id, branch=branch) is None:
        return None
    if found.actor == actor:
        raise SamePerson(actor)
    ledger.confirm_correction(conn, seq, by=actor)
    return found


def to_agree(conn: sa.Connection, branch: str, *, actor: str, limit: int = 50) -> list[Correction]:
    """Corrections of others that count only when somebody else agrees, oldest first."""
    found = ledger.unconfirmed(conn, branch, limit=limit)
    return [one for one in found if one.actor != actor and takes_two(one.field, one.was, one.became)]


def _unflagged(analysis: Mapping[str, Any]) -> bool:
    return not (analysis.get("emergency") or analysed(analysis, "need") or analysed(analysis, "claim") == "true")


def _read(conn: sa.Connection, rows: list[sa.Row[Any]]) -> list[Read]:
    corrections: dict[str, list[Correction]] = {}
    for one in ledger.corrections_of(conn, [row.id for row in rows]):
        corrections.setdefault(one.message_id, []).append(one)
    return [
        Read(
            id=row.id,
            kind=Kind(row.kind),
            text=row.text,
            at=row.received_at,
            area_code=row.area_code,
            said=row.said,
            reply=row.reply,
            analysis=row.analysis,
            corrections=tuple(corrections.get(row.id, ())),
        )
        for row in rows
    ]
