"""What residents send as pictures, voice and video, fetched before WeChat lets it expire (three days)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

from requests import RequestException

from bot.channels.tokens import TIMEOUT_SECONDS, TOKEN_ERRORS, Busy, Unreachable, WeChatError

MAX_MEDIA_BYTES = 20 * 1024 * 1024  # WeChat's own limit is 10 MB for the largest kind
_CHUNK = 65_536


class MediaGone(WeChatError):
    """40007: the reference has expired, or was never one."""

    permanent = True


class MediaTooLarge(WeChatError):
    """More bytes than WeChat lets anybody send."""

    permanent = True


class MediaRefused(WeChatError):
    """WeChat does not hand it out. See errcode."""

    permanent = True


class QuotaUsedUp(WeChatError):
    """45009: no more calls today; after midnight again."""


class HttpStream(Protocol):
    """What is used of a streamed `requests.Response`."""

    status_code: int

    @property
    def headers(self) -> Mapping[str, str]:
        """Names in any case to values."""
        ...

    def iter_content(self, chunk_size: int) -> Iterator[bytes]:
        """The body in pieces. Raises requests.RequestException."""
        ...


class HttpGet(Protocol):
    """What is used of `requests.Session`."""

    def get(self, url: str, *, params: Any, timeout: Any, stream: bool) -> AbstractContextManager[HttpStream]:
        """Open a stream. Raises requests.RequestException."""
        ...


class Tokens(Protocol):
    """What is used of `AccessTokens`."""

    def get(self) -> str:
        """A token that works now. Raises `WeChatError`."""
        ...

    def forget(self, token: str) -> None:
        """WeChat refused this one."""
        ...


@dataclass(frozen=True)
class Media:
    """A picture, a voice or a video as WeChat keeps it."""

    content: bytes
    content_type: str  # e.g. "image/jpeg", without parameters


def fetch_media(tokens: Tokens, http: HttpGet, api_base_url: str, media_id: str) -> Media:
    """The bytes behind a media_id, at most 20 MB.

    A refused token is forgotten, and one more try is made with a fresh one. Touches the network: never
    with a transaction open. Raises `MediaGone`, `MediaTooLarge`, `MediaRefused` (permanent), `Busy`,
    `QuotaUsedUp`, `Unreachable` and what `tokens.get` raises.
    """
    url = f"{api_base_url}/cgi-bin/media/get"
    token = tokens.get()
    media = _get(http, url, {"access_token": token, "media_id": media_id})
    if _errcode(media) in TOKEN_ERRORS:
        tokens.forget(token)
        media = _get(http, url, {"access_token": tokens.get(), "media_id": media_id})
    errcode = _errcode(media)
    if errcode:
        raise _refusal(errcode)
    video = _answer(media).get("video_url")  # a video comes as an address, which needs no token
    if isinstance(video, str) and video.startswith(("https://", "http://")):
        return _get(http, video, {})
    return media


def _get(http: HttpGet, url: str, params: Mapping[str, str]) -> Media:
    content, status, failure = bytearray(), 0, ""
    content_type = ""
    try:
        with http.get(url, params=params, timeout=TIMEOUT_SECONDS, stream=True) as response:
            status = response.status_code
            content_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            for piece in response.iter_content(_CHUNK):
                content += piece
                if len(content) > MAX_MEDIA_BYTES:
                    break
    except RequestException as error:
        failure = type(error).__name__
    # Raised out here, for the caught error's text holds the address, and the token in it.
    if failure or status != 200:
        raise Unreachable(f"WeChat's server did not answer as expected: {failure or f'status {status}'}")
    if len(content) > MAX_MEDIA_BYTES:
        raise MediaTooLarge("more than 20 MB")
    return Media(bytes(content), content_type)


def _answer(media: Media) -> Mapping[str, Any]:
    # WeChat labels its JSON text/plain as often as application/json.
    if media.content_type not in {"application/json", "text/plain", ""}:
        return {}
    try:
        answer = json.loads(media.content)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _errcode(media: Media) -> int:
    errcode = _answer(media).get("errcode", 0)
    return errcode if isinstance(errcode, int) else 0


def _refusal(errcode: int) -> WeChatError:
    if errcode == -1:
        return Busy("WeChat is busy", errcode=errcode)
    if errcode == 40007:
        return MediaGone("the media has expired", errcode=errcode)
    if errcode == 45009:
        return QuotaUsedUp("no more calls today", errcode=errcode)
    if errcode in TOKEN_ERRORS:
        return Unreachable("a fresh token was refused too", errcode=errcode)
    return MediaRefused("WeChat does not hand the media out", errcode=errcode)
