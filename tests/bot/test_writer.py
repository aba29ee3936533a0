"""The one way to write: durable when it returns, bounded in time, each caller's fault its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.storage.engine import open_engine
from bot.storage.writer import Unavailable, Writer, open_writer
from bot.tables import counters


@pytest.fixture
def write(engine: sa.Engine) -> Writer:
    return open_writer(engine, seconds=2.0)


def _add(name: str) -> Callable[[sa.Connection], str]:
    def work(conn: sa.Connection) -> str:
        conn.execute(sa.insert(counters).values(name=name, day="d", value=1))
        return name

    return work


def _names(engine: sa.Engine) -> set[str]:
    with engine.connect() as conn:
        return set(conn.execute(sa.select(counters.c.name)).scalars())


def test_work_is_kept_when_the_call_returns(engine: sa.Engine, write: Writer) -> None:
    assert write(_add("a")) == "a"
    assert _names(engine) == {"a"}


def test_an_error_reaches_its_caller_and_undoes_its_own_work_only(engine: sa.Engine, write: Writer) -> None:
    def faulty(conn: sa.Connection) -> None:
        _add("bad")(conn)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        write(faulty)
    write(_add("good"))
    assert _names(engine) == {"good"}


def test_many_callers_at_once_all_get_their_own_result(engine: sa.Engine, write: Writer) -> None:
    with ThreadPoolExecutor(16) as pool:
        results = list(pool.map(lambda n: write(lambda conn: (_add(f"n{n}")(conn), n)[1]), range(200)))
    assert results == list(range(200))
    assert len(_names(engine)) == 200


def test_a_fault_in_company_hurts_nobody_else(engine: sa.Engine, write: Writer) -> None:
    gate = threading.Event()

    def slow(conn: sa.Connection) -> None:
        gate.wait(1.5)
        _add("slow")(conn)

    def one(number: int) -> bool:
        try:
            write(_add("same" if number % 2 else f"own{number}"))
        except sa.exc.IntegrityError:
            return False
        return True

    with ThreadPoolExecutor(12) as pool:
        first = pool.submit(write, slow)
        others = [pool.submit(one, number) for number in range(10)]
        gate.set()
        first.result()
        assert sum(other.result() for other in others) == 6  # five of their own and one "same"
    assert _names(engine) == {"slow", "same", *(f"own{n}" for n in range(0, 10, 2))}


def test_a_database_held_by_another_process_is_unavailable_in_time(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'held.db'}"
    holder = open_engine(url)
    waiting = sa.create_engine(url, connect_args={"timeout": 0.1})
    with holder.begin() as conn:
        conn.execute(sa.text("CREATE TABLE t (x)"))
        conn.execute(sa.text("INSERT INTO t VALUES (1)"))
        with pytest.raises(Unavailable):
            open_writer(waiting, seconds=0.5)(lambda other: other.execute(sa.text("INSERT INTO t VALUES (2)")))
    holder.dispose()
    waiting.dispose()


def test_a_stuck_writer_does_not_hold_the_callers_for_ever(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'stuck.db'}")
    write = open_writer(engine, seconds=0.2)
    gate = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        stuck = pool.submit(write, lambda conn: gate.wait(5))
        entered = threading.Event()
        threading.Timer(0.05, entered.set).start()
        entered.wait()
        with pytest.raises(Unavailable):
            write(lambda conn: conn.execute(sa.text("SELECT 1")).scalar())
        gate.set()
        assert stuck.result() is True
    engine.dispose()


def test_whoever_waited_behind_a_database_that_is_held_does_not_wait_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'held.db'}"
    holder, waiting = open_engine(url), sa.create_engine(url, connect_args={"timeout": 1.0, "isolation_level": None})
    tried: list[str] = []
    sa.event.listen(waiting, "begin", lambda _conn: tried.append("begin"))
    sa.event.listen(waiting, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
    write = open_writer(waiting, seconds=5)
    with holder.begin() as conn, ThreadPoolExecutor(6) as pool:
        conn.execute(sa.text("CREATE TABLE t (x)"))
        asked = [pool.submit(write, lambda other: other.execute(sa.text("SELECT 1"))) for _ in range(6)]
        for one in asked:
            with pytest.raises(Unavailable):
                one.result()
    assert tried == ["begin"]  # one of them waited for all
    holder.dispose()
    waiting.dispose()
