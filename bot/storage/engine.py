"""A database URL to an engine that keeps the project's promises on SQLite and on PostgreSQL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

BUSY_SECONDS = 3.0  # how long a statement waits for another writer; WeChat gives five for everything


def open_engine(url: str) -> sa.Engine:
    """An engine for `url`.

    SQLite: WAL, foreign keys, synchronous FULL (a commit that was confirmed survives a power cut).
    PostgreSQL: the statement and lock waits are bounded. Raises sqlalchemy.exc.ArgumentError for a
    URL that is none.
    """
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    return _postgresql(parsed)


def _sqlite(url: sa.URL) -> sa.Engine:
    if url.database and url.database != ":memory:":
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    engine = sa.create_engine(
        url,
        # isolation_level None: the driver begins nothing of its own; `_begin_sqlite` does
        connect_args={"timeout": BUSY_SECONDS, "check_same_thread": False, "isolation_level": None},
        pool_size=32,
        max_overflow=16,
        hide_parameters=True,  # an error's text must not carry what a resident wrote
    )
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",  # erased means overwritten, not only unlinked
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(conn: sa.Connection) -> None:
    # A transaction that reads first and writes later could not upgrade its lock; writers say so at once.
    conn.exec_driver_sql("BEGIN" if conn.get_execution_options().get("read_only") else "BEGIN IMMEDIATE")


def overwrite_journal(engine: sa.Engine) -> None:
    """What was erased goes from SQLite's journal too: the WAL is written back and cut to nothing.

    `secure_delete` overwrites it in the file itself; until this runs, older pages still hold it in the WAL.
    A reader that stands in the way makes it a matter of the next time. PostgreSQL looks after its own.
    """
    if engine.dialect.name != "sqlite":
        return
    connection = engine.raw_connection()
    try:
        connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()


def _postgresql(url: sa.URL) -> sa.Engine:
    if url.get_driver_name() == "psycopg2" and "+" not in url.drivername:
        url = url.set(drivername="postgresql+psycopg")
    wait = int(BUSY_SECONDS * 1000)
    return sa.create_engine(
        url,
        pool_size=16,
        max_overflow=16,
        pool_pre_ping=True,
        hide_parameters=True,
        pool_timeout=BUSY_SECONDS,
        connect_args={
            "connect_timeout": int(BUSY_SECONDS),
            "options": f"-c statement_timeout={wait} -c lock_timeout={wait} -c timezone=UTC",
        },
    )
