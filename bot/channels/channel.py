"""What every channel that answers within the request can do, and how it refuses."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from bot.inbox.message import Incoming


class Refused(Exception):
    """The request is not taken. `status` is the HTTP status, the text says what is wrong."""

    status = 400


class Malformed(Refused):
    """The body or the query cannot be read as what it claims to be."""

    status = 400


class Forged(Refused):
    """The signature does not fit, or the timestamp is stale: not from the platform."""

    status = 403


class TooLarge(Refused):
    """The body is longer than any callback of the platform."""

    status = 413


class Channel(Protocol):
    """A channel reads callbacks and writes passive replies; it knows nothing of what is said."""

    name: str

    def handshake(self, query: Mapping[str, str], *, now: datetime) -> str:
        """Answer the platform's access check: the text to echo. Raises `Refused`."""
        ...

    def receive(self, query: Mapping[str, str], body: bytes, *, now: datetime) -> Incoming:
        """Verify, decrypt and parse one callback. Raises `Refused`."""
        ...

    def render(self, incoming: Incoming, text: str, query: Mapping[str, str], *, now: datetime) -> bytes:
        """The body of the passive reply that says `text` (at most 2,048 bytes of UTF-8; longer is cut
        at a line's end), encrypted where the callback was; an empty text gives what the platform
        takes for "received, nothing to say" (`success`)."""
        ...
