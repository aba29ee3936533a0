"""What leaves without having been asked for: one letter to one openid, and what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.outbox.item import Outcome


@dataclass(frozen=True)
class Letter:
    """A text for one person of one account."""

    id: str  # the same for every attempt
    openid: str
    text: str  # the whole message
    title: str = ""  # of a notice; a personal answer has none
    wrote_at: datetime | None = None  # their last message, None where nobody knows
    link: str = ""  # a public page with all of it, for where only a few words fit


@dataclass(frozen=True)
class Pushed:
    """What one attempt came to. `detail` holds no text, no openid and no token."""

    outcome: Outcome  # SENT, RETRY, WAIT, FAILED or UNKNOWN
    detail: str = ""
    other_route: bool = False  # this route is closed for the letter; another may be open
    until: datetime | None = None  # RETRY and WAIT: not before then
    gone: bool = False  # nobody follows the account under that openid


class Outlet(Protocol):
    """Carries letters of one channel. Touches the network: never called with a transaction open."""

    def push(self, letter: Letter) -> Pushed:
        """Send it by the best route that is open. Raises nothing that the network does."""
        ...
