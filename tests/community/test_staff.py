"""Accounts, tries, roles, duty and audit, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.stories.sign_in import Wrong, sign_in
from community.staff import desk as staff
from community.staff.account import MOST_TRIES, TRIES_WITHIN, Account, BadLogin, Locked, Role, WeakPassword
from tests.instants import T0, T

PASSWORD = "梧桐树下-7788-晚风"


@pytest.fixture
def liu(engine: sa.Engine) -> Account:
    with engine.begin() as conn:
        return staff.add(
            conn,
            login="LiuMin",
            name="刘敏",
            password=PASSWORD,
            roles={Role.STAFF, Role.DUTY},
            area_code="c",
            actor="admin",
            now=T0,
        )


def attempt(engine: sa.Engine, password: str, *, seconds: float = 0, address: str = "10.0.0.1", login: str = "liumin"):  # type: ignore[no-untyped-def]
    return sign_in(engine, login=login, password=password, address=address, now=T(seconds))


def test_the_right_password_opens_and_is_audited(engine: sa.Engine, liu: Account) -> None:
    assert attempt(engine, PASSWORD, login=" LIUMIN ") == liu
    with engine.connect() as conn:
        assert staff.audited(conn)[0].event == "signed-in"


@pytest.mark.parametrize("login", ["liumin", "nobody"])
def test_a_wrong_password_and_a_wrong_login_are_answered_alike(engine: sa.Engine, liu: Account, login: str) -> None:
    assert attempt(engine, "not this one", login=login) == Wrong()


def test_after_five_failures_even_the_right_password_waits(engine: sa.Engine, liu: Account) -> None:
    for second in range(MOST_TRIES):
        assert attempt(engine, "guess", seconds=second) == Wrong()
    locked = attempt(engine, PASSWORD, seconds=10)
    assert locked == Locked(until=T0 + TRIES_WITHIN)
    assert attempt(engine, PASSWORD, seconds=TRIES_WITHIN.total_seconds() + 5) == liu


def test_one_address_cannot_try_everybody(engine: sa.Engine, liu: Account) -> None:
    for number in range(30):
        attempt(engine, "guess", login=f"somebody{number}")
    assert isinstance(attempt(engine, PASSWORD), Locked)
    assert attempt(engine, PASSWORD, address="10.0.0.2") == liu


def test_success_forgives_earlier_failures(engine: sa.Engine, liu: Account) -> None:
    for _ in range(MOST_TRIES - 1):
        attempt(engine, "guess")
    assert attempt(engine, PASSWORD) == liu
    assert attempt(engine, "guess") == Wrong()
    assert attempt(engine, PASSWORD) == liu


def test_an_account_that_is_switched_off_stays_outside(engine: sa.Engine, liu: Account) -> None:
    with engine.begin() as conn:
        staff.switch_off(conn, liu.id, actor="admin", now=T0)
    assert attempt(engine, PASSWORD) == Wrong()


def test_every_change_ends_the_accounts_sessions(engine: sa.Engine, liu: Account) -> None:
    with engine.begin() as conn:
        staff.change_password(conn, liu.id, "另一句很长的口令-2026", actor=liu.id, now=T0)
        staff.change_roles(conn, liu.id, {Role.APPROVER}, actor="admin", now=T0)
        changed = staff.get(conn, liu.id)
    assert changed is not None
    assert changed.session == liu.session + 2
    assert changed.may(Role.APPROVER) and not changed.may(Role.STAFF)


@pytest.mark.parametrize("password", ["short", "xx-liumin-xx-2026", "aaaaaaaaaaaaaa"])
def test_weak_passwords_are_refused(conn: sa.Connection, password: str) -> None:
    with pytest.raises(WeakPassword):
        staff.add(conn, login="liumin", name="刘", password=password, roles=[], area_code="c", actor="a", now=T0)


def test_a_login_is_plain_and_taken_once(conn: sa.Connection) -> None:
    def add(login: str) -> None:
        staff.add(conn, login=login, name="刘", password=PASSWORD, roles=[], area_code="c", actor="a", now=T0)

    add("liu.min")
    with pytest.raises(staff.LoginTaken):
        add("LIU.MIN")
    with pytest.raises(BadLogin):
        add("刘敏")


def test_who_is_on_the_roster_is_on_duty_else_everybody_with_the_role(engine: sa.Engine, liu: Account) -> None:
    with engine.begin() as conn:
        other = staff.add(
            conn,
            login="chen",
            name="陈芳",
            password=PASSWORD,
            roles={Role.DUTY},
            area_code="c.g1",
            actor="a",
            now=T0,
        )
        assert {one.id for one in staff.on_duty(conn, "c", now=T0)} == {liu.id, other.id}
        staff.put_on_duty(conn, other.id, starts_at=T0, ends_at=T0 + timedelta(hours=8), actor="a", now=T0)
        assert [one.id for one in staff.on_duty(conn, "c", now=T(60))] == [other.id]
        assert {one.id for one in staff.on_duty(conn, "c", now=T0 + timedelta(hours=8))} == {liu.id, other.id}


def test_an_audit_event_bears_exactly_its_declared_keys(conn: sa.Connection) -> None:
    with pytest.raises(ValueError, match="declared"):
        staff.record(conn, "unmasked", actor="a", subject="n1", now=T0, why="回电", text="居民的话")
    with pytest.raises(ValueError, match="declared"):
        staff.record(conn, "peeked", actor="a", subject="n1", now=T0)
