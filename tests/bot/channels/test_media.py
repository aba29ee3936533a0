"""Media of residents: fetched with one retry of the token, bounded, with named errors."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Self

import pytest
import requests

from bot.channels.media import (
    MAX_MEDIA_BYTES,
    Media,
    MediaGone,
    MediaRefused,
    MediaTooLarge,
    QuotaUsedUp,
    fetch_media,
)
from bot.channels.tokens import Busy, Unreachable, WeChatError


@dataclass
class FakeTokens:
    current: int = 1
    forgotten: list[str] = field(default_factory=list)

    def get(self) -> str:
        return f"secret-token-{self.current}"

    def forget(self, token: str) -> None:
        self.forgotten.append(token)
        self.current += 1


@dataclass
class Stream:
    body: bytes
    content_type: str = "image/jpeg"
    status_code: int = 200
    breaks: bool = False
    pieces_read: int = 0

    @property
    def headers(self) -> dict[str, str]:
        return {"Content-Type": self.content_type}

    def iter_content(self, chunk_size: int) -> Iterator[bytes]:
        for start in range(0, len(self.body), chunk_size):
            self.pieces_read += 1
            yield self.body[start : start + chunk_size]
        if self.breaks:
            raise requests.ConnectionError("…access_token=secret-token-1")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        return None


@dataclass
class Server:
    answers: list[Stream | Exception]
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def get(self, url: str, *, params: Any, timeout: Any, stream: bool) -> Stream:
        assert timeout
        assert stream
        self.asked.append((url, params))
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def refusal(errcode: int, content_type: str = "text/plain") -> Stream:
    return Stream(json.dumps({"errcode": errcode, "errmsg": "…"}).encode(), content_type)


def fetch(*answers: Stream | Exception, tokens: FakeTokens | None = None) -> Media:
    return fetch_media(tokens or FakeTokens(), Server(list(answers)), "https://api.example", "m1")


def test_a_picture_is_fetched_with_its_type() -> None:
    server = Server([Stream(b"\xff\xd8", "image/jpeg; charset=x")])
    media = fetch_media(FakeTokens(), server, "https://api.example", "m1")
    assert media == Media(b"\xff\xd8", "image/jpeg")
    params = {"access_token": "secret-token-1", "media_id": "m1"}
    assert server.asked == [("https://api.example/cgi-bin/media/get", params)]


def test_a_video_is_fetched_from_its_address_without_the_token() -> None:
    where = Stream(b'{"video_url": "https://video.example/v"}', "application/json")
    server = Server([where, Stream(b"mp4", "video/mp4")])
    media = fetch_media(FakeTokens(), server, "https://api.example", "m1")
    assert media == Media(b"mp4", "video/mp4")
    assert server.asked[1] == ("https://video.example/v", {})


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_refused_token_is_forgotten_and_one_fresh_one_tried(errcode: int) -> None:
    tokens = FakeTokens()
    assert fetch(refusal(errcode), Stream(b"jpg"), tokens=tokens).content == b"jpg"
    assert tokens.forgotten == ["secret-token-1"]


def test_a_lasting_refusal_of_tokens_ends_after_one_retry() -> None:
    tokens = FakeTokens()
    with pytest.raises(Unreachable):
        fetch(refusal(40001), refusal(40001), tokens=tokens)
    assert tokens.forgotten == ["secret-token-1"]


@pytest.mark.parametrize(
    ("errcode", "error", "permanent"),
    [
        (-1, Busy, False),
        (40007, MediaGone, True),
        (45009, QuotaUsedUp, False),
        (48001, MediaRefused, True),
    ],
)
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", ""])
def test_a_refusal_is_named_and_says_whether_it_is_permanent(
    errcode: int, error: type[WeChatError], permanent: bool, content_type: str
) -> None:
    with pytest.raises(error) as failure:
        fetch(refusal(errcode, content_type))
    assert (failure.value.permanent, failure.value.errcode) == (permanent, errcode)


@pytest.mark.parametrize(
    "answer",
    [
        requests.ConnectionError("https://api.example?access_token=secret-token-1"),
        Stream(b"half", breaks=True),
        Stream(b"", status_code=502),
    ],
)
def test_a_broken_connection_is_unreachable_and_tells_no_token(answer: Stream | Exception) -> None:
    with pytest.raises(Unreachable) as failure:
        fetch(answer)
    assert "secret-token" not in str(failure.value)
    assert failure.value.__context__ is None


def test_reading_stops_when_the_media_is_too_large() -> None:
    endless = Stream(bytes(MAX_MEDIA_BYTES + 1_000_000))
    with pytest.raises(MediaTooLarge):
        fetch(endless)
    assert endless.pieces_read == MAX_MEDIA_BYTES // 65_536 + 1


def test_a_text_file_of_a_resident_is_not_taken_for_a_refusal() -> None:
    assert fetch(Stream(b"[1]", "text/plain")).content == b"[1]"
