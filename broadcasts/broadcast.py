"""Nouns of the broadcasts: a notice to many, its states, and who may move it on."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.approval import SECOND_LOOK_WITHIN, approvers_needed, require_new_hand, require_standing
from broadcasts.audience import Audience

PREFIX = "T"  # 通知: T-1120-1
CORRECTION = "rumour:"  # an origin: the notice of an approved correction, and then the rumour's number
MOST_TEXT_BYTES = 600  # DESIGN 5: a message fits one screen
MOST_TITLE_BYTES = 60
DRILL_MARK = "【演练】"  # charter 8: reserved for drills, and no drill goes out from here
RECEIPT_LINE = "看到了，请回“收到”。"


class Status(StrEnum):
    """Where a broadcast stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    REJECTED = "rejected"
    APPROVED = "approved"
    SENDING = "sending"
    SENT = "sent"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


# DESIGN 4. APPROVED -> RETURNED: the approval is checked again at sending, and no longer stood.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.DRAFT: frozenset({Status.SUBMITTED, Status.EXPIRED}),
    Status.SUBMITTED: frozenset({Status.APPROVED, Status.RETURNED, Status.REJECTED, Status.EXPIRED}),
    Status.RETURNED: frozenset({Status.DRAFT, Status.EXPIRED}),
    Status.APPROVED: frozenset({Status.SENDING, Status.RETURNED, Status.CANCELLED, Status.EXPIRED}),
    Status.SENDING: frozenset({Status.SENT, Status.CANCELLED, Status.EXPIRED}),
    Status.REJECTED: frozenset(),
    Status.SENT: frozenset(),
    Status.CANCELLED: frozenset(),
    Status.EXPIRED: frozenset(),
}
NOT_ENDED = tuple(status for status, following in TRANSITIONS.items() if following)


class Severity(StrEnum):
    """CAP 1.2, <severity>."""

    EXTREME = "Extreme"
    SEVERE = "Severe"
    MODERATE = "Moderate"
    MINOR = "Minor"
    UNKNOWN = "Unknown"


class Urgency(StrEnum):
    """CAP 1.2, <urgency>."""

    IMMEDIATE = "Immediate"
    EXPECTED = "Expected"
    FUTURE = "Future"
    PAST = "Past"
    UNKNOWN = "Unknown"


class Certainty(StrEnum):
    """CAP 1.2, <certainty>."""

    OBSERVED = "Observed"
    LIKELY = "Likely"
    POSSIBLE = "Possible"
    UNLIKELY = "Unlikely"
    UNKNOWN = "Unknown"


# A notice that may save a life is worth arriving twice when nobody knows whether it arrived.
WORTH_REPEATING = frozenset({Severity.EXTREME, Severity.SEVERE})


class Forbidden(Exception):
    """The broadcast cannot go from where it stands to where it is wanted."""


class BadNotice(ValueError):
    """The notice cannot be said as written. The text names the field."""


class Past(ValueError):
    """The time to send or the end of validity lies behind, or the end before the start."""


@dataclass(frozen=True)
class Notice:
    """What staff write: the words and what they are worth. Checked by `require_sayable`."""

    title: str
    text: str
    severity: Severity
    urgency: Urgency
    certainty: Certainty
    audience: Audience
    valid_until: datetime
    asks_receipt: bool = False


@dataclass(frozen=True)
class Broadcast:
    """One notice on its way through approval. Actors are staff account ids."""

    id: str
    number: str
    area_code: str  # whose it is: the branch of the staff who wrote it
    notice: Notice
    status: Status
    authors: tuple[str, ...]  # everybody who had a hand in the words
    created_at: datetime
    origin: str = ""  # what it came from: CORRECTION and a number
    submitted_by: str = ""
    approvers: tuple[str, ...] = ()
    needed: int = 1  # approvers, fixed when it was submitted and told to the approver
    send_at: datetime | None = None
    second_look_until: datetime | None = None  # approved by one in emergency mode
    second_look_by: str = ""
    revision: int = 0  # grows with every change: nobody approves words that they have not seen


def require_transition(before: Status, after: Status) -> None:
    """Raises Forbidden unless the table above allows it."""
    if after not in TRANSITIONS[before]:
        raise Forbidden(f"{before} -> {after}")


