"""Nouns of corrected labels: what staff say that a message is, beside what the analysis said."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


class SamePerson(Exception):
    """Who corrected a label cannot confirm it too. The text is the account's id."""


class NoChange(ValueError):
    """The label stands as it is wanted already."""


@dataclass(frozen=True)
class Correction:
    """One label of one message, as a person read it. `was` and `became` are the label's values as text."""

    seq: int
    message_id: str
    at: datetime
    actor: str  # staff account id
    field: str  # intent, need, urgency, claim
    was: str
    became: str
    confirmed_by: str  # "" until a second person agreed

    @property
    def counts(self) -> bool:
        """Whether it may teach anything: what would hide a need or accuse a statement takes two people."""
        return bool(self.confirmed_by) or not takes_two(self.field, self.was, self.became)


def takes_two(field: str, was: str, became: str) -> bool:
    """Removing a need, adding a claim, or lowering the urgency counts only when a second person confirms it."""
    if field == "need":
        return bool(was) and not became
    if field == "claim":
        return became == "true"
    return field == "urgency" and _RANK.get(became, 0) < _RANK.get(was, 0)


_RANK = {"routine": 0, "urgent": 1, "emergency": 2}
