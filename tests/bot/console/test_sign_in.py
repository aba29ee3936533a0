"""Signing in: who is let in, for how long, and what ends it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.console.sign_in import IDLE
from community.staff import desk as staff
from community.staff.account import MOST_TRIES, MOST_TRIES_FROM, TRIES_WITHIN, Role
from tests.bot.console.house import PASSWORD, House, Person, open_house
from tests.instants import T0


def test_the_right_password_leads_to_today(house: House) -> None:
    answer = house.client().sign_in("liumin")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/console/")


def test_a_wrong_password_says_no_more_than_that(house: House) -> None:
    wrong, nobody = house.client().sign_in("liumin", "guess"), house.client().sign_in("nobody", "guess")
    assert wrong.status_code == nobody.status_code == 403
    assert "登录名或口令不对" in wrong.get_data(as_text=True)
    assert "登录名或口令不对" in nobody.get_data(as_text=True)


def test_the_page_says_how_long_it_is_locked(house: House) -> None:
    person = house.client()
    for _ in range(MOST_TRIES):
        person.sign_in("liumin", "guess")
    locked = person.sign_in("liumin")
    assert locked.status_code == 429
    assert "今天 10:15 以后再试" in locked.get_data(as_text=True)
    house.now = T0 + TRIES_WITHIN + timedelta(seconds=1)
    assert person.sign_in("liumin").status_code == 303


def test_behind_a_proxy_of_ours_each_caller_has_tries_of_their_own(house: House) -> None:
    fail(house, times=MOST_TRIES_FROM, address="203.0.113.9")
    assert post(house, forwarded="198.51.100.1, 203.0.113.9") == 429
    assert post(house, forwarded="203.0.113.9, 203.0.113.10") == 303


def test_nobody_outside_can_invent_the_address_they_call_from(house: House) -> None:
    fail(house, times=MOST_TRIES_FROM, address="203.0.113.9")
    assert post(house, forwarded="198.51.100.77", remote="203.0.113.9") == 429


def fail(house: House, *, times: int, address: str) -> None:
    """That many wrong passwords came from an address, for as many logins."""
    with house.engine.begin() as conn:
        for number in range(times):
            staff.refuse(conn, login=f"somebody{number}", address=address, now=house.now)


def post(house: House, *, forwarded: str, remote: str = "127.0.0.1") -> int:
    """One try through a proxy; its status."""
    browser = house.app.test_client()
    found = browser.get("/console/sign-in").get_data(as_text=True).partition('csrf_token" value="')[2]
    fields = {"login": "liumin", "password": PASSWORD, "csrf_token": found.partition('"')[0]}
    answer = browser.post("/console/sign-in", data=fields, headers={"X-Forwarded-For": forwarded},
                          environ_base={"REMOTE_ADDR": remote})  # fmt: skip
    return answer.status_code


@pytest.mark.parametrize(("public_url", "secure"), [("http://127.0.0.1:8000", False), ("https://linshao.cn", True)])
def test_the_cookie_is_for_us_alone(fresh: Path, public_url: str, secure: bool) -> None:
    house = open_house(fresh, public_url=public_url)
    base = "https://localhost" if secure else "http://localhost"
    browser = house.app.test_client()
    page = browser.get("/console/sign-in", base_url=base).get_data(as_text=True)
    found = page.partition('csrf_token" value="')[2].partition('"')[0]
    fields = {"login": "liumin", "password": PASSWORD, "csrf_token": found}
    answer = browser.post("/console/sign-in", base_url=base, data=fields, headers={"Referer": base + "/console/"})
    kept = next(one for one in answer.headers.getlist("Set-Cookie") if one.startswith("linshao_console="))
    assert ("Secure" in kept) is secure
    assert "HttpOnly" in kept and "SameSite=Lax" in kept and "Path=/console" in kept
    assert "Expires" not in kept and "Max-Age" not in kept
    house.engine.dispose()


def test_after_twelve_idle_hours_the_session_is_over(house: House, liu: Person) -> None:
    house.now = T0 + IDLE - timedelta(minutes=1)
    assert liu.get("/console/").status_code == 200
    house.now += IDLE - timedelta(minutes=1)
    assert liu.get("/console/").status_code == 200
    house.now += IDLE + timedelta(minutes=1)
    assert liu.get("/console/").status_code == 303


def test_a_page_that_only_looks_for_alarms_keeps_nobody_signed_in(house: House, liu: Person) -> None:
    house.now = T0 + IDLE - timedelta(minutes=1)
    assert liu.get("/console/pulse", headers={"X-Linshao-Pulse": "1"}).status_code == 200
    house.now = T0 + IDLE + timedelta(minutes=1)
    assert liu.get("/console/pulse", headers={"X-Linshao-Pulse": "1"}).status_code == 401


def test_other_roles_a_new_password_and_switching_off_each_end_the_session(house: House) -> None:
    account = house.accounts["liumin"]
    for change in (
        lambda conn: staff.change_roles(conn, account.id, {Role.STAFF}, actor="a", now=T0),
        lambda conn: staff.change_password(conn, account.id, PASSWORD, actor="a", now=T0),
        lambda conn: staff.switch_off(conn, account.id, actor="a", now=T0),
    ):
        person = house.client("liumin")
        with house.engine.begin() as conn:
            change(conn)
        assert person.get("/console/").status_code == 303


def test_whoever_changes_their_own_password_stays_but_only_here(house: House, liu: Person) -> None:
    elsewhere = house.client("liumin")
    fresh = "晚风-9911-银杏树下"
    assert liu.send("/console/password", old="not it", new=fresh, again=fresh).status_code == 422
    assert liu.send("/console/password", old=PASSWORD, new=fresh, again=fresh + "x").status_code == 422
    assert liu.send("/console/password", old=PASSWORD, new="short", again="short").status_code == 422
    assert liu.send("/console/password", old=PASSWORD, new=fresh, again=fresh).status_code == 303
    assert liu.get("/console/").status_code == 200
    assert elsewhere.get("/console/").status_code == 303
    assert house.client().sign_in("liumin", fresh).status_code == 303


def test_leaving_ends_it(liu: Person) -> None:
    assert liu.send("/console/leave").headers["Location"] == "/console/sign-in"
    assert liu.get("/console/").status_code == 303


@pytest.mark.parametrize(
    ("wanted", "leads_to"),
    [
        ("/console/needs?state=working", "/console/needs?state=working"),
        ("https://evil.example/console/", "/console/"),
        ("//evil.example/console", "/console/"),
        ("/\\evil.example", "/console/"),
        ("/wechat/official", "/console/"),
    ],
)
def test_after_signing_in_one_comes_where_one_wanted_to_but_never_elsewhere(
    house: House, wanted: str, leads_to: str
) -> None:
    browser = house.app.test_client()
    page = browser.get("/console/sign-in").get_data(as_text=True)
    found = page.partition('csrf_token" value="')[2].partition('"')[0]
    fields = {"login": "liumin", "password": PASSWORD, "csrf_token": found}
    answer = browser.post("/console/sign-in", query_string={"next": wanted}, data=fields)
    assert answer.headers["Location"] == leads_to
