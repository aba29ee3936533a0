"""The 公众号: what WeChat sends is read, what others send is refused, and the reply can be read."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.channel import Forged, Malformed
from bot.channels.official_account import (
    Mode,
    OfficialAccount,
    StaleTimestamp,
)
from bot.inbox.message import Incoming, Kind
from tests.wechat import AES_KEY, Callback, WeChat

T0 = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
MODES: tuple[Mode, ...] = ("plain", "compatible", "safe")
ENCRYPTED: tuple[Mode, ...] = ("compatible", "safe")


def account(wechat: WeChat, mode: Mode | None = None, *, aes_key: str = AES_KEY) -> OfficialAccount:
    return OfficialAccount(
        token=wechat.token,
        app_id=wechat.app_id,
        encoding_aes_key=aes_key,
        mode=mode or wechat.mode,  # type: ignore[arg-type]
    )


def receive(callback: Callback, wechat: WeChat | None = None, mode: Mode | None = None) -> Incoming:
    return account(wechat or WeChat(), mode).receive(callback.query, callback.body, now=T0)


@pytest.mark.parametrize("mode", MODES)
def test_a_text_is_read_in_every_mode(mode: Mode) -> None:
    wechat = WeChat(mode=mode)
    incoming = receive(wechat.text(T0, "三单元 ]]> 停水了", MsgId=42), wechat)
    assert incoming == Incoming(
        channel="official",
        app=wechat.account,
        sender=wechat.sender,
        key=f"official:{wechat.account}:{wechat.sender}:42",
        kind=Kind.TEXT,
        sent_at=T0,
        text="三单元 ]]> 停水了",
    )


@pytest.mark.parametrize("mode", MODES)
def test_the_reply_can_be_read_in_every_mode(mode: Mode) -> None:
    wechat = WeChat(mode=mode)
    callback = wechat.text(T0, "你好")
    channel = account(wechat)
    incoming = channel.receive(callback.query, callback.body, now=T0)
    body = channel.render(incoming, "请拨打 119 ]]> & <b>", callback.query, now=T0)
    assert (b"<Encrypt>" in body) == (mode != "plain")
    assert wechat.read(body) == {
        "ToUserName": wechat.sender,
        "FromUserName": wechat.account,
        "CreateTime": str(int(T0.timestamp())),
        "MsgType": "text",
        "Content": "请拨打 119 ]]> & <b>",
    }


def test_compatible_mode_takes_and_answers_a_plain_body() -> None:
    wechat = WeChat(mode="plain")
    callback = wechat.text(T0, "你好")
    channel = account(wechat, "compatible")
    incoming = channel.receive(callback.query, callback.body, now=T0)
    assert incoming.text == "你好"
    assert wechat.read(channel.render(incoming, "好", callback.query, now=T0))["Content"] == "好"


def test_the_encrypted_part_of_a_compatible_body_decides() -> None:
    wechat = WeChat(mode="compatible")
    callback = wechat.text(T0, "真的")
    forged = Callback(callback.query, callback.body.replace("真的".encode(), "假的".encode()))
    assert receive(forged, wechat).text == "真的"


def test_safe_mode_refuses_a_plain_body() -> None:
    with pytest.raises(Forged):
        receive(WeChat(mode="plain").text(T0, "你好"), mode="safe")


@pytest.mark.parametrize("mode", ENCRYPTED)
def test_plain_mode_refuses_an_encrypted_body(mode: Mode) -> None:
    callback = WeChat(mode=mode).text(T0, "你好")
    with pytest.raises(Malformed):
        receive(callback, mode="plain")
    del callback.query["encrypt_type"]
    with pytest.raises(Malformed):
        receive(callback, mode="plain")


def test_safe_mode_encrypts_its_reply_whatever_the_address_says() -> None:
    wechat = WeChat(mode="safe")
    callback = wechat.text(T0, "你好")
    del callback.query["encrypt_type"]
    channel = account(wechat)
    incoming = channel.receive(callback.query, callback.body, now=T0)
    assert b"<Encrypt>" in channel.render(incoming, "好", callback.query, now=T0)


def test_an_empty_text_is_answered_with_success() -> None:
    callback = WeChat().text(T0, "你好")
    channel = account(WeChat())
    incoming = channel.receive(callback.query, callback.body, now=T0)
    for empty in ("", " \n", "\x00"):
        assert channel.render(incoming, empty, callback.query, now=T0) == b"success"


# -- kinds ------------------------------------------------------------------------------------------


def test_a_voice_keeps_its_recognised_words_and_their_punctuation() -> None:
    incoming = receive(WeChat().voice(T0, "我家停水了。"))
    assert (incoming.kind, incoming.text, incoming.media_id) == (Kind.VOICE, "我家停水了。", "media-voice")


@pytest.mark.parametrize("recognition", [None, ""])
def test_a_voice_without_recognition_has_no_text(recognition: str | None) -> None:
    incoming = receive(WeChat().voice(T0, recognition))
    assert (incoming.kind, incoming.text) == (Kind.VOICE, "")


def test_a_picture_keeps_its_references() -> None:
    incoming = receive(WeChat().image(T0, "m1"))
    assert (incoming.kind, incoming.media_id, incoming.url) == (
        Kind.IMAGE,
        "m1",
        "http://mmbiz.qpic.cn/picture",
    )


@pytest.mark.parametrize("kind", ["video", "shortvideo"])
def test_a_video_of_either_length_is_a_video(kind: str) -> None:
    incoming = receive(WeChat().video(T0, "m2", MsgType=kind))
    assert (incoming.kind, incoming.media_id) == (Kind.VIDEO, "m2")


def test_a_links_title_and_description_are_its_text() -> None:
    incoming = receive(WeChat().link(T0, "喝白酒防病毒", "专家说"))
    assert (incoming.kind, incoming.text) == (Kind.LINK, "喝白酒防病毒\n专家说")
    assert incoming.url == "https://example.org/a"


def test_a_location_has_a_label_and_coordinates() -> None:
    incoming = receive(WeChat().location(T0, "幸福路 3 号"))
    assert (incoming.text, incoming.latitude, incoming.longitude) == ("幸福路 3 号", 30.5728, 104.0668)


@pytest.mark.parametrize("value", ["nan", "inf", "91", "north", None, ""])
def test_an_impossible_latitude_leaves_the_place_without_coordinates(value: str | None) -> None:
    incoming = receive(WeChat().location(T0, "这里", Location_X=value))
    assert (incoming.kind, incoming.latitude, incoming.longitude) == (Kind.LOCATION, None, None)


@pytest.mark.parametrize(
    ("event", "event_key", "kind", "read"),
    [
        ("subscribe", "", Kind.SUBSCRIBE, ""),
        ("subscribe", None, Kind.SUBSCRIBE, ""),
        ("subscribe", "qrscene_b-3-2", Kind.SUBSCRIBE, "b-3-2"),
        ("unsubscribe", "", Kind.UNSUBSCRIBE, ""),
        ("SCAN", "b-3-2", Kind.SCAN, "b-3-2"),
        ("CLICK", "menu.report", Kind.CLICK, "menu.report"),
    ],
)
def test_an_event_is_read(event: str, event_key: str | None, kind: Kind, read: str) -> None:
    wechat = WeChat()
    incoming = receive(wechat.event(T0, event, event_key))
    assert (incoming.kind, incoming.event_key, incoming.is_event) == (kind, read, True)
    moment = int(T0.timestamp())
    assert incoming.key == f"official:{wechat.account}:{wechat.sender}:{moment}:{event}:{event_key or ''}"


def test_two_events_of_one_second_have_two_keys() -> None:
    wechat = WeChat()
    scan, click = receive(wechat.event(T0, "SCAN", "a")), receive(wechat.event(T0, "CLICK", "a"))
    assert scan.key != click.key != receive(wechat.event(T0, "CLICK", "b")).key


@pytest.mark.parametrize("kind", ["miniprogrampage", "file", "something_new"])
def test_an_unknown_kind_is_taken_as_other(kind: str) -> None:
    assert receive(WeChat().callback(T0, MsgType=kind)).kind is Kind.OTHER


@pytest.mark.parametrize("event", ["VIEW", "LOCATION", "TEMPLATESENDJOBFINISH"])
def test_an_unknown_event_is_taken_as_a_notice(event: str) -> None:
    assert receive(WeChat().event(T0, event, "https://example.org/" + "a" * 900)).kind is Kind.NOTICE


def test_what_wechat_cannot_show_is_no_text() -> None:
    incoming = receive(WeChat().text(T0, "【收到不支持的消息类型，暂无法显示】"))
    assert (incoming.kind, incoming.text) == (Kind.OTHER, "")


def test_a_long_text_is_kept_whole_and_an_absurd_one_is_cut() -> None:
    assert receive(WeChat().text(T0, "长" * 2_000)).text == "长" * 2_000
    assert receive(WeChat().text(T0, "长" * 20_000)).text == "长" * 2_730  # 8 KB, no half character


def test_a_text_with_control_characters_is_read_without_them() -> None:
    assert receive(WeChat().text(T0, "停\x08电\x00了")).text == "停电了"


# -- the access check -------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", MODES)
def test_the_access_check_is_answered_with_its_echostr(mode: Mode) -> None:
    wechat = WeChat(mode=mode)
    assert account(wechat).handshake(wechat.signed(T0, echostr="<5927>"), now=T0) == "<5927>"


def test_a_forged_or_stale_access_check_is_refused() -> None:
    wechat = WeChat()
    with pytest.raises(Forged):
        account(wechat).handshake(wechat.signed(T0, echostr="1", signature="0" * 40), now=T0)
    with pytest.raises(StaleTimestamp):
        account(wechat).handshake(wechat.signed(T0, echostr="1"), now=T0 + timedelta(minutes=6))


@pytest.mark.parametrize("echo", ["", "1" * 5_000])
def test_an_access_check_without_a_sound_echostr_is_malformed(echo: str) -> None:
    with pytest.raises(Malformed):
        account(WeChat()).handshake(WeChat().signed(T0, echostr=echo), now=T0)
