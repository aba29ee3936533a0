"""Nouns of the needs' room."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

PREFIX = "S"  # 诉求: S-1120-3
JOIN_WITHIN = timedelta(hours=48)
ALIKE = 0.5  # similarity from which two troubles in one building are one; the staff can part them


class Status(StrEnum):
    """Where a need stands. Staff move it on from OPEN."""

    OPEN = "open"


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


@dataclass(frozen=True)
class Told:
    """What came of telling a need: the need, and whether it stood already."""

    need: Need
    joined: bool


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
