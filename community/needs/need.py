"""Nouns of the needs' room."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

PREFIX = "S"  # 诉求: S-1120-3
JOIN_WITHIN = timedelta(hours=48)
COMMON_FROM = 3  # households of one place: from here on a trouble is common (共性), below it is individual (个别)
ALIKE = 0.55  # similarity from which two troubles in one building are one; the staff can join more by hand


class Status(StrEnum):
    """Where a need stands."""

    OPEN = "open"
    ACCEPTED = "accepted"
    IN_PROGRESS = "in progress"
    RESOLVED = "resolved"  # staff say so; the resident has not answered yet
    REOPENED = "reopened"  # the resident says that it is not, or contests the refusal: open again
    REFERRED = "referred"  # with another body, whose number the resident has
    DECLINED = "declined"
    JOINED = "joined"  # a neighbour's is the same: its reports stand there now
    CLOSED = "closed"


# DESIGN 4. IN_PROGRESS -> IN_PROGRESS is a further note. REFERRED -> ACCEPTED: the other body sent it back.
# CLOSED -> REOPENED: a neighbour may have closed it for everybody, or silence did.
_WORKED_ON = frozenset({Status.IN_PROGRESS, Status.RESOLVED, Status.REFERRED, Status.DECLINED, Status.JOINED})
_TAKEN_UP = frozenset({Status.ACCEPTED, Status.REFERRED, Status.DECLINED, Status.JOINED})
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.OPEN: _TAKEN_UP,
    Status.REOPENED: _TAKEN_UP,
    Status.ACCEPTED: _WORKED_ON,
    Status.IN_PROGRESS: _WORKED_ON,
    Status.REFERRED: frozenset({Status.ACCEPTED, Status.RESOLVED, Status.CLOSED, Status.REOPENED}),
    Status.RESOLVED: frozenset({Status.CLOSED, Status.REOPENED}),
    Status.DECLINED: frozenset({Status.REOPENED}),
    Status.CLOSED: frozenset({Status.REOPENED}),
    Status.JOINED: frozenset(),
}
UNTAKEN = (Status.OPEN, Status.REOPENED)
# A neighbour's report joins these; what is resolved and comes again is a new trouble.
UNFINISHED = (*UNTAKEN, Status.ACCEPTED, Status.IN_PROGRESS, Status.REFERRED)


class Answer(StrEnum):
    """The one word with which a resident judges what was done."""

    SOLVED = "solved"
    UNSOLVED = "unsolved"
    CONTESTED = "contested"


# Of which need a word speaks: of the first group in which the resident has one.
MEANT: dict[Answer, tuple[frozenset[Status], ...]] = {
    Answer.SOLVED: (frozenset({Status.RESOLVED}), frozenset({Status.REFERRED}), frozenset({Status.CLOSED})),
    Answer.UNSOLVED: (
        frozenset({Status.RESOLVED}),
        frozenset({Status.CLOSED, Status.REFERRED, Status.DECLINED}),
    ),
    Answer.CONTESTED: (frozenset({Status.DECLINED}),),
}
WORD_WITHIN = timedelta(days=30)  # after that it is a new trouble

# The clocks. Our own choice, to be set by each committee's own promise one day; in hours of the calendar,
# since water is wanted on Sundays too.
ACCEPT_WITHIN = {
    "emergency": timedelta(minutes=5),  # somebody is in danger: longer, and the next person has to be called
    "urgent": timedelta(hours=2),  # cannot wait a day: seen in the same half day
    "routine": timedelta(hours=24),  # told in the evening, seen by the next evening
}
FINISH_WITHIN = {  # from acceptance, or from the last note that told the residents something new
    "emergency": timedelta(hours=2),
    "urgent": timedelta(hours=24),
    "routine": timedelta(days=7),
}
ASK_AGAIN_WITHIN = timedelta(days=3)  # staff ask the other body what became of it
CONFIRM_WITHIN = timedelta(days=3)  # a resolved need closes by itself when nobody says otherwise


class Forbidden(Exception):
    """The need cannot go from where it stands to where it is wanted."""


class Unsaid(ValueError):
    """A step was taken without the words that the resident has a right to. The text names what is missing."""


@dataclass(frozen=True)
class Need:
    """One trouble, however many households told of it. It names nobody; reports do."""

    id: str
    number: str
    category: str  # taxonomy: supplies … other
    urgency: str  # emergency, urgent, routine
    area_code: str
    summary: str  # masked
    status: Status
    opened_at: datetime
    households: int  # how many residents reported it
    changed_at: datetime  # when it came to where it stands
    due_at: datetime | None  # by when the next step is owed; None where nothing is
    taken_by: str = ""  # staff account id
    outcome: str = ""  # what was last said about it: progress, result, reason
    body: str = ""  # referred: to whom …
    body_number: str = ""  # … and their number for it, or their telephone
    joined_into: str | None = None  # the need's id
    confidential: bool = False  # it accuses somebody: for whoever brings it to the police, and nobody else

    @property
    def is_common(self) -> bool:
        """Whether several households share it (共性诉求) or it is one household's own (个别诉求)."""
        return self.households >= COMMON_FROM


