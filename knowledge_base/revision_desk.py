"""The verbs of editing. Everything in the caller's transaction, every step in the history."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.approval import NoAuthority
from bot.clock import local
from bot.tables import new_id
from knowledge_base import revision as nouns
from knowledge_base import revision_ledger as ledger
from knowledge_base.article import Article
from knowledge_base.revision import Forbidden, Revision, Status
from knowledge_base.typed import Words, complaints

# Whether an account may approve right now: the staff's room knows.
MayApprove = Callable[[sa.Connection, str], bool]


class AlreadyOpen(Exception):
    """Another revision of the article has not ended. The text is its id."""


@dataclass(frozen=True)
class Step:
    """A line of the history, oldest first."""

    at: datetime
    actor: str
    was: str
    became: str
    why: str


def new_slug() -> str:
    """A slug for an article of the committee's own; it becomes the address of its page."""
    return f"own-{new_id()[:8]}"


def draft(conn: sa.Connection, slug: str, words: Words, *, actor: str, now: datetime) -> Revision:
    """Begin a revision with what was typed, be it fit or not. Raises AlreadyOpen."""
    return _begin(conn, slug, words, title=words.title.strip() or "（还没有题目）", actor=actor, why="", now=now)


def withdraw_article(conn: sa.Connection, article: Article, *, actor: str, why: str, now: datetime) -> Revision:
    """Ask that an article be told no more; a second person has to agree. Raises AlreadyOpen."""
    begun = _begin(conn, article.slug, None, title=article.title, actor=actor, why="", now=now)
    after = nouns.submit(begun, actor=actor, complaints=(), now=now)
    return _keep(conn, begun, after, actor=actor, why=why, now=now)


def rewrite(conn: sa.Connection, revision_id: str, words: Words, *, actor: str, seen: int, now: datetime) -> Revision:
    """Other words for a draft. `seen` is the count that was on the screen. Raises Stale, Forbidden."""
    before = ledger.get_seen(conn, revision_id, seen=seen)
    return _keep(conn, before, nouns.rewrite(before, words, actor=actor, now=now), actor=actor, why="edited", now=now)


def submit(
    conn: sa.Connection, revision_id: str, *, shelf: Sequence[Article], actor: str, seen: int, now: datetime
) -> Revision:
    """Hand it over for review. `shelf` are the articles in use. Raises Stale, Forbidden, Unfit."""
    before = ledger.get_seen(conn, revision_id, seen=seen)
    today = local(now).date()
    found = [] if before.words is None else complaints(before.words, slug=before.slug, shelf=shelf, today=today)
    return _keep(conn, before, nouns.submit(before, actor=actor, complaints=found, now=now), actor=actor, now=now)


def reopen(conn: sa.Connection, revision_id: str, *, actor: str, now: datetime) -> Revision:
    """Take back what nobody has approved yet. Raises Forbidden."""
    before = ledger.get(conn, revision_id)
    if before.words is None:
        raise Forbidden("a withdrawal is given up, not rewritten")
    return _keep(conn, before, nouns.reopen(before, actor=actor, now=now), actor=actor, why="taken back", now=now)


def approve(
    conn: sa.Connection, revision_id: str, *, may_approve: MayApprove, actor: str, seen: int, now: datetime
) -> Revision:
    """Another person approves exactly what was on the screen; the worker builds then.

    Raises Stale, Forbidden, approval.SameHand, NotAPerson, NoAuthority.
    """
    before = ledger.get_seen(conn, revision_id, seen=seen)
    after = nouns.approve(before, actor=actor, now=now)
    if not may_approve(conn, actor):
        raise NoAuthority(actor)
    return _keep(conn, before, after, actor=actor, now=now)


def give_back(conn: sa.Connection, revision_id: str, *, actor: str, why: str, now: datetime) -> Revision:
    """Back to the authors with a reason. Raises Forbidden."""
    return _move(conn, revision_id, Status.RETURNED, actor=actor, why=why, now=now)


def drop(conn: sa.Connection, revision_id: str, *, actor: str, why: str, now: datetime) -> Revision:
    """It goes no further; its words stay readable. Raises Forbidden."""
    return _move(conn, revision_id, Status.WITHDRAWN, actor=actor, why=why, now=now)


def get(conn: sa.Connection, revision_id: str) -> Revision:
    """The revision of that id. Raises NoResultFound."""
    return ledger.get(conn, revision_id)


def open_of(conn: sa.Connection, slug: str) -> Revision | None:
    """The article's revision that has not ended."""
    return ledger.open_of(conn, slug)


def open_ones(conn: sa.Connection) -> list[Revision]:
    """Every revision that has not ended, longest where it is first."""
    return ledger.in_states(conn, nouns.NOT_ENDED)


def of_article(conn: sa.Connection, slug: str) -> list[Revision]:
    """Every revision of an article, newest first."""
    return ledger.of_article(conn, slug)


def history(conn: sa.Connection, revision_id: str) -> list[Step]:
    """What has happened, oldest first."""
    return [Step(row.at, row.actor, row.was, row.became, row.why) for row in ledger.told(conn, revision_id)]


def _begin(
    conn: sa.Connection, slug: str, words: Words | None, *, title: str, actor: str, why: str, now: datetime
) -> Revision:
    made = Revision(new_id(), slug, title, words, Status.DRAFT, (actor,), now, now)
    if not ledger.add(conn, made):
        standing = ledger.open_of(conn, slug)
        raise AlreadyOpen(standing.id if standing else slug)
    ledger.append(conn, made.id, actor=actor, was="", became=made.status, why=why, now=now)
    return made


def _move(conn: sa.Connection, revision_id: str, status: Status, *, actor: str, why: str, now: datetime) -> Revision:
    before = ledger.get(conn, revision_id)
    return _keep(conn, before, nouns.move(before, status, now=now), actor=actor, why=why, now=now)


def _keep(
    conn: sa.Connection, before: Revision, after: Revision, *, actor: str, why: str = "", now: datetime
) -> Revision:
    kept = ledger.move(conn, before, after)
    ledger.append(conn, before.id, actor=actor, was=before.status, became=after.status, why=why, now=now)
    return kept
