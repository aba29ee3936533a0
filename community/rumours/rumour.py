"""Nouns of the rumours' room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

PREFIX = "Y"  # 谣言: Y-1120-3


class Status(StrEnum):
    """Where a rumour stands. Staff move it on from REPORTED."""

    REPORTED = "reported"


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


@dataclass(frozen=True)
class Reported:
    """What came of reporting a claim: the rumour, and whether it was known."""

    rumour: Rumour
    known: bool
