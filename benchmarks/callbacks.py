"""Signed (and encrypted) callbacks as the bytes of whole HTTP requests, made before anything is timed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from random import Random

from benchmarks import messages
from benchmarks.servers.account import ADDRESS, Mode, account
from tests.wechat import Callback

RESIDENTS = 400


def requests(mode: Mode, count: int, *, seed: int) -> list[bytes]:
    """`count` requests with MsgIds of their own, but for the share that is a repeat of an earlier one."""
    return list(islice(_requests(mode, Random(seed)), count))


def _requests(mode: Mode, random: Random) -> Iterator[bytes]:
    wechat = account(mode)
    now = datetime.now(UTC)
    recent: list[bytes] = []
    for text in messages.texts(random):
        if recent and random.random() < messages.REPEATED:
            yield random.choice(recent)
            continue
        sender = f"oResidentOfBenchmarks{random.randrange(RESIDENTS):07d}"
        recent.append(as_bytes(wechat.text(now, text, FromUserName=sender)))
        del recent[:-20]
        yield recent[-1]


def as_bytes(callback: Callback) -> bytes:
    """The callback as WeChat's server writes it to the socket."""
    head = (
        f"POST {callback.url(ADDRESS)} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Mozilla/4.0\r\nAccept: */*\r\n"
        f"Content-Type: text/xml\r\nContent-Length: {len(callback.body)}\r\n\r\n"
    )
    return head.encode() + callback.body
