"""公众号: a callback of WeChat's server in, a passive reply out, on wechatpy.

Everything in which wechatpy 1.8.18 has to be helped is here and in `official_account_body`: an empty
token, comparison in constant time, fresh timestamps, limits, one `Refused` for every way to fail.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import secrets
import struct
from collections.abc import Mapping
from datetime import datetime
from typing import Literal, get_args

from wechatpy.crypto import PrpCrypto  # type: ignore[import-untyped]
from wechatpy.exceptions import WeChatException  # type: ignore[import-untyped]

from bot.channels.channel import Forged, Malformed, TooLarge
from bot.channels.official_account_body import optional, parse, to_incoming
from bot.channels.reply_text import cdata, fit
from bot.inbox.message import Incoming

Mode = Literal["plain", "compatible", "safe"]

MAX_BODY_BYTES = 65_536
MAX_ECHO_CHARACTERS = 1_024
# WeChat sends again twice within 15 s; the rest is for a box whose clock is off. A callback that is
# played back within it changes nothing, for its message bears a key that is known already.
FRESH_SECONDS = 300
RECEIVED = b"success"  # PLATFORM: what WeChat takes for "received, nothing to say"


class IncompleteAccount(ValueError):
    """The account cannot be run safely with these values; the text names the value."""


class StaleTimestamp(Forged):
    """The signature fits, but its timestamp is too far from our clock."""


class _Crypto(PrpCrypto):  # type: ignore[misc]  # wechatpy has no types
    """wechatpy's AES envelope with an unforeseeable first block, also after a fork."""

    def get_random_string(self) -> str:
        """16 characters before the text: the scheme's stand-in for a random IV."""
        return secrets.token_hex(8)


class OfficialAccount:
    """The channel of one 公众号. Safe to share between threads."""

    name = "official"

    def __init__(self, *, token: str, app_id: str = "", encoding_aes_key: str = "", mode: Mode = "plain") -> None:
        """Raises `IncompleteAccount`: an empty token would let every forged signature pass."""
        if not token.strip():
            raise IncompleteAccount("token is empty")
        if mode not in get_args(Mode):
            raise IncompleteAccount(f"mode is none of {', '.join(get_args(Mode))}")
        if mode != "plain" and not app_id:
            raise IncompleteAccount("app_id is empty")
        self._token = token
        self._app_id = app_id
        self._mode = mode
        self._crypto = None if mode == "plain" else _Crypto(_aes_key(encoding_aes_key))

    def handshake(self, query: Mapping[str, str], *, now: datetime) -> str:
        """The access check's echostr as it came (in clear in every mode). Raises `Refused`."""
        self._verify(query, now=now)
        echo = query.get("echostr", "")
        if not echo or len(echo) > MAX_ECHO_CHARACTERS:
            raise Malformed("echostr is missing or too long")
        return echo

    def receive(self, query: Mapping[str, str], body: bytes, *, now: datetime) -> Incoming:
        """Verify the address, parse, verify and decrypt the cipher, parse it. Raises `Refused`."""
        if len(body) > MAX_BODY_BYTES:
            raise TooLarge("the body is longer than 64 KB")
        self._verify(query, now=now)
        fields = parse(body)
        if self._encrypted(query):
            fields = parse(self._open(query, optional(fields, "Encrypt")))
        elif self._mode == "plain" and "Encrypt" in fields:
            raise Malformed("the body is encrypted, but the account is in plain mode")
        return to_incoming(fields, channel=self.name)

    def render(self, incoming: Incoming, text: str, query: Mapping[str, str], *, now: datetime) -> bytes:
        """The passive text reply, encrypted where the callback was; `success` for an empty text."""
        content = fit(text)
        if not content or content.isspace():
            return RECEIVED
        moment = int(now.timestamp())
        reply = (
            f"<xml><ToUserName>{cdata(incoming.sender)}</ToUserName>"
            f"<FromUserName>{cdata(incoming.app)}</FromUserName>"
            f"<CreateTime>{moment}</CreateTime>"
            f"<MsgType><![CDATA[text]]></MsgType>"
            f"<Content>{cdata(content)}</Content></xml>"
        )
        return (self._seal(reply, moment) if self._encrypted(query) else reply).encode()

    def _encrypted(self, query: Mapping[str, str]) -> bool:
        if self._mode == "safe":  # the account's own word: nothing in the address can weaken it
            return True
        claimed = query.get("encrypt_type") == "aes"
        if claimed and self._mode == "plain":
            raise Malformed("the callback is encrypted, but the account is in plain mode")
        return claimed

    def _verify(self, query: Mapping[str, str], *, now: datetime) -> None:
        timestamp = query.get("timestamp", "")
        expected = self._signature(timestamp, query.get("nonce", ""))
        if not _same(expected, query.get("signature", "")):
            raise Forged("the signature does not fit")
        if len(timestamp) > 10 or not (timestamp.isascii() and timestamp.isdigit()):
            raise Malformed("the timestamp is not a moment in seconds")
        if abs(now.timestamp() - int(timestamp)) > FRESH_SECONDS:
            raise StaleTimestamp("the timestamp is not of the last five minutes")

    def _signature(self, *parts: str) -> str:
        raw = sorted(part.encode("utf-8", "replace") for part in (self._token, *parts))
        return hashlib.sha1(b"".join(raw)).hexdigest()  # noqa: S324  # WeChat's scheme, not ours

    def _open(self, query: Mapping[str, str], cipher: str) -> str:
        if not cipher:
            raise Forged("the body is not encrypted, though the account or the address says so")
        expected = self._signature(query.get("timestamp", ""), query.get("nonce", ""), cipher)
        if not _same(expected, query.get("msg_signature", "")):
            raise Forged("msg_signature does not fit")
        assert self._crypto is not None  # plain mode was refused in `_encrypted`
        try:
            text: str = self._crypto.decrypt(cipher, self._app_id)
        except WeChatException:
            raise Forged("the message is for another app_id") from None
        except (ValueError, IndexError, struct.error):  # not base64, not whole blocks, not UTF-8, another key
            raise Malformed("the message cannot be decrypted") from None
        return text

    def _seal(self, reply: str, moment: int) -> str:
        assert self._crypto is not None
        cipher = self._crypto.encrypt(reply, self._app_id).decode()
        nonce = secrets.token_hex(8)
        return (
            f"<xml><Encrypt>{cdata(cipher)}</Encrypt>"
            f"<MsgSignature>{cdata(self._signature(str(moment), nonce, cipher))}</MsgSignature>"
            f"<TimeStamp>{moment}</TimeStamp>"
            f"<Nonce>{cdata(nonce)}</Nonce></xml>"
        )


def _same(expected: str, given: str) -> bool:
    return hmac.compare_digest(expected.encode(), given.encode("utf-8", "replace"))


def _aes_key(encoded: str) -> bytes:
    try:
        key = base64.b64decode(encoded + "=", validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != 32:
        raise IncompleteAccount("encoding_aes_key is not 43 characters of base64")
    return key