@dataclass(frozen=True)
class Told:
    """What came of telling a need: the need, and whether it stood already."""

    need: Need
    joined: bool
    raised: bool = False  # it stood already, and is more urgent than was known


@dataclass(frozen=True)
class Entry:
    """One line of a need's history. `actor` is a staff account id, "resident" or "system"."""

    at: datetime
    actor: str
    was: str
    became: str
    why: str


def more_urgent(one: str, other: str) -> bool:
    """True if `one` is a more urgent word than `other`; unknown words count as routine."""
    ranks = {"emergency": 2, "urgent": 1}
    return ranks.get(one, 0) > ranks.get(other, 0)


def require_transition(before: Status, after: Status) -> None:
    """Raises Forbidden unless the table above allows it."""
    if after not in TRANSITIONS[before]:
        raise Forbidden(f"{before} -> {after}")


def move(need: Need, status: Status, *, now: datetime, **values: Any) -> Need:
    """The need one step on, with its clock set anew. `values` are other fields that change with it.

    Raises Forbidden.
    """
    require_transition(need.status, status)
    return replace(need, status=status, changed_at=now, due_at=due(status, need.urgency, now), **values)


def said(what: str, words: str) -> str:
    """The words, trimmed. Raises Unsaid naming `what` if there are none."""
    if not words.strip():
        raise Unsaid(what)
    return words.strip()


def due(status: Status, urgency: str, since: datetime) -> datetime | None:
    """By when the next step is owed for a need that came to `status` at `since`; None where none is.

    For RESOLVED it is the moment at which it closes by itself. An unknown urgency counts as routine.
    """
    if status in UNTAKEN:
        return since + ACCEPT_WITHIN.get(urgency, ACCEPT_WITHIN["routine"])
    if status in {Status.ACCEPTED, Status.IN_PROGRESS}:
        return since + FINISH_WITHIN.get(urgency, FINISH_WITHIN["routine"])
    if status is Status.REFERRED:
        return since + ASK_AGAIN_WITHIN
    return since + CONFIRM_WITHIN if status is Status.RESOLVED else None


# What runs out or breaks for a whole building at once; two messages of one line are one trouble.
_LINES = (
    re.compile(r"停水|断水|没水|来水|水压|水龙头.{0,4}没"),
    re.compile(r"停电|断电|没电|来电|跳闸|电没"),
    re.compile(r"停气|断气|没气|来气|燃气|煤气|天然气"),
    re.compile(r"断网|没网|网络|宽带|wifi", re.IGNORECASE),
    re.compile(r"暖气|供暖|供热"),
    re.compile(r"电梯"),
)


def same_line(one: str, other: str) -> bool:
    """True if both speak of the same line of supply or the lift."""
    return any(line.search(one) and line.search(other) for line in _LINES)


def same_trouble(one: str, other: str, *, alike: Callable[[str, str], float]) -> bool:
    """True if two messages of one building and category tell of one trouble.

    `alike` gives the similarity of two texts in 0..1.
    """
    return same_line(one, other) or alike(one, other) >= ALIKE
