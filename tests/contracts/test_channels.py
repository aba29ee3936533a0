"""What every channel promises, whichever it is."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import pytest

from bot.channels.channel import Channel, Refused, TooLarge
from bot.channels.official_account import Mode, OfficialAccount
from bot.channels.simulator import SimulatorChannel
from bot.inbox.message import Kind
from tests.wechat import Callback, WeChat

T0 = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


class Platform(Protocol):
    """The other side of a channel: sends as a resident does, and reads what comes back."""

    channel: Channel

    def send(self, text: str, number: int) -> Callback: ...

    def follow(self, scene: str) -> Callback: ...

    def read(self, reply: bytes) -> str: ...


class OfficialPlatform:
    def __init__(self, mode: Mode) -> None:
        self.wechat = WeChat(mode=mode)
        self.channel: Channel = OfficialAccount(
            token=self.wechat.token,
            app_id=self.wechat.app_id,
            encoding_aes_key=self.wechat.aes_key,
            mode=mode,
        )

    def send(self, text: str, number: int) -> Callback:
        return self.wechat.text(T0, text, MsgId=number)

    def follow(self, scene: str) -> Callback:
        return self.wechat.event(T0, "subscribe", f"qrscene_{scene}")

    def read(self, reply: bytes) -> str:
        return self.wechat.read(reply).get("Content", "")


@dataclass
class SimulatorPlatform:
    channel: Channel

    def send(self, text: str, number: int) -> Callback:
        return self._post(kind="text", text=text, key=str(number))

    def follow(self, scene: str) -> Callback:
        return self._post(kind="subscribe", event_key=scene, key="follow")

    def read(self, reply: bytes) -> str:
        return reply.decode()

    def _post(self, **fields: str) -> Callback:
        return Callback({}, json.dumps({"sender": "wang", **fields}).encode())


PLATFORMS: dict[str, Callable[[], Platform]] = {
    "plain": lambda: OfficialPlatform("plain"),
    "compatible": lambda: OfficialPlatform("compatible"),
    "safe": lambda: OfficialPlatform("safe"),
    "simulator": lambda: SimulatorPlatform(SimulatorChannel()),
}


@pytest.fixture(params=sorted(PLATFORMS))
def platform(request: pytest.FixtureRequest) -> Platform:
    return PLATFORMS[request.param]()


def test_a_text_is_read_as_it_was_sent(platform: Platform) -> None:
    callback = platform.send("三单元停水了，“]]>”", 1)
    incoming = platform.channel.receive(callback.query, callback.body, now=T0)
    assert (incoming.kind, incoming.text, incoming.sent_at) == (Kind.TEXT, "三单元停水了，“]]>”", T0)
    assert incoming.channel == platform.channel.name


def test_a_repeat_bears_the_same_key_and_another_message_another(platform: Platform) -> None:
    sent = [platform.send("你好", 1), platform.send("你好", 1), platform.send("你好", 2)]
    first, again, other = (platform.channel.receive(c.query, c.body, now=T0).key for c in sent)
    assert first == again != other


def test_a_key_holds_the_channel_the_application_and_the_sender(platform: Platform) -> None:
    callback = platform.send("你好", 1)
    incoming = platform.channel.receive(callback.query, callback.body, now=T0)
    assert incoming.key.startswith(f"{incoming.channel}:{incoming.app}:{incoming.sender}:")


def test_following_by_a_code_tells_its_scene(platform: Platform) -> None:
    callback = platform.follow("b-3-2")
    incoming = platform.channel.receive(callback.query, callback.body, now=T0)
    assert (incoming.kind, incoming.event_key, incoming.is_event) == (Kind.SUBSCRIBE, "b-3-2", True)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("您好，已收到。\n编号 12", "您好，已收到。\n编号 12"),
        ("]]></Content>", "]]></Content>"),
        ("a\x00b", "ab"),
        ("", ""),
        (" \n", ""),
    ],
)
def test_a_reply_is_read_as_it_was_said(platform: Platform, text: str, read: str) -> None:
    callback = platform.send("你好", 1)
    incoming = platform.channel.receive(callback.query, callback.body, now=T0)
    assert platform.read(platform.channel.render(incoming, text, callback.query, now=T0)) == read


def test_a_long_reply_is_cut_at_a_lines_end(platform: Platform) -> None:
    callback = platform.send("你好", 1)
    incoming = platform.channel.receive(callback.query, callback.body, now=T0)
    reply = platform.channel.render(incoming, "一行字\n" * 900, callback.query, now=T0)
    said = platform.read(reply)
    assert len(said.encode()) <= 2_048
    assert said.endswith("一行字…")


@pytest.mark.parametrize("body", [b"", b"\xff", b"<xml>", b"{", b"<xml/>", b"{}"])
def test_a_mangled_body_is_refused(platform: Platform, body: bytes) -> None:
    query = platform.send("你好", 1).query
    with pytest.raises(Refused):
        platform.channel.receive(query, body, now=T0)


def test_an_oversized_body_is_too_large(platform: Platform) -> None:
    query = platform.send("你好", 1).query
    with pytest.raises(TooLarge):
        platform.channel.receive(query, b" " * 65_537, now=T0)


def test_an_empty_access_check_is_refused(platform: Platform) -> None:
    with pytest.raises(Refused):
        platform.channel.handshake({}, now=T0)
