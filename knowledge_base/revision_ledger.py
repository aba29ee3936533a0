"""Tables and queries of revisions."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa

from bot.tables import Stale, Time, changed_one, insert_once, metadata
from knowledge_base.revision import NOT_ENDED, Missed, Revision, Status
from knowledge_base.typed import Words

revisions = sa.Table(
    "article_revisions",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("slug", sa.String, nullable=False, index=True),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("words", sa.JSON(none_as_null=True), nullable=True),  # as typed; none withdraws the article
    sa.Column("status", sa.String, nullable=False, index=True),
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("submitted_by", sa.String, nullable=False),
    sa.Column("approved_by", sa.String, nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("changed_at", Time, nullable=False),
    sa.Column("missed", sa.JSON, nullable=False),
    sa.Column("snapshot", sa.String, sa.ForeignKey("artefacts.hash"), nullable=True, index=True),
    sa.Column("count", sa.Integer, nullable=False),
    sa.Column("open_slug", sa.String, nullable=True, unique=True),  # the slug while it has not ended: one at a time
)
history = sa.Table(
    "article_revision_history",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("revision_id", sa.String, nullable=False, index=True),
    sa.Column("at", Time, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("was", sa.String, nullable=False),
    sa.Column("became", sa.String, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)


def add(conn: sa.Connection, revision: Revision) -> bool:
    """Write a new revision; False if another of its article has not ended."""
    return insert_once(conn, revisions, {"id": revision.id, **_row(revision)}, key=["open_slug"])


def move(conn: sa.Connection, before: Revision, after: Revision) -> Revision:
    """Write what became of it; returns it with its new count. Raises Stale if it was changed since `before`."""
    told = replace(after, count=before.count + 1)
    c = revisions.c
    unchanged = sa.and_(c.id == before.id, c.status == before.status, c.count == before.count)
    changed_one(conn.execute(sa.update(revisions).where(unchanged).values(**_row(told))), what=before.id)
    return told


def append(
    conn: sa.Connection, revision_id: str, *, actor: str, was: str, became: str, why: str, now: datetime
) -> None:
    """Append to the revision's history."""
    row = {"revision_id": revision_id, "at": now, "actor": actor, "was": was, "became": became, "why": why}
    conn.execute(sa.insert(history).values(**row))


def get(conn: sa.Connection, revision_id: str) -> Revision:
    """The revision of that id. Raises NoResultFound."""
    return _revision(conn.execute(sa.select(revisions).where(revisions.c.id == revision_id)).one())


def get_seen(conn: sa.Connection, revision_id: str, *, seen: int) -> Revision:
    """The revision, if it still stands as somebody saw it. Raises Stale, NoResultFound."""
    found = get(conn, revision_id)
    if found.count != seen:
        raise Stale(revision_id)
    return found


def open_of(conn: sa.Connection, slug: str) -> Revision | None:
    """The article's revision that has not ended."""
    row = conn.execute(sa.select(revisions).where(revisions.c.open_slug == slug)).one_or_none()
    return _revision(row) if row else None


def of_article(conn: sa.Connection, slug: str) -> list[Revision]:
    """Every revision of an article, newest first."""
    c = revisions.c
    query = sa.select(revisions).where(c.slug == slug).order_by(c.created_at.desc(), c.id)
    return [_revision(row) for row in conn.execute(query)]


def in_states(conn: sa.Connection, statuses: Collection[Status]) -> list[Revision]:
    """Revisions in these states, longest there first."""
    c = revisions.c
    query = sa.select(revisions).where(c.status.in_(list(statuses))).order_by(c.changed_at, c.id)
    return [_revision(row) for row in conn.execute(query)]


def published(conn: sa.Connection) -> list[Revision]:
    """Every revision that went into a snapshot."""
    query = sa.select(revisions).where(revisions.c.snapshot.is_not(None)).order_by(revisions.c.changed_at)
    return [_revision(row) for row in conn.execute(query)]


def told(conn: sa.Connection, revision_id: str) -> list[sa.Row[Any]]:
    """The revision's history in order: at, actor, was, became, why."""
    query = sa.select(history).where(history.c.revision_id == revision_id).order_by(history.c.seq)
    return list(conn.execute(query))


_PLAIN = ("slug", "title", "status", "submitted_by", "approved_by", "created_at", "changed_at", "snapshot", "count")


def _row(revision: Revision) -> dict[str, Any]:
    return {
        **{name: getattr(revision, name) for name in _PLAIN},
        "words": None if revision.words is None else msgspec.to_builtins(revision.words),
        "authors": list(revision.authors),
        "missed": msgspec.to_builtins(revision.missed),
        "open_slug": revision.slug if revision.status in NOT_ENDED else None,
    }


def _revision(row: Any) -> Revision:
    plain = {name: getattr(row, name) for name in _PLAIN} | {"status": Status(row.status)}
    return Revision(
        id=row.id,
        words=None if row.words is None else msgspec.convert(row.words, Words),
        authors=tuple(row.authors),
        missed=msgspec.convert(row.missed, tuple[Missed, ...]),
        **plain,
    )
