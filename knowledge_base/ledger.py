"""Tables and queries of the knowledge base: artefacts and their use, local facts, adoptions, open
questions."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

import sqlalchemy as sa

from bot.tables import Code, Time, allow_a_minute, changed_one, insert_once, metadata, within
from knowledge_base.question import OpenQuestion, Status

artefacts = sa.Table(
    "artefacts",
    metadata,
    sa.Column("hash", sa.String, primary_key=True),  # SHA-256 of the bytes, hexadecimal
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("bytes", sa.LargeBinary, nullable=False),
    sa.Column("made_at", Time, nullable=False),
)
artefact_uses = sa.Table(
    "artefact_uses",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),  # orders them, not the clock
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("hash", sa.String, sa.ForeignKey("artefacts.hash"), nullable=False),
    sa.Column("from", Time, nullable=False),
    sa.Column("by", sa.String, nullable=False),
    sqlite_autoincrement=True,
)
local_facts = sa.Table(
    "local_facts",
    metadata,
    sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("area_code", Code, nullable=False),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("value", sa.String, nullable=False),
    sa.Column("changed_at", Time, nullable=False),
    sa.Column("changed_by", sa.String, nullable=False),
    sqlite_autoincrement=True,
)
adoptions = sa.Table(
    "adoptions",
    metadata,
    sa.Column("snapshot", sa.String, sa.ForeignKey("artefacts.hash"), primary_key=True),
    sa.Column("adopted_at", Time, nullable=False),
    sa.Column("adopted_by", sa.String, nullable=False),
)
open_questions = sa.Table(
    "open_questions",
    metadata,
    sa.Column("id", Code, primary_key=True),
    sa.Column("number", sa.String, nullable=False),
    sa.Column("area_code", Code, nullable=False),
    sa.Column("message_id", Code, nullable=False),
    sa.Column("resident_id", Code, nullable=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("asked_at", Time, nullable=False),
    sa.Column("status", sa.String, nullable=False),
)
sa.Index("ix_artefact_uses_kind", artefact_uses.c.kind, artefact_uses.c.sequence)
sa.Index("ix_local_facts_area_code", local_facts.c.area_code, local_facts.c.sequence)
sa.Index("ix_open_questions_resident_id", open_questions.c.resident_id)
sa.Index("ix_open_questions_message_id", open_questions.c.message_id)
sa.Index("ix_open_questions_area_code", open_questions.c.area_code, open_questions.c.status)


def store(conn: sa.Connection, *, kind: str, content: bytes, now: datetime) -> str:
    """Keep the bytes once; returns their hash."""
    name = hashlib.sha256(content).hexdigest()
    row = {"hash": name, "kind": kind, "bytes": content, "made_at": now}
    allow_a_minute(conn)  # a model weighs 30 MB
    insert_once(conn, artefacts, row, key=["hash"])
    return name


def content(conn: sa.Connection, name: str) -> bytes | None:
    """The bytes of that hash."""
    return conn.execute(sa.select(artefacts.c.bytes).where(artefacts.c.hash == name)).scalar_one_or_none()


def kind_of(conn: sa.Connection, name: str) -> str | None:
    """The kind of the artefact of that hash."""
    return conn.execute(sa.select(artefacts.c.kind).where(artefacts.c.hash == name)).scalar_one_or_none()


def all_of(conn: sa.Connection, kind: str) -> list[tuple[str, datetime]]:
    """(hash, when it came) of every artefact of that kind, newest first."""
    c = artefacts.c
    query = sa.select(c.hash, c.made_at).where(c.kind == kind).order_by(c.made_at.desc(), c.hash)
    return [(row.hash, row.made_at) for row in conn.execute(query)]


def use(conn: sa.Connection, *, kind: str, name: str, by: str, now: datetime) -> None:
    """From `now` on the artefact is the current one of its kind."""
    row = {"kind": kind, "hash": name, "from": now, "by": by}
    conn.execute(artefact_uses.insert().values(row))


def current(conn: sa.Connection, kind: str) -> tuple[str, str] | None:
    """Hash of the artefact of that kind which is in use, and who put it in use."""
    query = (
        sa.select(artefact_uses.c.hash, artefact_uses.c.by)
        .where(artefact_uses.c.kind == kind)
        .order_by(artefact_uses.c.sequence.desc())
        .limit(1)
    )
    row = conn.execute(query).one_or_none()
    return (row.hash, row.by) if row else None


def uses(conn: sa.Connection, kind: str) -> list[tuple[str, datetime, str]]:
    """Every (hash, from when, by whom) of that kind, oldest first."""
    columns = (artefact_uses.c.hash, artefact_uses.c["from"], artefact_uses.c.by)
    query = sa.select(*columns).where(artefact_uses.c.kind == kind).order_by(artefact_uses.c.sequence)
    return [(name, since, by) for name, since, by in conn.execute(query)]


def adopt(conn: sa.Connection, *, snapshot: str, by: str, now: datetime) -> bool:
    """Write the adoption; False if it stands already."""
    row = {"snapshot": snapshot, "adopted_at": now, "adopted_by": by}
    return insert_once(conn, adoptions, row, key=["snapshot"])


def is_adopted(conn: sa.Connection, snapshot: str) -> bool:
    """Whether the committee adopted that snapshot."""
    query = sa.select(adoptions.c.snapshot).where(adoptions.c.snapshot == snapshot)
    return conn.execute(query).one_or_none() is not None


def adoption(conn: sa.Connection, snapshot: str) -> tuple[datetime, str] | None:
    """When and by whom that snapshot was adopted."""
    query = sa.select(adoptions.c.adopted_at, adoptions.c.adopted_by).where(adoptions.c.snapshot == snapshot)
    row = conn.execute(query).one_or_none()
    return (row.adopted_at, row.adopted_by) if row else None


def add_fact(conn: sa.Connection, *, area_code: str, name: str, value: str, by: str, now: datetime) -> None:
    """Append a fact's new value; what it was before stays readable."""
    row = {"area_code": area_code, "name": name, "value": value, "changed_at": now, "changed_by": by}
    conn.execute(local_facts.insert().values(row))


