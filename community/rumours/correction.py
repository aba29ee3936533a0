"""Nouns of the rumours' room: what is said about a rumour, once two people stand behind it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.approval import require_new_hand, require_standing
from community.rumours.rumour import Forbidden, Judgement, said

MOST_CHAT_BYTES = 600  # DESIGN 5: fits one screen
MOST_GROUP_BYTES = 200  # read in passing, between other people's messages
MOST_SOURCE_BYTES = 150


class Status(StrEnum):
    """Where a correction stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    PUBLISHED = "published"  # approved by a second person: said to all who asked and to all who ask
    SUPERSEDED = "superseded"
    WITHDRAWN = "withdrawn"


TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.SUBMITTED}),
    Status.SUBMITTED: frozenset({Status.DRAFT, Status.PUBLISHED}),
    Status.PUBLISHED: frozenset({Status.SUPERSEDED, Status.WITHDRAWN}),
    Status.SUPERSEDED: frozenset(),
    Status.WITHDRAWN: frozenset(),
}
UNFINISHED = (Status.DRAFT, Status.SUBMITTED)


class TooLong(ValueError):
    """A text is longer than its place allows. The text names which, and both lengths in bytes."""


@dataclass(frozen=True)
class Words:
    """What staff write: for a chat, for a group, and the line that says where it is from."""

    chat: str
    group: str
    source: str


@dataclass(frozen=True)
class Correction:
    """One version of what is said. The judgements are copied into it: what was approved cannot change."""

    id: str
    rumour_id: str
    status: Status
    words: Words
    judgements: tuple[Judgement, ...]
    authors: tuple[str, ...]  # everybody who had a hand in the words; staff account ids, as below
    drafted_at: datetime
    revision: int = 1  # goes up with every change: the approver approves the one that was seen
    submitted_by: str = ""
    approved_by: str = ""
    published_at: datetime | None = None
    withdrawn_by: str = ""
    withdrawal_approved_by: str = ""  # until then nobody is told: only nothing more is said


@dataclass(frozen=True)
class Telling:
    """One resident is to hear of a correction: that it stands, or that it was withdrawn."""

    resident_id: str
    correction: Correction
    heard_before: bool  # the resident was told something else about this rumour


def require_transition(before: Status, after: Status) -> None:
    """Raises Forbidden unless the table above allows it."""
    if after not in TRANSITIONS[before]:
        raise Forbidden(f"correction {before} -> {after}")


def require_sayable(words: Words) -> Words:
    """The words, trimmed. Raises Unsaid for an empty one, TooLong."""
    kept = Words(said("chat", words.chat), said("group", words.group), said("source", words.source))
    limits = (("chat", MOST_CHAT_BYTES), ("group", MOST_GROUP_BYTES), ("source", MOST_SOURCE_BYTES))
    for field, most in limits:
        size = len(getattr(kept, field).encode())
        if size > most:
            raise TooLong(f"{field}: {size} of {most} bytes")
    return kept


def edit(correction: Correction, words: Words, *, actor: str) -> Correction:
    """A draft gets other words; whoever changed them is an author from now on. Raises Forbidden, Unsaid, TooLong."""
    if correction.status is not Status.DRAFT:
        raise Forbidden(f"correction {correction.status}: not a draft")
    authors = correction.authors if actor in correction.authors else (*correction.authors, actor)
    return replace(correction, words=require_sayable(words), authors=authors, revision=correction.revision + 1)


def submit(correction: Correction, judgements: tuple[Judgement, ...], *, actor: str) -> Correction:
    """Hand it to somebody else, with the judgements as they stand now. Raises Forbidden."""
    require_transition(correction.status, Status.SUBMITTED)
    return replace(
        correction,
        status=Status.SUBMITTED,
        judgements=judgements,
        submitted_by=actor,
        revision=correction.revision + 1,
    )


def send_back(correction: Correction) -> Correction:
    """Not like this: a draft again. Raises Forbidden."""
    require_transition(correction.status, Status.DRAFT)
    return replace(correction, status=Status.DRAFT, submitted_by="", revision=correction.revision + 1)


def approve(correction: Correction, *, actor: str, now: datetime) -> Correction:
    """A second person approves; nobody who wrote or submitted it can. Raises Forbidden, approval.Refused."""
    require_transition(correction.status, Status.PUBLISHED)
    require_new_hand(actor, authors=correction.authors, submitter=correction.submitted_by, approvers=())
    return replace(correction, status=Status.PUBLISHED, approved_by=actor, published_at=now)


def supersede(correction: Correction) -> Correction:
    """Another one stands in its place. Raises Forbidden."""
    require_transition(correction.status, Status.SUPERSEDED)
    return replace(correction, status=Status.SUPERSEDED)


def withdraw(correction: Correction, *, actor: str) -> Correction:
    """It is no longer said, from this moment, on one person's word. Raises Forbidden."""
    require_transition(correction.status, Status.WITHDRAWN)
    return replace(correction, status=Status.WITHDRAWN, withdrawn_by=actor)


def approve_withdrawal(correction: Correction, *, actor: str) -> Correction:
    """A second person: those who got it shall be told. Raises Forbidden, approval.Refused."""
    if correction.status is not Status.WITHDRAWN or correction.withdrawal_approved_by:
        raise Forbidden(f"correction {correction.status}: no withdrawal waits for approval")
    require_new_hand(actor, authors=(), submitter=correction.withdrawn_by, approvers=())
    return replace(correction, withdrawal_approved_by=actor)


def require_tellable(correction: Correction) -> None:
    """Checked again before anybody is told (charter 5): two people stand behind it. Raises Forbidden, Refused."""
    if correction.status is Status.PUBLISHED:
        approvers, authors, submitter = [correction.approved_by], correction.authors, correction.submitted_by
    elif correction.status is Status.WITHDRAWN:
        approvers, authors, submitter = [correction.withdrawal_approved_by], (), correction.withdrawn_by
    else:
        raise Forbidden(f"correction {correction.status}: nobody is told")
    require_standing(approvers, authors=authors, submitter=submitter, needed=1)
