"""Fresh databases to test on: SQLite always, PostgreSQL where a server is."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.storage.engine import open_engine
from bot.storage.migrate import migrate

POSTGRESQL = os.environ.get("LINSHAO_TEST_POSTGRESQL", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres")


def skip_or_fail(why: str) -> None:
    """On a user's machine a missing part is a skip that says so; in CI it is a failure."""
    if os.environ.get("CI"):
        pytest.fail(f"in CI this has to be there: {why}")
    pytest.skip(why)


@contextmanager
def sqlite_url(folder: Path) -> Iterator[str]:
    """The URL of a fresh SQLite database, migrated."""
    url = f"sqlite:///{folder / 'test.db'}"
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()
    yield url


@contextmanager
def postgresql_url() -> Iterator[str]:
    """The URL of a fresh PostgreSQL database, migrated, dropped afterwards."""
    server = sa.create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT")
    name = f"linshao_test_{uuid.uuid4().hex[:12]}"
    try:
        with server.connect() as conn:
            conn.execute(sa.text(f"CREATE DATABASE {name}"))
    except sa.exc.OperationalError:
        skip_or_fail(f"no PostgreSQL at {POSTGRESQL} (set LINSHAO_TEST_POSTGRESQL)")
    url = sa.make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)
    try:
        engine = open_engine(url)
        migrate(engine)
        engine.dispose()
        yield url
    finally:
        with server.connect() as conn:
            conn.execute(sa.text(f"DROP DATABASE {name} WITH (FORCE)"))
        server.dispose()
