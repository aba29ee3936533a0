"""A 公众号 callback's XML, read into an `Incoming`. Whatever the body holds, only `Malformed` comes out.

Field names and kinds: developers.weixin.qq.com/doc, "接收普通消息" and "接收事件推送".
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from xml.parsers.expat import ExpatError

import xmltodict  # type: ignore[import-untyped]

from bot.channels.channel import Malformed
from bot.inbox.message import Incoming, Kind

MAX_TEXT_BYTES = 8_192  # four times what a resident can type; the rest is nobody's message
MAX_NAME = 128  # an openid has 28 characters, a MsgId 20 digits
MAX_EVENT_KEY = 256  # in the message's key; a VIEW event carries a whole address

_KINDS = {
    "text": Kind.TEXT,
    "voice": Kind.VOICE,
    "image": Kind.IMAGE,
    "video": Kind.VIDEO,
    "shortvideo": Kind.VIDEO,
    "link": Kind.LINK,
    "location": Kind.LOCATION,
}
_EVENTS = {
    "subscribe": Kind.SUBSCRIBE,
    "unsubscribe": Kind.UNSUBSCRIBE,
    "scan": Kind.SCAN,
    "click": Kind.CLICK,
}
_WORDS = {
    Kind.TEXT: ("Content",),
    Kind.VOICE: ("Recognition",),
    Kind.LINK: ("Title", "Description"),
    Kind.LOCATION: ("Label",),
}
_ADDRESS = {Kind.LINK: "Url", Kind.IMAGE: "PicUrl"}
# What WeChat writes as a text message for a sticker or another kind that accounts cannot receive.
NOT_SHOWN = frozenset({"【收到不支持的消息类型，暂无法显示】", "[收到不支持的消息类型，暂无法显示]"})
_CONTROL = bytes(set(range(32)) - set(b"\t\n\r"))


def parse(body: bytes | str) -> dict[str, Any]:
    """The children of the body's `<xml>` element: name to text, None when empty, a list when repeated.

    Entities are refused, attributes ignored, a declared encoding other than UTF-8 overruled.
    Raises `Malformed`.
    """
    raw = body.encode() if isinstance(body, str) else body
    try:
        document = _document(raw)
    except (ExpatError, ValueError):  # ValueError: an entity was declared
        raise Malformed("the body is not XML of the platform") from None
    fields = document.get("xml") if document else None
    if not isinstance(fields, dict):
        raise Malformed("the body has no fields in <xml>")
    return fields


def to_incoming(fields: Mapping[str, Any], *, channel: str) -> Incoming:
    """The message or event that the fields tell of. Raises `Malformed` for a missing or wrong field."""
    kind = _required(fields, "MsgType").lower()
    if kind == "event":
        return _event(fields, channel=channel)
    return _message(fields, _KINDS.get(kind, Kind.OTHER), channel=channel)


def optional(fields: Mapping[str, Any], name: str) -> str:
    """A field's text, empty where it is absent or empty. Raises `Malformed` for a nested or repeated one."""
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Malformed(f"{name} is not one text")
    return value


def _document(raw: bytes) -> dict[str, Any] | None:
    try:
        return _expat(raw)
    except ExpatError:
        # Residents paste control characters that XML forbids, and WeChat passes them on as they are.
        cleaned = raw.translate(None, _CONTROL)
        if len(cleaned) == len(raw):
            raise
        return _expat(cleaned)


def _expat(raw: bytes) -> dict[str, Any] | None:
    document: dict[str, Any] | None = xmltodict.parse(raw, encoding="utf-8", xml_attribs=False)
    return document


def _message(fields: Mapping[str, Any], kind: Kind, *, channel: str) -> Incoming:
    app, sender = _name(fields, "ToUserName"), _name(fields, "FromUserName")
    text = _words(fields, kind)
    if text in NOT_SHOWN:
        kind, text = Kind.OTHER, ""
    latitude, longitude = _coordinates(fields) if kind is Kind.LOCATION else (None, None)
    return Incoming(
        channel=channel,
        app=app,
        sender=sender,
        key=f"{channel}:{app}:{sender}:{_name(fields, 'MsgId')}",
        kind=kind,
        sent_at=_sent_at(fields),
        text=text,
        media_id=optional(fields, "MediaId"),
        url=optional(fields, _ADDRESS[kind]) if kind in _ADDRESS else "",
        latitude=latitude,
        longitude=longitude,
    )


def _event(fields: Mapping[str, Any], *, channel: str) -> Incoming:
    app, sender = _name(fields, "ToUserName"), _name(fields, "FromUserName")
    event, event_key = _name(fields, "Event"), optional(fields, "EventKey")
    sent_at = _sent_at(fields)
    moment = int(sent_at.timestamp())
    return Incoming(
        channel=channel,
        app=app,
        sender=sender,
        key=f"{channel}:{app}:{sender}:{moment}:{event}:{event_key[:MAX_EVENT_KEY]}",
        kind=_EVENTS.get(event.lower(), Kind.NOTICE),
        sent_at=sent_at,
        event_key=event_key.removeprefix("qrscene_") if event.lower() == "subscribe" else event_key,
    )


def _words(fields: Mapping[str, Any], kind: Kind) -> str:
    text = "\n".join(filter(None, (optional(fields, name) for name in _WORDS.get(kind, ()))))
    if len(text) * 4 <= MAX_TEXT_BYTES:  # four bytes are the most that a character takes
        return text
    return text.encode()[:MAX_TEXT_BYTES].decode(errors="ignore")


def _coordinates(fields: Mapping[str, Any]) -> tuple[float | None, float | None]:
    try:
        latitude, longitude = float(optional(fields, "Location_X")), float(optional(fields, "Location_Y"))
    except ValueError:
        return None, None
    if math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180:
        return latitude, longitude
    return None, None


def _sent_at(fields: Mapping[str, Any]) -> datetime:
    value = _required(fields, "CreateTime")
    if len(value) > 10 or not (value.isascii() and value.isdigit()):
        raise Malformed("CreateTime is not a moment in seconds")
    return datetime.fromtimestamp(int(value), UTC)


def _name(fields: Mapping[str, Any], name: str) -> str:
    value = _required(fields, name)
    if len(value) > MAX_NAME:
        raise Malformed(f"{name} is too long")
    return value


def _required(fields: Mapping[str, Any], name: str) -> str:
    value = optional(fields, name)
    if not value:
        raise Malformed(f"{name} is missing")
    return value