def require_sayable(notice: Notice, *, now: datetime) -> None:
    """Raises BadNotice for words that cannot go out, Past for one that is over already."""
    for field, limit in (("title", MOST_TITLE_BYTES), ("text", MOST_TEXT_BYTES)):
        words = getattr(notice, field)
        if not words.strip():
            raise BadNotice(f"{field}: empty")
        if len(words.encode()) > limit:
            raise BadNotice(f"{field}: more than {limit} bytes")
        if DRILL_MARK in words:
            raise BadNotice(f"{field}: {DRILL_MARK} is for drills")
    if not notice.audience.areas:
        raise BadNotice("audience: empty")
    if notice.valid_until <= now:
        raise Past("valid_until")


def message(notice: Notice) -> str:
    """The words as they arrive in a chat: title, text, and what is asked for."""
    lines = [f"【{notice.title.strip()}】", notice.text.strip()]
    return "\n".join([*lines, RECEIPT_LINE] if notice.asks_receipt else lines)


def rewrite(broadcast: Broadcast, notice: Notice, *, actor: str, now: datetime) -> Broadcast:
    """A draft gets other words; whoever changed them is an author from now on.

    Raises Forbidden for anything but a draft, BadNotice, Past.
    """
    if broadcast.status is not Status.DRAFT:
        raise Forbidden(f"{broadcast.status}: not a draft")
    require_sayable(notice, now=now)
    return replace(broadcast, notice=notice, authors=_with(broadcast.authors, actor))


def submit(broadcast: Broadcast, *, actor: str, emergency: bool, now: datetime) -> Broadcast:
    """Hand it to somebody else. `emergency` is the mode the community is in. Raises Forbidden, BadNotice, Past."""
    require_transition(broadcast.status, Status.SUBMITTED)
    require_sayable(broadcast.notice, now=now)
    needed = approvers_needed(broadcast.notice.severity, emergency=emergency)
    return replace(broadcast, status=Status.SUBMITTED, submitted_by=actor, approvers=(), needed=needed)


def approve(broadcast: Broadcast, *, actor: str, send_at: datetime, emergency: bool, now: datetime) -> Broadcast:
    """Another person approves; with the last one needed it is APPROVED, else it waits for the next.

    The severity's need is looked at again: the mode may have changed since. `send_at` of the last
    approver counts; one that lies behind means at once. Raises Forbidden, approval.Refused, Past.
    """
    require_transition(broadcast.status, Status.APPROVED)
    require_new_hand(actor, authors=broadcast.authors, submitter=broadcast.submitted_by, approvers=broadcast.approvers)
    if max(send_at, now) >= broadcast.notice.valid_until:
        raise Past("send_at")
    needed = approvers_needed(broadcast.notice.severity, emergency=emergency)
    told = replace(broadcast, approvers=(*broadcast.approvers, actor), needed=needed)
    if len(told.approvers) < needed:
        return told
    shortened = len(told.approvers) < approvers_needed(broadcast.notice.severity, emergency=False)
    until = now + SECOND_LOOK_WITHIN if shortened else None
    return replace(told, status=Status.APPROVED, send_at=max(send_at, now), second_look_until=until)


def look_again(broadcast: Broadcast, *, actor: str) -> Broadcast:
    """The second look at what one person approved in emergency mode. Raises Forbidden, approval.Refused."""
    if broadcast.second_look_until is None or broadcast.second_look_by:
        raise Forbidden("no second look is due")
    require_new_hand(actor, authors=broadcast.authors, submitter=broadcast.submitted_by, approvers=broadcast.approvers)
    return replace(broadcast, second_look_by=actor)


def reopen(broadcast: Broadcast, *, actor: str) -> Broadcast:
    """A returned one is a draft again, and whoever takes it up has a hand in it. Raises Forbidden."""
    require_transition(broadcast.status, Status.DRAFT)
    cleared = replace(broadcast, submitted_by="", approvers=(), send_at=None, second_look_until=None)
    return replace(cleared, status=Status.DRAFT, authors=_with(broadcast.authors, actor))


def move(broadcast: Broadcast, status: Status) -> Broadcast:
    """Any other step of the table. Raises Forbidden."""
    require_transition(broadcast.status, status)
    return replace(broadcast, status=status)


def start(broadcast: Broadcast) -> Broadcast:
    """The sending starts: the approval has to stand still. Raises Forbidden, approval.Refused."""
    require_transition(broadcast.status, Status.SENDING)
    require_standing(
        broadcast.approvers,
        authors=broadcast.authors,
        submitter=broadcast.submitted_by,
        needed=broadcast.needed,
    )
    return replace(broadcast, status=Status.SENDING)


def _with(authors: tuple[str, ...], actor: str) -> tuple[str, ...]:
    return authors if actor in authors else (*authors, actor)
