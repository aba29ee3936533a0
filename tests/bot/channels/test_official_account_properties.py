"""Whatever arrives, it is read or refused: no other exception, and a reply that WeChat can read."""

from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from bot.channels.channel import Refused
from bot.channels.official_account import Mode, OfficialAccount
from bot.channels.official_account_body import NOT_SHOWN
from bot.channels.reply_text import MAX_REPLY_BYTES, fit
from bot.inbox.message import Incoming
from tests.wechat import Callback, WeChat, to_xml

T0 = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)

# Machines that test are busy: slowness is no finding here.
anyhow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
MODES: tuple[Mode, ...] = ("plain", "compatible", "safe")
WECHATS = {mode: WeChat(mode=mode) for mode in MODES}
CHANNELS = {
    mode: OfficialAccount(token=w.token, app_id=w.app_id, encoding_aes_key=w.aes_key, mode=mode)
    for mode, w in WECHATS.items()
}
FIELDS = [
    "ToUserName",
    "FromUserName",
    "CreateTime",
    "MsgId",
    "MsgType",
    "Event",
    "EventKey",
    "Content",
    "Recognition",
    "MediaId",
    "PicUrl",
    "Url",
    "Title",
    "Description",
    "Location_X",
    "Location_Y",
    "Label",
    "Encrypt",
]
TYPES = ["text", "voice", "image", "video", "shortvideo", "link", "location", "event", "TEXT", "Event"]
QUERY = ["signature", "timestamp", "nonce", "msg_signature", "encrypt_type", "echostr", "openid"]

any_text = st.text(st.characters(), max_size=40)
any_value = st.one_of(any_text, st.integers(), st.floats().map(str), st.sampled_from(TYPES), st.none())
any_fields = st.dictionaries(st.sampled_from(FIELDS), any_value)
modes = st.sampled_from(MODES)


def read(mode: Mode, callback: Callback) -> Incoming | None:
    """What was read, None if it was refused; any other exception fails the test."""
    try:
        return CHANNELS[mode].receive(callback.query, callback.body, now=T0)
    except Refused:
        return None


@anyhow
@given(modes, st.binary(max_size=300))
def test_any_signed_bytes_are_read_or_refused(mode: Mode, body: bytes) -> None:
    assert read(mode, WECHATS[mode].carry(T0, body)) is None


@anyhow
@given(modes, modes, any_fields)
def test_any_signed_fields_are_read_or_refused(sent_as: Mode, mode: Mode, fields: dict[str, object]) -> None:
    incoming = read(mode, WECHATS[sent_as].callback(T0, **fields))
    if incoming is not None:
        assert incoming.sent_at.tzinfo is UTC
        assert incoming.key.startswith(f"official:{incoming.app}:{incoming.sender}:")
        assert len(incoming.text.encode()) <= 8_192


@anyhow
@given(modes, st.data())
def test_any_damage_to_the_bytes_is_read_or_refused(mode: Mode, data: st.DataObject) -> None:
    whole = to_xml({"ToUserName": "a", "FromUserName": "b", "CreateTime": 1, "MsgType": "text", "MsgId": 1})
    at = data.draw(st.integers(0, len(whole)))
    damaged = whole[:at] + data.draw(st.binary(max_size=8)) + whole[at + data.draw(st.integers(0, 9)) :]
    read(mode, WECHATS[mode].carry(T0, damaged))


@anyhow
@given(modes, st.dictionaries(st.sampled_from(QUERY), any_text), st.booleans())
def test_any_query_is_read_or_refused(mode: Mode, query: dict[str, str], signed: bool) -> None:
    callback = WECHATS[mode].text(T0, "你好")
    kept = callback.query | {name: query[name] for name in query if name != "signature"} if signed else query
    read(mode, Callback(kept, callback.body))


@anyhow
@given(modes, any_text)
def test_nothing_unsigned_is_read(mode: Mode, signature: str) -> None:
    callback = WECHATS[mode].text(T0, "你好")
    assert read(mode, Callback(callback.query | {"signature": signature}, callback.body)) is None


@pytest.mark.parametrize("mode", MODES)
@anyhow
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=200))
def test_a_text_arrives_as_it_was_sent(mode: Mode, text: str) -> None:
    assume(text not in NOT_SHOWN)
    incoming = read(mode, WECHATS[mode].text(T0, text))
    assert incoming is not None
    assert incoming.text == fit(text, 8_192).strip()


@pytest.mark.parametrize("mode", MODES)
@anyhow
@given(st.text(st.characters(), max_size=1_500))
def test_any_reply_can_be_read_by_wechat(mode: Mode, text: str) -> None:
    callback = WECHATS[mode].text(T0, "你好")
    incoming = read(mode, callback)
    assert incoming is not None
    reply = WECHATS[mode].read(CHANNELS[mode].render(incoming, text, callback.query, now=T0))
    said = reply.get("Content", "")
    assert len(said.encode()) <= MAX_REPLY_BYTES
    # \r: an XML parser reads every line end as \n
    assert said.strip() == fit(text).replace("\r\n", "\n").replace("\r", "\n").strip()
