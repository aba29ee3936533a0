"""Nouns of the rumours' room: a statement that goes around, and how it is checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

PREFIX = "Y"  # 谣言: Y-1120-3
SMALLEST_CELL = 5  # charter 1: a count of fewer people is not shown
# After a correction, who asked is kept only as long as it may have to be taken back; then it is forgotten.
KEEP_ASKERS = timedelta(days=30)


class Status(StrEnum):
    """Where a rumour stands. Its corrections have a life of their own: see `correction.py`."""

    REPORTED = "reported"
    CHECKING = "checking"
    JUDGED = "judged"  # each of its statements has a verdict
    CORRECTED = "corrected"  # a correction stands, approved by a second person
    CLOSED = "closed"  # corrected long ago, or set aside; who asked is forgotten
    JOINED = "joined"  # another one says the same: who asked stands there now


# DESIGN 4. CORRECTED -> CORRECTED: a better correction takes the first one's place.
# CORRECTED -> CHECKING: new evidence, while what was said still stands, or after it was withdrawn.
# CLOSED -> CHECKING: it may turn out wrong even after it was closed.
TRANSITIONS: dict[Status, frozenset[Status]] = {
    Status.REPORTED: frozenset({Status.CHECKING, Status.CLOSED, Status.JOINED}),
    Status.CHECKING: frozenset({Status.JUDGED, Status.CLOSED, Status.JOINED}),
    Status.JUDGED: frozenset({Status.CHECKING, Status.CORRECTED, Status.CLOSED, Status.JOINED}),
    Status.CORRECTED: frozenset({Status.CORRECTED, Status.CHECKING, Status.CLOSED}),
    Status.CLOSED: frozenset({Status.CHECKING}),
    Status.JOINED: frozenset(),
}
UNDECIDED = (Status.REPORTED, Status.CHECKING, Status.JUDGED)
OVER = (Status.CLOSED, Status.JOINED)  # nobody works on it any more


class Verdict(StrEnum):
    """What the checking of one statement came to."""

    FALSE = "false"
    MISLEADING = "misleading"
    PARTLY_TRUE = "partly true"
    TRUE = "true"
    UNCHECKABLE = "cannot be checked"

    @property
    def chinese(self) -> str:
        """As people read it."""
        return _VERDICTS[self]


_VERDICTS = {
    Verdict.FALSE: "不实",
    Verdict.MISLEADING: "会误导人",
    Verdict.PARTLY_TRUE: "部分属实",
    Verdict.TRUE: "属实",
    Verdict.UNCHECKABLE: "无法核实",
}


class Forbidden(Exception):
    """The rumour or its correction cannot go from where it stands to where it is wanted."""


class Unsaid(ValueError):
    """Words are missing that the step cannot be taken without. The text names them."""


@dataclass(frozen=True)
class Judgement:
    """One statement of a rumour as staff put it, what it came to, and why."""

    statement: str
    verdict: Verdict
    why: str


@dataclass(frozen=True)
class Evidence:
    """Something found while checking: what, where, by whom (a staff account id), when."""

    text: str
    source: str
    actor: str
    at: datetime


@dataclass(frozen=True)
class Entry:
    """One line of a rumour's history. `actor` is a staff account id, "resident" or "system"."""

    at: datetime
    actor: str
    was: str
    became: str
    why: str


@dataclass(frozen=True)
class Rumour:
    """One statement that goes around, whoever passed it on."""

    id: str
    number: str
    statement: str  # masked
    harm: str  # life, money, order, low: orders the checking
    status: Status
    area_code: str  # where it was first reported from
    first_at: datetime
    askers: int  # how many residents asked or passed it on
    changed_at: datetime  # when it came to where it stands
    checked_by: str = ""  # staff account id
    need_id: str | None = None  # the trouble behind it
    perhaps: str | None = None  # id of the rumour that it may repeat: a person decides
    perhaps_chance: float = 0.0  # 0..1
    perhaps_why: tuple[str, ...] = ()  # what speaks for it or against, in words
    joined_into: str | None = None  # id of the rumour that it repeats


@dataclass(frozen=True)
class Likeness:
    """What a matcher makes of a new statement: the known one that it surely repeats, or perhaps.

    `same` is filed under at once; `perhaps` is only shown to staff. `chance` (0..1) and `reasons` speak of
    whichever is set.
    """

    same: str | None = None
    perhaps: str | None = None
    chance: float = 0.0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class Cells:
    """Counts of people by area, the small ones hidden."""

    shown: Mapping[str, int]
    hidden: int  # how many areas are not shown


def worse(one: str, other: str) -> bool:
    """True if `one` is a worse harm than `other`; unknown words count as low."""
    ranks = {"life": 3, "money": 2, "order": 1}
    return ranks.get(one, 0) > ranks.get(other, 0)


def require_transition(before: Status, after: Status) -> None:
    """Raises Forbidden unless the table above allows it."""
    if after not in TRANSITIONS[before]:
        raise Forbidden(f"{before} -> {after}")


def move(rumour: Rumour, status: Status, *, now: datetime) -> Rumour:
    """The rumour one step on. Raises Forbidden."""
    require_transition(rumour.status, status)
    return replace(rumour, status=status, changed_at=now)


def said(what: str, words: str) -> str:
    """The words, trimmed. Raises Unsaid naming `what` if there are none."""
    if not words.strip():
        raise Unsaid(what)
    return words.strip()


def cells(counts: Mapping[str, int], *, cell: Callable[[str], str]) -> Cells:
    """People by area, `cell` saying to which larger area a code belongs; no cell below five is shown.

    Where those hidden are together fewer than five, the smallest shown one is hidden too: else they could
    be worked out from the total (complementary suppression).
    """
    summed: dict[str, int] = {}
    for code, people in counts.items():
        summed[cell(code)] = summed.get(cell(code), 0) + people
    shown = {code: people for code, people in summed.items() if people >= SMALLEST_CELL}
    if 0 < sum(summed.values()) - sum(shown.values()) < SMALLEST_CELL and shown:
        del shown[min(shown, key=lambda code: (shown[code], code))]
    return Cells(shown=shown, hidden=len(summed) - len(shown))
