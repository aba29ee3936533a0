"""One message being answered: what every step needs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

import sqlalchemy as sa

from bot.clock import local
from bot.conversation.context import Context
from bot.inbox.message import Incoming
from bot.stories.current import Current
from community.residents.resident import Resident
from community.rumours.desk import Match


@dataclass(frozen=True)
class Setting:
    """What stays the same from message to message."""

    branch: str  # the area tree's branch that is served
    public_url: str
    alike: Callable[[str, str], float]
    match: Match


@dataclass
class Turn:
    """One message being answered: everything that the steps need, and what to wait for afterwards."""

    conn: sa.Connection
    incoming: Incoming
    message_id: str
    resident: Resident
    current: Current
    setting: Setting
    now: datetime
    awaited: Context = field(default_factory=Context)
    erased: bool = False  # the resident left or was erased: nothing more is written about them

    @property
    def today(self) -> date:
        """The day in Shanghai."""
        return local(self.now).date()
