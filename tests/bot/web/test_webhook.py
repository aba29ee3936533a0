"""The webhook's statuses: every way to fail has one, and none is 500."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import structlog
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.channels.official_account import OfficialAccount
from bot.conversation.pipeline import TryAgain
from bot.inbox.message import Incoming
from bot.web.webhook import blueprint
from tests.wechat import Callback, WeChat

T0 = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)

# Machines that test are busy: slowness is no finding here.
anyhow = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
WECHAT = WeChat()


def echo(incoming: Incoming) -> str:
    return f"收到：{incoming.text}"


class Site:
    """The webhook alone in an application, and what it counted."""

    def __init__(self, answer: Callable[[Incoming], str] = echo, wechat: WeChat = WECHAT) -> None:
        account = OfficialAccount(
            token=wechat.token,
            app_id=wechat.app_id,
            encoding_aes_key=wechat.aes_key,
            mode=wechat.mode,  # type: ignore[arg-type]
        )
        self.counted: list[str] = []
        app = Flask(__name__)
        app.register_blueprint(blueprint(account, answer, clock=lambda: T0, count=self.counted.append))
        self.client: FlaskClient = app.test_client()

    def post(self, callback: Callback, **more: Any) -> Any:
        return self.client.post(callback.url(), data=callback.body, **more)


@pytest.mark.parametrize("mode", ["plain", "compatible", "safe"])
def test_a_text_gets_its_answer(mode: str) -> None:
    wechat = WeChat(mode=mode)
    site = Site(wechat=wechat)
    response = site.post(wechat.text(T0, "停水了"))
    assert response.status_code == 200
    assert wechat.read(response.data)["Content"] == "收到：停水了"
    assert response.mimetype == "text/xml"
    assert site.counted == ["answered"]


def test_an_empty_answer_is_success() -> None:
    response = Site(lambda _incoming: "").post(WECHAT.event(T0, "unsubscribe"))
    assert (response.status_code, response.data, response.mimetype) == (200, b"success", "text/plain")


def test_the_access_check_is_echoed_as_plain_text() -> None:
    site = Site()
    query = WECHAT.signed(T0, echostr="<script>5927</script>")
    response = site.client.get(Callback(query, b"").url())
    assert (response.status_code, response.text) == (200, "<script>5927</script>")
    assert (response.mimetype, response.headers["X-Content-Type-Options"]) == ("text/plain", "nosniff")
    assert site.counted == ["checked"]


STALE = WECHAT.text(T0 - timedelta(minutes=6), "你好")
SIGNED = WECHAT.text(T0, "你好")


@pytest.mark.parametrize(
    ("callback", "status", "outcome"),
    [
        (Callback(SIGNED.query, b""), 400, "Malformed"),
        (Callback(SIGNED.query, b"<xml>\xff</xml>"), 400, "Malformed"),
        (Callback({}, SIGNED.body), 403, "Forged"),
        (Callback(SIGNED.query | {"signature": "0" * 40}, SIGNED.body), 403, "Forged"),
        (STALE, 403, "StaleTimestamp"),
        (Callback(SIGNED.query, b" " * 65_537), 413, "TooLarge"),
    ],
)
def test_a_refusal_has_its_status_and_a_short_plain_text(callback: Callback, status: int, outcome: str) -> None:
    site = Site()
    response = site.post(callback)
    assert (response.status_code, response.mimetype) == (status, "text/plain")
    assert 0 < len(response.data) < 100
    assert site.counted == [outcome]


def chunked(site: Site, body: bytes) -> Any:
    return site.client.post(
        SIGNED.url(), input_stream=io.BytesIO(body), environ_overrides={"wsgi.input_terminated": True}
    )


def test_a_chunked_body_is_read() -> None:
    assert WECHAT.read(chunked(Site(), SIGNED.body).data)["Content"] == "收到：你好"


def test_a_chunked_body_that_is_too_large_is_not_read_to_its_end() -> None:
    endless = io.BytesIO(bytes(1_000_000))
    response = Site().client.post(SIGNED.url(), input_stream=endless, environ_overrides={"wsgi.input_terminated": True})
    assert response.status_code == 413


def test_a_body_as_long_as_may_be_is_read() -> None:
    assert chunked(Site(), SIGNED.body.ljust(65_536)).status_code == 200


def test_a_repeated_parameter_is_malformed() -> None:
    response = Site().client.post(SIGNED.url() + "&nonce=1", data=SIGNED.body)
    assert response.status_code == 400


def failing(error: Exception) -> Callable[[Incoming], str]:
    def answer(_incoming: Incoming) -> str:
        raise error

    return answer


def test_a_database_that_is_away_is_503() -> None:
    site = Site(failing(TryAgain()))
    assert site.post(SIGNED).status_code == 503
    assert site.counted == ["TryAgain"]


def test_the_unforeseen_is_503_and_its_words_go_neither_out_nor_into_the_log() -> None:
    site = Site(failing(KeyError("我的电话 13900000000")))
    with structlog.testing.capture_logs() as logs:
        response = site.post(SIGNED)
    assert response.status_code == 503
    assert "13900000000" not in response.text
    assert len(logs) == 1
    assert (logs[0]["event"], logs[0]["error"]) == ("callback_failed", "KeyError")
    assert logs[0]["where"].startswith("test_webhook.py:")
    assert "13900000000" not in str(logs)
    assert WECHAT.sender not in str(logs)
    assert site.counted == ["KeyError"]


class BrokenChunk(Exception):
    """gunicorn's InvalidChunkSize is neither an OSError nor a ValueError."""


class BrokenOff(io.BytesIO):
    """The server's stream, when the client sends nonsense or goes away."""

    def read(self, _size: int | None = -1) -> bytes:
        raise BrokenChunk

    def readinto(self, _buffer: Any) -> int:
        raise BrokenChunk


def test_a_body_that_breaks_off_is_malformed() -> None:
    site = Site()
    response = site.client.post(
        SIGNED.url(), input_stream=BrokenOff(), environ_overrides={"wsgi.input_terminated": True}
    )
    assert (response.status_code, site.counted) == (400, ["Malformed"])


def test_a_body_shorter_than_its_length_says_is_malformed() -> None:
    site = Site()
    response = site.client.post(SIGNED.url(), input_stream=io.BytesIO(b"<xml>"), headers={"Content-Length": "500"})
    assert (response.status_code, site.counted) == (400, ["Malformed"])


def test_other_methods_are_not_taken() -> None:
    assert Site().client.put(SIGNED.url(), data=SIGNED.body).status_code == 405


SITE = Site()


@anyhow
@given(st.binary(max_size=200), st.binary(max_size=100))
def test_no_request_is_answered_with_500(query: bytes, body: bytes) -> None:
    raw = query.decode("latin-1").replace("#", "")
    response = SITE.client.post("/wechat/official", query_string=raw, data=body)
    assert response.status_code in {400, 403}
