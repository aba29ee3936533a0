"""What all ledgers share, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from bot.tables import Code, Stale, Time, allow_a_minute, changed_one, insert_once, new_id, next_number, within
from tests.instants import T0

scratch = sa.MetaData()
things = sa.Table(
    "scratch_things",
    scratch,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("code", Code),
    sa.Column("at", Time),
)


@pytest.fixture
def room(conn: sa.Connection) -> Iterator[sa.Connection]:
    scratch.create_all(conn)
    yield conn


def test_a_moment_comes_back_as_the_same_moment_in_utc(room: sa.Connection) -> None:
    moment = datetime(2026, 7, 17, 10, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    room.execute(sa.insert(things).values(id="a", at=moment))
    back = room.execute(sa.select(things.c.at)).scalar_one()
    assert back == moment
    assert back.tzinfo is UTC


def test_a_naive_moment_is_refused(room: sa.Connection) -> None:
    with pytest.raises((ValueError, sa.exc.StatementError), match="naive"):
        room.execute(sa.insert(things).values(id="a", at=datetime(2026, 7, 17)))  # noqa: DTZ001


def test_a_second_insert_of_a_key_writes_nothing(room: sa.Connection) -> None:
    assert insert_once(room, things, {"id": "a", "code": "x", "at": T0}, key=["id"])
    assert not insert_once(room, things, {"id": "a", "code": "y", "at": T0}, key=["id"])
    assert room.execute(sa.select(things.c.code)).scalars().all() == ["x"]


def test_a_branch_holds_its_children_and_not_its_namesakes(room: sa.Connection) -> None:
    codes = ["a", "a.b", "a.b.c", "a.bc", "a.b1", "b.a.b", "a.b-x", "a.b/x"]
    for code in codes:
        room.execute(sa.insert(things).values(id=code, code=code, at=T0))
    found = room.execute(sa.select(things.c.code).where(within(things.c.code, "a.b"))).scalars().all()
    assert set(found) == {"a.b", "a.b.c"}


def test_numbers_count_each_day_and_kind_apart(conn: sa.Connection) -> None:
    day = date(2026, 7, 17)
    assert [next_number(conn, "S", day) for _ in range(3)] == ["S-0717-1", "S-0717-2", "S-0717-3"]
    assert next_number(conn, "Y", day) == "Y-0717-1"
    assert next_number(conn, "S", date(2026, 7, 18)) == "S-0718-1"


def test_an_update_that_changed_nothing_is_stale(room: sa.Connection) -> None:
    room.execute(sa.insert(things).values(id="a", code="x", at=T0))
    changed_one(room.execute(sa.update(things).where(things.c.id == "a").values(code="y")), what="a")
    with pytest.raises(Stale):
        changed_one(room.execute(sa.update(things).where(things.c.id == "b").values(code="y")), what="b")


def test_ids_are_never_the_same() -> None:
    assert len({new_id() for _ in range(1000)}) == 1000


def test_many_megabytes_may_take_longer_and_only_in_their_transaction(engine: sa.Engine) -> None:
    if engine.dialect.name != "postgresql":
        with engine.begin() as conn:
            allow_a_minute(conn)
        return
    limit = sa.text("SHOW statement_timeout")
    with engine.begin() as conn:
        before = conn.execute(limit).scalar_one()
        allow_a_minute(conn)
        assert conn.execute(limit).scalar_one() == "1min" != before
    with engine.begin() as conn:
        assert conn.execute(limit).scalar_one() == before
