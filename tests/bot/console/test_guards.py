"""Every address of the whole program has a declared guard, and the guard holds."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.routing import Rule

from bot import settings as settings_module
from bot.app import create_app
from bot.console import routes
from bot.console.guards import Door, guard_of
from bot.storage.engine import open_engine
from bot.storage.schema import metadata
from bot.wiring import build
from tests.bot.console.house import House, token

ADMITTED = {200, 302, 303}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The program as it is served, with everything switched on."""
    folder: Path = tmp_path_factory.mktemp("whole")
    url = f"sqlite:///{folder / 'whole.db'}"
    engine = open_engine(url)
    metadata.create_all(engine)
    engine.dispose()
    official = {"app_id": "wx1", "app_secret": "s", "token": "tokenoftests", "mode": "plain"}
    settings = settings_module.from_mapping(
        {
            "web": {"secret_key": "k" * 40},
            "database": {"url": url},
            "paths": {"shipped": "var/shipped", "cache": str(folder / "cache")},
            "simulator": {"enabled": True},
            "wechat": {"official": official},
        }
    )
    house = build(settings)
    yield create_app(house)
    house.engine.dispose()


def rules(app: Flask) -> list[Rule]:
    return list(app.url_map.iter_rules())


def filled(rule: Rule) -> str:
    """The rule's address with something in each of its places."""
    path = rule.rule
    for name in rule.arguments:
        for kind in ("", "int:", "path:"):
            path = path.replace(f"<{kind}{name}>", "1")
    return path


def test_every_address_of_the_program_has_a_declared_guard(whole: Flask) -> None:
    bare = [rule.rule for rule in rules(whole) if guard_of(rule.endpoint, routes()) is None]
    assert bare == []
    assert {guard_of(rule.endpoint, routes()).door for rule in rules(whole)} == set(Door)  # type: ignore[union-attr]


def test_an_address_nobody_declared_is_noticed(whole: Flask) -> None:
    assert guard_of("backdoor.open", routes()) is None
    assert guard_of("console.needs-burn", routes()) is None


def test_strangers_are_asked_to_sign_in_wherever_staff_work(whole: Flask) -> None:
    stranger = whole.test_client()
    valid = token(stranger.get("/console/sign-in").get_data(as_text=True))
    for rule in rules(whole):
        guard = guard_of(rule.endpoint, routes())
        assert guard is not None
        if guard.door is not Door.STAFF:
            continue
        for method in (rule.methods or set()) & {"GET", "POST"}:
            answer = stranger.open(filled(rule), method=method, data={"csrf_token": valid})
            assert answer.status_code == 303, (method, rule.rule, answer.status_code)
            assert answer.headers["Location"].startswith("/console/sign-in")


def test_what_is_for_this_machine_is_closed_to_the_world(whole: Flask) -> None:
    for rule in rules(whole):
        guard = guard_of(rule.endpoint, routes())
        if guard is not None and guard.door is Door.LOOPBACK and rule.endpoint != "simulator.static":
            method = "GET" if "GET" in (rule.methods or set()) else "POST"
            answer = whole.test_client().open(filled(rule), method=method, headers={"X-Forwarded-For": "203.0.113.9"})
            assert answer.status_code == 403, rule.rule


def test_what_bears_no_signature_of_wechat_is_refused(whole: Flask) -> None:
    for rule in rules(whole):
        guard = guard_of(rule.endpoint, routes())
        if guard is not None and guard.door is Door.WECHAT_SIGNATURE:
            for method in (rule.methods or set()) & {"GET", "POST"}:
                answer = whole.test_client().open(filled(rule), method=method, data=b"<xml></xml>")
                assert answer.status_code not in ADMITTED, (method, rule.rule)


@pytest.mark.parametrize("route", [one for one in routes() if one.guard.roles], ids=lambda one: one.name)
def test_who_lacks_the_role_is_told_whose_step_it_is(house: House, route: object) -> None:
    linna = house.client("linna")
    rule = next(one for one in rules(house.app) if one.endpoint == f"console.{route.name}")  # type: ignore[attr-defined]
    path = filled(rule)
    answer = linna.send(path) if "POST" in (rule.methods or set()) else linna.get(path)
    page = answer.get_data(as_text=True)
    assert answer.status_code == 403
    assert "这一步要别人来做" in page and "没有做任何改动" in page


@pytest.mark.parametrize("route", [one for one in routes() if "POST" in one.methods], ids=lambda one: one.name)
def test_without_the_token_of_our_own_page_nothing_is_done(house: House, route: object) -> None:
    chen = house.client("chenfang")
    rule = next(one for one in rules(house.app) if one.endpoint == f"console.{route.name}")  # type: ignore[attr-defined]
    for given in ({}, {"csrf_token": "guessed"}):
        answer = chen.browser.post(filled(rule), data=given)
        assert answer.status_code == 400
        assert "没有保存" in answer.get_data(as_text=True)


def test_the_token_of_somebody_elses_session_opens_nothing(house: House) -> None:
    liu, chen = house.client("liumin"), house.client("chenfang")
    theirs = token(liu.read("/console/more"))
    assert chen.browser.post("/console/leave", data={"csrf_token": theirs}).status_code == 400
    assert chen.get("/console/").status_code == 200


def test_signing_in_needs_the_token_too(house: House) -> None:
    answer = house.app.test_client().post("/console/sign-in", data={"login": "liumin", "password": "x"})
    assert answer.status_code == 400


def test_an_account_that_is_switched_off_opens_no_door(house: House) -> None:
    off = replace(house.accounts["chenfang"], active=False)
    assert not any(route.guard.opens_for(off) for route in routes())


def test_no_page_of_staff_is_kept_in_a_cache_and_every_page_refuses_foreign_script(house: House) -> None:
    answer = house.client("liumin").get("/console/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    page = answer.get_data(as_text=True)
    assert " style=" not in page and "<style" not in page and " onclick=" not in page
