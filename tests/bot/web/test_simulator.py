"""The simulator's doors: who is let in, what is taken, what is told."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bot.inbox.message import Kind
from bot.web import simulator
from bot.web.security import protect
from tests.browser.played_town import OTHERWISE, PlayedTown

OURS = {"X-Linshao-Simulator": "1"}
LONE_SURROGATE = b'{"sender":"wang","kind":"text","key":"0b7a4b-0001","text":"\\ud800"}'
MESSAGE = {"sender": "wang", "kind": "text", "key": "0b7a4b-0001", "text": "你好"}


@pytest.fixture
def town() -> PlayedTown:
    return PlayedTown()


@pytest.fixture
def client(town: PlayedTown) -> FlaskClient:
    app = Flask(__name__)
    protect(app)
    app.register_blueprint(simulator.blueprint(town, clock=lambda: town.now))
    return app.test_client()


def told(answer: TestResponse) -> dict[str, Any]:
    """The JSON object that was answered."""
    assert answer.json is not None
    return dict(answer.json)


def send(client: FlaskClient, **changes: Any) -> TestResponse:
    return client.post("/simulator/api/messages", json=MESSAGE | changes, headers=OURS)


def test_a_message_goes_to_the_town_and_the_reply_comes_back(client: FlaskClient, town: PlayedTown) -> None:
    answer = send(client)
    assert (answer.status_code, told(answer)["reply"]) == (200, OTHERWISE)
    (heard,) = town.heard
    assert (heard.channel, heard.sender, heard.kind, heard.text) == ("simulator", "wang", Kind.TEXT, "你好")
    assert heard.key.endswith("0b7a4b-0001")
    assert heard.sent_at.tzinfo is not None


def test_the_page_and_its_style_are_served_under_a_strict_policy(client: FlaskClient) -> None:
    for path in ("/simulator", "/simulator/", "/simulator/static/linshao.css", "/simulator/api/town"):
        with client.get(path) as answer:
            status = answer.status_code
        policy = answer.headers["Content-Security-Policy"]
        assert status == 200
        assert "default-src 'none'" in policy and "unsafe" not in policy


def test_the_page_holds_no_inline_script_or_style(client: FlaskClient) -> None:
    page = client.get("/simulator").text
    assert " style=" not in page and "<style" not in page and " onclick=" not in page
    assert page.count("<script") == page.count('<script type="module" src=') == 1


def test_no_script_of_ours_hands_a_text_to_an_html_parser() -> None:
    scripts = list(Path(simulator.__file__).parent.joinpath("static").rglob("*.js"))
    assert len(scripts) >= 8
    for script in scripts:
        forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|srcdoc"
        assert not re.search(forbidden, script.read_text("utf-8")), script.name


def test_the_history_tells_who_said_what_and_when(client: FlaskClient, town: PlayedTown) -> None:
    town.keep("wang", "text", "早上好", mine=True)
    turns = told(client.get("/simulator/api/history?sender=wang"))["turns"]
    assert turns == [{"id": "wang-0", "at": "2026-07-18T08:30:01Z", "mine": True, "kind": "text", "text": "早上好"}]


def test_the_town_is_told_with_its_people_buildings_and_menu(client: FlaskClient) -> None:
    town = told(client.get("/simulator/api/town"))
    assert town["community"] == "星河社区"
    assert {"sender": "wang", "name": "王桂芳", "home": "3号楼2单元201", "note": "独居老人"} in town["residents"]
    assert {"scene": "3101-03", "name": "3号楼"} in town["buildings"]
    assert [group["label"] for group in town["menu"]] == ["问一问", "要帮忙", "我的"]


def test_the_menu_keeps_within_what_wechat_allows() -> None:
    assert len(simulator.MENU) <= 3
    for group in simulator.MENU:
        assert 1 <= len(group.entries) <= 5
        assert all(bool(entry.key) != bool(entry.path) for entry in group.entries)


@pytest.mark.parametrize("remote", ["192.168.1.20", "10.0.0.8", "2001:db8::1", ""])
def test_another_machine_is_refused_everywhere(client: FlaskClient, town: PlayedTown, remote: str) -> None:
    environ = {"REMOTE_ADDR": remote}
    for path in (
        "/simulator",
        "/simulator/api/town",
        "/simulator/api/history",
        "/simulator/static/linshao.css",
    ):
        assert client.get(path, environ_base=environ).status_code == 403
    for path in ("/simulator/api/messages", "/simulator/api/restart"):
        assert client.post(path, json=MESSAGE, headers=OURS, environ_base=environ).status_code == 403
    assert town.heard == []


@pytest.mark.parametrize("remote", ["127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_is_let_in(client: FlaskClient, remote: str) -> None:
    assert client.get("/simulator/api/town", environ_base={"REMOTE_ADDR": remote}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [{"Host": "evil.example:8000"}, {"X-Forwarded-For": "203.0.113.7"}, {"Forwarded": "for=203.0.113.7"}],
)
def test_a_rebound_name_or_a_proxy_is_not_this_machine(client: FlaskClient, headers: dict[str, str]) -> None:
    assert client.get("/simulator", headers=headers).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {},
        OURS | {"Origin": "https://evil.example"},
        OURS | {"Origin": "null"},
        OURS | {"Sec-Fetch-Site": "cross-site"},
        OURS | {"Sec-Fetch-Site": "same-site"},
    ],
)
@pytest.mark.parametrize("path", ["/simulator/api/messages", "/simulator/api/restart"])
def test_what_another_site_sends_is_refused(
    client: FlaskClient, town: PlayedTown, path: str, headers: dict[str, str]
) -> None:
    town.keep("wang", "text", "早上好", mine=True)
    answer = client.post(path, json=MESSAGE, headers=headers)
    assert answer.status_code == 403
    assert "刷新页面" in told(answer)["error"]
    assert town.heard == [] and town.turns


def test_our_own_page_may_restart(client: FlaskClient, town: PlayedTown) -> None:
    town.keep("wang", "text", "早上好", mine=True)
    headers = OURS | {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}
    assert client.post("/simulator/api/restart", json={}, headers=headers).status_code == 200
    assert town.turns == {}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"sender":"wang"}',
        b'{"sender":1,"kind":"text","key":"k"}',
        LONE_SURROGATE,
    ],
)
def test_bad_json_is_400_with_a_sentence_in_chinese(client: FlaskClient, body: bytes) -> None:
    answer = client.post("/simulator/api/messages", data=body, headers=OURS)
    assert answer.status_code == 400
    assert "读不懂" in told(answer)["error"]


@pytest.mark.parametrize(
    "changes",
    [
        {"kind": "shout"},
        {"sender": ""},
        {"sender": "a b"},
        {"key": "short"},
        {"key": "a b c d e f g"},
        {"text": "水" * 683},
        {"text": " \n "},
        {"latitude": 91},
        {"colour": "green"},
    ],
)
def test_a_message_that_wechat_would_not_send_is_400(
    client: FlaskClient, town: PlayedTown, changes: dict[str, Any]
) -> None:
    assert send(client, **changes).status_code == 400
    assert town.heard == []


def test_a_body_over_64_kb_is_413(client: FlaskClient) -> None:
    answer = client.post("/simulator/api/messages", data=b" " * 65_537, headers=OURS)
    assert answer.status_code == 413
    assert "太长" in told(answer)["error"]


def test_somebody_who_is_not_registered_has_a_phone_too(client: FlaskClient, town: PlayedTown) -> None:
    assert told(client.get("/simulator/api/history?sender=newcomer"))["turns"] == []
    assert send(client, sender="newcomer").status_code == 200
    assert [heard.sender for heard in town.heard] == ["newcomer"]


def test_a_database_that_is_away_is_503_and_the_same_message_may_come_again(
    client: FlaskClient, town: PlayedTown
) -> None:
    town.times_away = 1
    first, second = send(client), send(client)
    assert (first.status_code, second.status_code) == (503, 200)
    assert "数据库" in told(first)["error"]
    assert town.heard[0].key == town.heard[1].key