def facts(conn: sa.Connection, area_code: str) -> dict[str, str]:
    """The newest value of each of the area's facts."""
    query = (
        sa.select(local_facts.c.name, local_facts.c.value)
        .where(local_facts.c.area_code == area_code)
        .order_by(local_facts.c.sequence)
    )
    return {row.name: row.value for row in conn.execute(query)}


def add_question(conn: sa.Connection, question: OpenQuestion) -> None:
    """Write a new question."""
    conn.execute(open_questions.insert().values(asdict(question)))


def question(conn: sa.Connection, question_id: str) -> OpenQuestion | None:
    """The question of that id."""
    row = conn.execute(sa.select(open_questions).where(open_questions.c.id == question_id)).one_or_none()
    return _question(row) if row else None


def questions(conn: sa.Connection, branch: str, status: Status) -> list[OpenQuestion]:
    """The questions of a branch, and those from nobody knows where, in that state, longest waiting first."""
    theirs = sa.or_(within(open_questions.c.area_code, branch), open_questions.c.area_code == "root")
    query = (
        sa.select(open_questions)
        .where(theirs, open_questions.c.status == status)
        .order_by(open_questions.c.asked_at, open_questions.c.id)
    )
    return [_question(row) for row in conn.execute(query)]


def move(conn: sa.Connection, before: OpenQuestion, after: OpenQuestion) -> None:
    """Write the new state. Raises Stale if somebody else moved the question since it was read."""
    stands = (open_questions.c.id == before.id) & (open_questions.c.status == before.status)
    changed_one(
        conn.execute(open_questions.update().where(stands).values(status=after.status)), what=before.number
    )


def erase(conn: sa.Connection, resident_id: str) -> None:
    """Forget who asked and what they wrote; that something was asked stays as a count."""
    whose = open_questions.c.resident_id == resident_id
    conn.execute(open_questions.update().where(whose).values(resident_id=None, text="", status=Status.ERASED))


def _question(row: sa.Row[Sequence[object]]) -> OpenQuestion:
    values = dict(row._mapping)
    return OpenQuestion(**values | {"status": Status(values["status"])})
