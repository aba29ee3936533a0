"""Nouns of the incidents: since when, why and for which area the community works in emergency mode (应急状态).

In emergency mode a notice of the highest severity needs one approver beside its author, and a second one looks at it
within a day (`bot/approval.py`). Whoever declared the emergency alone gains nothing by it: for their own approval the
rules of peacetime hold.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from bot.tables import lies_in


class Unsaid(ValueError):
    """An incident was opened or ended without a reason."""


class AlreadyOver(Exception):
    """The incident has ended already. The text is its number."""


@dataclass(frozen=True)
class Incident:
    """One emergency. Actors are staff account ids; `over_at` is None while it goes on."""

    id: str
    number: str
    area_code: str
    why: str
    opened_by: str
    opened_at: datetime
    over_by: str = ""
    over_at: datetime | None = None
    outcome: str = ""

    def covers(self, branch: str) -> bool:
        """Whether the branch of the area tree lies in it."""
        return self.over_at is None and lies_in(branch, self.area_code)

    def speeds_up(self, actor: str) -> bool:
        """Whether this person's approval counts by the rules of emergency: not that of whoever declared it."""
        return self.over_at is None and actor != self.opened_by


def said(words: str) -> str:
    """The reason without spaces around it. Raises Unsaid."""
    if not words.strip():
        raise Unsaid
    return words.strip()


def end(incident: Incident, *, actor: str, outcome: str, now: datetime) -> Incident:
    """It is over. Raises Unsaid, AlreadyOver."""
    if incident.over_at is not None:
        raise AlreadyOver(incident.number)
    return replace(incident, over_by=actor, over_at=now, outcome=said(outcome))
