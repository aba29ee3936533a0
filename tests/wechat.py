"""WeChat's side of the 公众号 callback, for tests, benchmarks and scenarios.

Signs and encrypts with wechatpy, which knows nothing of our own code: what fits here fits WeChat.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from urllib.parse import urlencode

import xmltodict  # type: ignore[import-untyped]
from wechatpy.crypto import WeChatCrypto  # type: ignore[import-untyped]

AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
# Several processes may call the same server: their ids must not meet, or a message looks like a repeat.
_message_ids = count(10**16 + secrets.randbelow(10**16))


@dataclass(frozen=True)
class Callback:
    """One request of WeChat's server: the query's parameters and the body."""

    query: dict[str, str]
    body: bytes

    def url(self, address: str = "/wechat/official") -> str:
        """The address with the query."""
        return f"{address}?{urlencode(self.query)}"


@dataclass(frozen=True)
class WeChat:
    """A 公众号 as WeChat knows it; `mode` is "plain", "compatible" or "safe"."""

    mode: str = "plain"
    token: str = "token-of-the-tests"
    app_id: str = "wx0123456789abcdef"
    aes_key: str = AES_KEY
    account: str = "gh_0123456789ab"
    sender: str = "oResident0000000000000000001"
    crypto: Any = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "crypto", WeChatCrypto(self.token, self.aes_key, self.app_id))

    def callback(self, now: datetime, **fields: object) -> Callback:
        """A callback with these fields (MsgType, Content …); ToUserName, FromUserName and CreateTime
        are filled in unless given, and so is MsgId where MsgType is no event. None leaves one out."""
        stamp = int(now.timestamp())
        known: dict[str, object] = {
            "ToUserName": self.account,
            "FromUserName": self.sender,
            "CreateTime": stamp,
        }
        if fields.get("MsgType") != "event":
            known["MsgId"] = next(_message_ids)
        merged = {name: value for name, value in (known | fields).items() if value is not None}
        return self.carry(now, to_xml(merged), openid=str(merged.get("FromUserName", "")))

    def carry(self, now: datetime, xml: bytes, *, openid: str = "") -> Callback:
        """Sign and, as the mode wants it, encrypt a ready inner XML. Compatible: both in one body."""
        query = self.signed(now) | {"openid": openid or self.sender}
        if self.mode == "plain":
            return Callback(query, xml)
        sealed = self.crypto.encrypt_message(xml, query["nonce"], query["timestamp"])
        envelope = xmltodict.parse(sealed)["xml"]
        query |= {"encrypt_type": "aes", "msg_signature": envelope["MsgSignature"]}
        cipher = f"<Encrypt><![CDATA[{envelope['Encrypt']}]]></Encrypt>".encode()
        if self.mode == "compatible":
            return Callback(query, xml.removesuffix(b"</xml>") + cipher + b"</xml>")
        return Callback(
            query, f"<xml><ToUserName><![CDATA[{self.account}]]></ToUserName>".encode() + cipher + b"</xml>"
        )

    def signed(self, now: datetime, **extra: str) -> dict[str, str]:
        """signature, timestamp and nonce of that moment, and `extra` parameters (echostr …)."""
        timestamp, nonce = str(int(now.timestamp())), str(secrets.randbelow(10**10))
        return {
            "signature": self.signature(timestamp, nonce),
            "timestamp": timestamp,
            "nonce": nonce,
            **extra,
        }

    def signature(self, *parts: str) -> str:
        """sha1 over the sorted token and parts."""
        return hashlib.sha1("".join(sorted((self.token, *parts))).encode()).hexdigest()

    def text(self, now: datetime, content: str, **fields: object) -> Callback:
        """A text message."""
        return self.callback(now, **{"MsgType": "text", "Content": content, **fields})

    def voice(self, now: datetime, recognition: str | None = None, **fields: object) -> Callback:
        """A voice message, with what WeChat heard in it where the account has that switched on."""
        known = {"MsgType": "voice", "MediaId": "media-voice", "Format": "amr", "Recognition": recognition}
        return self.callback(now, **{**known, **fields})

    def image(self, now: datetime, media_id: str = "media-image", **fields: object) -> Callback:
        """A picture."""
        known = {"MsgType": "image", "MediaId": media_id, "PicUrl": "http://mmbiz.qpic.cn/picture"}
        return self.callback(now, **{**known, **fields})

    def video(self, now: datetime, media_id: str = "media-video", **fields: object) -> Callback:
        """A video; a short one with MsgType="shortvideo"."""
        known = {"MsgType": "video", "MediaId": media_id, "ThumbMediaId": "media-thumb"}
        return self.callback(now, **{**known, **fields})

    def link(self, now: datetime, title: str, description: str = "", **fields: object) -> Callback:
        """A shared article."""
        known = {
            "MsgType": "link",
            "Title": title,
            "Description": description,
            "Url": "https://example.org/a",
        }
        return self.callback(now, **{**known, **fields})

    def location(self, now: datetime, label: str = "", **fields: object) -> Callback:
        """A place on the map."""
        known = {"MsgType": "location", "Location_X": "30.5728", "Location_Y": "104.0668", "Scale": "16"}
        return self.callback(now, **{**known, "Label": label, **fields})

    def event(self, now: datetime, event: str, event_key: str | None = "", **fields: object) -> Callback:
        """subscribe, unsubscribe, SCAN, CLICK, VIEW, LOCATION …"""
        return self.callback(now, **{"MsgType": "event", "Event": event, "EventKey": event_key, **fields})

    def read(self, body: bytes) -> dict[str, str]:
        """The fields of a passive reply, decrypted after its signature was checked. Empty for `success`."""
        if body in (b"", b"success"):
            return {}
        fields: dict[str, str] = xmltodict.parse(body, strip_whitespace=False)["xml"]
        if "Encrypt" not in fields:
            return fields
        inner = self.crypto.decrypt_message(fields, fields["MsgSignature"], fields["TimeStamp"], fields["Nonce"])
        opened: dict[str, str] = xmltodict.parse(inner, strip_whitespace=False)["xml"]
        return opened


def to_xml(fields: Mapping[str, object]) -> bytes:
    """`<xml>` with each field as WeChat writes it: numbers bare, texts in CDATA."""
    parts = (f"<{name}>{_value(value)}</{name}>" for name, value in fields.items())
    return f"<xml>{''.join(parts)}</xml>".encode("utf-8", "surrogatepass")


def _value(value: object) -> str:
    if isinstance(value, int):
        return str(value)
    return f"<![CDATA[{str(value).replace(']]>', ']]]]><![CDATA[>')}]]>"
