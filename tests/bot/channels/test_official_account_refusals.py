"""What is not WeChat's, or not whole, is refused with its status and without repeating it."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.channels.channel import Forged, Malformed, TooLarge
from bot.channels.official_account import (
    MAX_BODY_BYTES,
    IncompleteAccount,
    Mode,
    OfficialAccount,
    StaleTimestamp,
)
from bot.inbox.message import Incoming
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


@pytest.mark.parametrize("token", ["", " "])
def test_an_empty_token_is_refused_at_construction(token: str) -> None:
    with pytest.raises(IncompleteAccount, match="token"):
        OfficialAccount(token=token)


@pytest.mark.parametrize("key", ["", "short", "长" * 43, "=" * 43])
def test_a_wrong_aes_key_is_refused_at_construction(key: str) -> None:
    with pytest.raises(IncompleteAccount, match="encoding_aes_key"):
        account(WeChat(), "safe", aes_key=key)


def test_an_unknown_mode_is_refused_at_construction() -> None:
    with pytest.raises(IncompleteAccount, match="mode"):
        OfficialAccount(token="t", mode="unsafe")  # type: ignore[arg-type]


@pytest.mark.parametrize("missing", ["signature", "timestamp", "nonce"])
def test_a_callback_without_its_signature_is_forged(missing: str) -> None:
    callback = WeChat().text(T0, "你好")
    del callback.query[missing]
    with pytest.raises(Forged):
        receive(callback)


@pytest.mark.parametrize("signature", ["", "0" * 40, "签名", "\ud800"])
def test_a_forged_signature_is_refused(signature: str) -> None:
    callback = WeChat().text(T0, "你好")
    callback.query["signature"] = signature
    with pytest.raises(Forged):
        receive(callback)


@pytest.mark.parametrize("mode", ENCRYPTED)
def test_a_forged_msg_signature_is_refused(mode: Mode) -> None:
    wechat = WeChat(mode=mode)
    callback = wechat.text(T0, "你好")
    callback.query["msg_signature"] = "0" * 40
    with pytest.raises(Forged, match="msg_signature"):
        receive(callback, wechat)


@pytest.mark.parametrize("minutes", [-5, 0, 5])
def test_a_timestamp_within_five_minutes_is_fresh(minutes: int) -> None:
    assert receive(WeChat().text(T0 + timedelta(minutes=minutes), "你好")).text == "你好"


@pytest.mark.parametrize("seconds", [-301, 301, -86_400])
def test_a_stale_timestamp_is_refused(seconds: int) -> None:
    with pytest.raises(StaleTimestamp):
        receive(WeChat().text(T0 + timedelta(seconds=seconds), "你好"))


@pytest.mark.parametrize("timestamp", ["", "now", "1e9", "-1", "１７９５２０７２３４", "9" * 5_000])
def test_a_timestamp_that_is_no_number_is_malformed_even_when_signed(timestamp: str) -> None:
    wechat = WeChat()
    callback = wechat.text(T0, "你好")
    signed = {"timestamp": timestamp, "nonce": "1", "signature": wechat.signature(timestamp, "1")}
    callback.query.update(signed)
    with pytest.raises(Malformed):
        receive(callback, wechat)


def test_a_body_longer_than_64_kb_is_too_large() -> None:
    callback = WeChat().text(T0, "a")
    with pytest.raises(TooLarge):
        receive(Callback(callback.query, callback.body + b" " * MAX_BODY_BYTES))


BILLION_LAUGHS = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><xml><MsgType>&b;</MsgType></xml>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]><xml><MsgType>&a;</MsgType></xml>'


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"success",
        b"<xml>",
        b"<xml/>",
        b"<xml>text</xml>",
        b"<html><a>1</a></html>",
        b"<xml><MsgType>text</MsgType></xml>",
        b"<xml><MsgType><a>text</a></MsgType></xml>",
        b"<xml><MsgType>text</MsgType><MsgType>text</MsgType></xml>",
        b'{"MsgType": "text"}',
        b"\xff\xfe\x00",
        b"<?xml version='1.0' encoding='no-such'?><xml><a/></xml>",
        "<?xml version='1.0' encoding='utf-16'?><xml><a/></xml>".encode("utf-16"),
        "<xml><Content>中文</Content></xml>".encode("gbk"),
        b"<xml>" + b"<a>" * 3_000 + b"</a>" * 3_000 + b"</xml>",
        BILLION_LAUGHS,
        OUTSIDE,
    ],
)
@pytest.mark.parametrize("mode", MODES)
def test_a_mangled_body_is_malformed_even_when_signed(mode: Mode, body: bytes) -> None:
    wechat = WeChat(mode=mode)
    with pytest.raises(Malformed):
        receive(wechat.carry(T0, body), wechat)


@pytest.mark.parametrize("name", ["ToUserName", "FromUserName", "MsgType", "MsgId", "CreateTime"])
def test_a_missing_field_is_malformed_and_named(name: str) -> None:
    with pytest.raises(Malformed, match=name):
        receive(WeChat().text(T0, "你好", **{name: None}))


@pytest.mark.parametrize("moment", ["soon", "-1", "1.5", "9" * 11, "9" * 5_000, "１"])
def test_an_absurd_create_time_is_malformed(moment: str) -> None:
    with pytest.raises(Malformed, match="CreateTime"):
        receive(WeChat().text(T0, "你好", CreateTime=moment))


def test_a_message_for_another_app_is_forged() -> None:
    stranger = WeChat(mode="safe", app_id="wx_of_somebody_else")
    with pytest.raises(Forged, match="app_id"):
        receive(stranger.text(T0, "你好"), WeChat(mode="safe"))


def test_a_message_under_another_aes_key_is_refused() -> None:
    stranger = WeChat(mode="safe", aes_key=AES_KEY[::-1][:42] + "A")
    for number in range(50):  # what comes out of a wrong key is random: each way to fail has its turn
        with pytest.raises((Malformed, Forged)):
            receive(stranger.text(T0, f"你好 {number}"), WeChat(mode="safe"))


@pytest.mark.parametrize("cipher", ["", "!", "QUJD", "QUFBQUFBQUFBQUFBQUFBQQ==", "中文"])
def test_a_cipher_that_is_none_is_refused_even_when_signed(cipher: str) -> None:
    wechat = WeChat(mode="safe")
    query = wechat.signed(T0)
    query["msg_signature"] = wechat.signature(query["timestamp"], query["nonce"], cipher)
    body = f"<xml><Encrypt><![CDATA[{cipher}]]></Encrypt></xml>".encode()
    with pytest.raises((Malformed, Forged)):
        account(wechat).receive(query, body, now=T0)


def test_a_refusal_does_not_repeat_what_was_sent() -> None:
    with pytest.raises(Malformed) as refusal:
        receive(WeChat().text(T0, "我的电话", CreateTime="secret-words"))
    assert "secret-words" not in str(refusal.value)
