"""Nouns of editing: a revision of an article on its way from the draft to the snapshot, and who may move it on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.approval import require_new_hand, require_standing
from knowledge_base.article import Article
from knowledge_base.typed import Words, read


class Status(StrEnum):
    """Where a revision stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REVIEWED = "reviewed"  # a second person approved it; the worker builds
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"  # the revision, not the article


# DESIGN 4. REVIEWED -> RETURNED: its questions miss, or the approval no longer stands when the building is done.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.SUBMITTED, Status.WITHDRAWN}),
    Status.SUBMITTED: frozenset({Status.REVIEWED, Status.RETURNED, Status.DRAFT, Status.WITHDRAWN}),
    Status.RETURNED: frozenset({Status.DRAFT, Status.SUBMITTED, Status.WITHDRAWN}),
    Status.REVIEWED: frozenset({Status.PUBLISHED, Status.RETURNED, Status.WITHDRAWN}),
    Status.PUBLISHED: frozenset(),
    Status.WITHDRAWN: frozenset(),
}
NOT_ENDED = tuple(status for status, following in TRANSITIONS.items() if following)


class Forbidden(Exception):
    """The revision cannot go from where it stands to where it is wanted."""


class Unfit(ValueError):
    """What was typed cannot be told as it is. `complaints` are `article.problems`' sentences."""

    def __init__(self, complaints: Sequence[str]) -> None:
        super().__init__("; ".join(complaints))
        self.complaints = tuple(complaints)


@dataclass(frozen=True)
class Missed:
    """A variant `text` of the article `slug` that does not find it; `found` are the slugs it finds."""

    slug: str
    text: str
    found: tuple[str, ...]


@dataclass(frozen=True)
class Revision:
    """One change of one article. Actors are staff account ids; `words` None withdraws the article."""

    id: str
    slug: str
    title: str  # as the article was or will be called
    words: Words | None
    status: Status
    authors: tuple[str, ...]  # everybody who had a hand in it
    created_at: datetime
    changed_at: datetime
    submitted_by: str = ""
    approved_by: str = ""
    missed: tuple[Missed, ...] = ()  # what the last building said
    snapshot: str | None = None  # the hash of the snapshot that it was published in
    count: int = 0  # grows with every change: nobody approves words that they have not seen

    @property
    def hands(self) -> frozenset[str]:
        """Everybody who wrote or submitted it: none of them can approve it."""
        return frozenset({*self.authors, self.submitted_by} - {""})

    def article(self) -> Article | None:
        """The article that it makes; None for one that is withdrawn. Raises ValueError while it is none yet."""
        return None if self.words is None else read(self.words, slug=self.slug)


def require_transition(before: Status, after: Status) -> None:
    """Raises Forbidden unless the table above allows it."""
    if after not in TRANSITIONS[before]:
        raise Forbidden(f"{before} -> {after}")


def move(revision: Revision, status: Status, *, now: datetime) -> Revision:
    """A step of the table that changes nothing else. Raises Forbidden."""
    require_transition(revision.status, status)
    return replace(revision, status=status, changed_at=now)


def rewrite(revision: Revision, words: Words, *, actor: str, now: datetime) -> Revision:
    """Other words; whoever changed them is an author from now on, and a returned one is a draft again.

    Raises Forbidden for what is no draft, or withdraws its article.
    """
    if revision.words is None or revision.status not in {Status.DRAFT, Status.RETURNED}:
        raise Forbidden(f"{revision.status}: not to be rewritten")
    title = words.title.strip() or revision.title
    return replace(
        revision, words=words, title=title, status=Status.DRAFT, authors=_with(revision, actor), changed_at=now
    )


def reopen(revision: Revision, *, actor: str, now: datetime) -> Revision:
    """Taken back before anybody approved it: a draft again, and whoever takes it has a hand in it. Raises Forbidden."""
    return replace(move(revision, Status.DRAFT, now=now), submitted_by="", authors=_with(revision, actor))


def submit(revision: Revision, *, actor: str, complaints: Sequence[str], now: datetime) -> Revision:
    """Hand it to somebody else. Raises Forbidden, Unfit for `complaints` about it."""
    after = move(revision, Status.SUBMITTED, now=now)
    if complaints:
        raise Unfit(complaints)
    return replace(after, submitted_by=actor, approved_by="", missed=())


def approve(revision: Revision, *, actor: str, now: datetime) -> Revision:
    """A second person approves; nobody approves their own words. Raises Forbidden, approval.Refused."""
    after = move(revision, Status.REVIEWED, now=now)
    require_new_hand(actor, authors=revision.authors, submitter=revision.submitted_by, approvers=())
    return replace(after, approved_by=actor)


def publish(revision: Revision, *, snapshot: str, now: datetime) -> Revision:
    """It is in the snapshot: the approval has to stand still. Raises Forbidden, approval.Refused."""
    after = move(revision, Status.PUBLISHED, now=now)
    require_standing((revision.approved_by,), authors=revision.authors, submitter=revision.submitted_by, needed=1)
    return replace(after, snapshot=snapshot)


def _with(revision: Revision, actor: str) -> tuple[str, ...]:
    return revision.authors if actor in revision.authors else (*revision.authors, actor)
