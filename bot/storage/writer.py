"""The one way to write: a piece of work in a transaction, durable when the call returns.

SQLite has one writer at a time and pays a disk flush for each commit. Threads that wait for their
turn are therefore served by whoever holds it: all their work goes into one transaction, each behind a
savepoint of its own, and one flush makes all of it durable (group commit). PostgreSQL does this by
itself; there the work runs in a pool, so that a server that hangs cannot hang the caller.
"""

from __future__ import annotations

import fcntl
import os
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotInTime
from contextlib import contextmanager
from typing import Any, Protocol, TypeVar, cast

import sqlalchemy as sa

from bot.clock import Deadline

T = TypeVar("T")

MOST_AT_ONCE = 64  # pieces of work in one commit: bounds how long the first of them waits


class Unavailable(Exception):
    """The database did not answer in time or not at all. Nothing was promised to anybody."""


def reason(error: Exception) -> str:
    """The database's own first line about what is wrong ("database is locked"); it holds no parameters."""
    lines = str(getattr(error, "orig", error)).splitlines()
    return f"{type(error).__name__}: {lines[0][:160] if lines else ''}"


class Writer(Protocol):
    """Runs `work` in a transaction; returns its result once it is durable."""

    def __call__(self, work: Callable[[sa.Connection], T]) -> T:
        """Raises Unavailable when the database does not answer, else what `work` raised."""
        ...


def open_writer(engine: sa.Engine, *, seconds: float, threads: int = 8) -> Writer:
    """The writer that suits the engine; `seconds` is the longest that a call may take."""
    if engine.dialect.name == "sqlite":
        return GroupCommit(engine, seconds=seconds)
    return Pooled(engine, seconds=seconds, threads=threads)


class _Piece:
    """One caller's work and what came of it."""

    __slots__ = ("abandoned", "done", "error", "result", "work")

    def __init__(self, work: Callable[[sa.Connection], Any]) -> None:
        self.work = work
        self.done = False
        self.abandoned = False
        self.result: Any = None
        self.error: BaseException | None = None


class GroupCommit:
    """SQLite: whoever holds the turn commits the work of all who wait for it."""

    def __init__(self, engine: sa.Engine, *, seconds: float) -> None:
        self._engine = engine
        self._seconds = seconds
        self._turn = threading.Lock()
        self._waiting: deque[_Piece] = deque()
        self._connection: sa.Connection | None = None
        self._turn_file: int | None = None

    def __call__(self, work: Callable[[sa.Connection], T]) -> T:
        """Run `work`, alone or together with others, and return when it is durable."""
        piece = _Piece(work)
        self._waiting.append(piece)
        if not self._turn.acquire(timeout=self._seconds):
            piece.abandoned = True
            raise Unavailable("the database's writer is stuck")
        try:
            while not piece.done:
                self._commit_batch()
        finally:
            self._turn.release()
        if piece.error is not None:
            raise piece.error
        return cast(T, piece.result)

    def _connected(self) -> sa.Connection:
        """The writer's own connection: whoever holds the turn uses it, so nobody else does."""
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    @contextmanager
    def _between_processes(self) -> Iterator[None]:
        """The turn among this machine's processes.

        SQLite's own waiting sleeps in steps of up to 100 ms; asking the lock file twice in a millisecond
        lets the next process go on as soon as this one is done. Who does not get it in time goes on all
        the same: SQLite's lock is the one that counts.
        """
        database = self._engine.url.database
        if not database or database == ":memory:":
            yield
            return
        if self._turn_file is None:
            self._turn_file = os.open(f"{database}-turn", os.O_RDWR | os.O_CREAT, 0o600)
            weakref.finalize(self, os.close, self._turn_file)
        deadline = Deadline.after(self._seconds / 2)
        while not _locked(self._turn_file) and deadline.left():
            time.sleep(0.0005)
        try:
            yield
        finally:
            fcntl.flock(self._turn_file, fcntl.LOCK_UN)

    def _next(self, most: int) -> list[_Piece]:
        """Take pieces off the queue, without those whose callers gave up."""
        batch: list[_Piece] = []
        while self._waiting and len(batch) < most:
            piece = self._waiting.popleft()
            if not piece.abandoned:
                batch.append(piece)
        return batch

    def _hang_up(self) -> None:
        """After a fault of the database the next batch begins with a fresh connection."""
        if self._connection is not None:
            self._connection.invalidate()
            self._connection.close()
        self._connection = None

    def _commit_batch(self) -> None:
        batch = self._next(MOST_AT_ONCE)
        try:
            with self._between_processes(), self._connected().begin():
                for piece in batch:
                    _run(self._connected(), piece)
        except sa.exc.DBAPIError as error:
            self._hang_up()
            batch += self._next(len(self._waiting))  # they waited as long: to wait again would be too late
            _fail(batch, Unavailable(reason(error)))
        except Exception as error:  # noqa: BLE001 - handed to its callers
            _fail(batch, error)
        for piece in batch:
            piece.done = True


def _locked(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _run(conn: sa.Connection, piece: _Piece) -> None:
    """Do one piece of work behind a savepoint: its failure undoes nobody else's."""
    conn.exec_driver_sql("SAVEPOINT piece")
    try:
        piece.result = piece.work(conn)
    except sa.exc.OperationalError:
        raise  # the database itself: the whole batch is lost
    except Exception as error:  # noqa: BLE001 - handed to its caller
        piece.error = error
        conn.exec_driver_sql("ROLLBACK TO piece")
    conn.exec_driver_sql("RELEASE piece")


def _fail(batch: list[_Piece], error: Exception) -> None:
    """The commit itself failed: nobody's work stands."""
    for piece in batch:
        piece.error = piece.error or error


class Pooled:
    """PostgreSQL: each piece in a transaction of its own, on a thread that may hang without the caller."""

    def __init__(self, engine: sa.Engine, *, seconds: float, threads: int) -> None:
        self._engine = engine
        self._seconds = seconds
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="write")

    def __call__(self, work: Callable[[sa.Connection], T]) -> T:
        """Run `work`; a late call raises Unavailable, and its work is cancelled if it had not begun."""
        future = self._pool.submit(self._once, work)
        try:
            return future.result(timeout=self._seconds)
        except NotInTime:
            future.cancel()
            raise Unavailable("no answer in time") from None
        except (sa.exc.OperationalError, sa.exc.InterfaceError, sa.exc.TimeoutError) as error:
            raise Unavailable(reason(error)) from None

    def _once(self, work: Callable[[sa.Connection], T]) -> T:
        with self._engine.begin() as conn:
            return work(conn)
