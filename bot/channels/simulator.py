"""The channel behind the browser's WeChat: the same nouns as the 公众号, without signatures."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.channels.channel import Malformed, TooLarge
from bot.channels.reply_text import fit
from bot.inbox.message import Incoming, Kind

APP = "simulator"
MAX_BODY_BYTES = 65_536
MAX_TEXT_CHARACTERS = 2_048
MAX_NAME = 128

_TEXTS = {"text": MAX_TEXT_CHARACTERS, "event_key": MAX_NAME, "media_id": MAX_NAME, "url": 2_048}


class SimulatorChannel:
    """A whole WeChat in the browser. Whoever serves it keeps it on loopback: nothing is signed here."""

    name = "simulator"

    def incoming(self, sender: str, kind: Kind, *, key: str, now: datetime, **details: Any) -> Incoming:
        """What a resident of the simulator sent or did.

        `key` is the browser's own id of the message: the same one again is a repeat. `details` are
        further fields of `Incoming`: text, event_key, media_id, url, latitude, longitude.
        """
        return Incoming(
            channel=self.name,
            app=APP,
            sender=sender,
            key=f"{self.name}:{APP}:{sender}:{key}",
            kind=kind,
            sent_at=now,
            **details,
        )

    def handshake(self, query: Mapping[str, str], *, now: datetime) -> str:
        """Nobody checks access to the simulator. Raises `Malformed`."""
        raise Malformed("the simulator has no access check")

    def receive(self, query: Mapping[str, str], body: bytes, *, now: datetime) -> Incoming:
        """Read `{"sender", "kind", "key", "text"?, "event_key"?, "media_id"?, "url"?, "latitude"?,
        "longitude"?}` as JSON. Raises `Malformed`, `TooLarge`."""
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge("the body is longer than 64 KB")
        fields = _object(body)
        try:
            kind = Kind(_text(fields, "kind", MAX_NAME))
        except ValueError:
            raise Malformed("kind is none that a resident can send") from None
        details: dict[str, Any] = {name: _text(fields, name, limit) for name, limit in _TEXTS.items()}
        details |= {name: _degrees(fields, name) for name in ("latitude", "longitude")}
        return self.incoming(_needed(fields, "sender"), kind, key=_needed(fields, "key"), now=now, **details)

    def render(self, incoming: Incoming, text: str, query: Mapping[str, str], *, now: datetime) -> bytes:
        """The reply's text, as much of it as WeChat would carry; nothing for an empty one."""
        return fit(text).strip().encode()


def _object(body: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        raise Malformed("the body is not JSON") from None
    if not isinstance(fields, dict):
        raise Malformed("the body is not a JSON object")
    return fields


def _text(fields: Mapping[str, Any], name: str, limit: int) -> str:
    value = fields.get(name, "")
    if not isinstance(value, str) or len(value) > limit:
        raise Malformed(f"{name} is not a text of at most {limit} characters")
    return fit(value, 4 * limit)  # what XML forbids, WeChat would not have carried either


def _needed(fields: Mapping[str, Any], name: str) -> str:
    value = _text(fields, name, MAX_NAME)
    if not value:
        raise Malformed(f"{name} is missing")
    return value


def _degrees(fields: Mapping[str, Any], name: str) -> float | None:
    value = fields.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not -180 <= value <= 180:
        raise Malformed(f"{name} is not an angle in degrees")
    return float(value)
