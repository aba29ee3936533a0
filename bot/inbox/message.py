"""Nouns of the inbox: what a channel hands in, whatever the channel is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Kind(StrEnum):
    """What arrived. Every kind that is not an event gets a text back."""

    TEXT = "text"
    VOICE = "voice"
    IMAGE = "image"
    VIDEO = "video"
    LINK = "link"
    LOCATION = "location"
    SUBSCRIBE = "subscribe"
    UNSUBSCRIBE = "unsubscribe"
    SCAN = "scan"
    CLICK = "click"
    NOTICE = "notice"  # any other event: the platform tells the account something, nobody waits for an answer
    OTHER = "other"


EVENTS = frozenset({Kind.SUBSCRIBE, Kind.UNSUBSCRIBE, Kind.SCAN, Kind.CLICK, Kind.NOTICE})


@dataclass(frozen=True)
class Incoming:
    """One message or event, as a channel read it.

    `key` identifies it for good: the same callback sent again bears the same key. It already holds
    the channel, the application and the sender (PLATFORM: a MsgId identifies a message; an event is
    identified by sender, CreateTime, Event and EventKey).
    """

    channel: str  # "official", "simulator", …
    app: str  # the account's own id: ToUserName of a 公众号
    sender: str  # the openid
    key: str
    kind: Kind
    sent_at: datetime  # aware, UTC: the channel's CreateTime
    text: str = ""  # the text; a voice's recognised words; a link's title and description
    event_key: str = ""  # CLICK: the menu key; SCAN and SUBSCRIBE: the QR code's scene
    media_id: str = ""  # image, voice, video: the channel's reference, which expires
    url: str = ""  # link; a picture's PicUrl, which needs no token
    latitude: float | None = None  # degrees, location only
    longitude: float | None = None

    @property
    def is_event(self) -> bool:
        """True for what the platform reports about a resident, false for what a resident sent."""
        return self.kind in EVENTS
