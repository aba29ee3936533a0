"""Fresh databases to test on: SQLite always, PostgreSQL where a server is."""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
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
    file = folder / "test.db"
    shutil.copy(_sqlite_template(), file)
    yield f"sqlite:///{file}"


@contextmanager
def postgresql_url() -> Iterator[str]:
    """The URL of a fresh PostgreSQL database, migrated, dropped afterwards."""
    try:
        template = _postgresql_template()
    except sa.exc.OperationalError:
        skip_or_fail(f"no PostgreSQL at {POSTGRESQL} (set LINSHAO_TEST_POSTGRESQL)")
    name = _name()
    _command(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield _url(name)
    finally:
        _command(f"DROP DATABASE {name} WITH (FORCE)")


def forget_templates() -> None:
    """Drop what this process copied its databases from; for the end of its tests."""
    if _postgresql_template.cache_info().currsize:
        _command(f"DROP DATABASE {_postgresql_template()} WITH (FORCE)")
    if _sqlite_template.cache_info().currsize:
        shutil.rmtree(_sqlite_template().parent)


@functools.cache
def _sqlite_template() -> Path:
    """A migrated file; every test copies it, for the migrations cost ten times what copying does."""
    file = Path(tempfile.mkdtemp(prefix="linshao-tests-")) / "template.db"
    _migrated(f"sqlite:///{file}")
    return file


@functools.cache
def _postgresql_template() -> str:
    """The name of a migrated database, likewise. Raises sqlalchemy.exc.OperationalError where no server answers."""
    name = _name()
    _command(f"CREATE DATABASE {name}")
    _migrated(_url(name))
    return name


def _migrated(url: str) -> None:
    engine = open_engine(url)
    migrate(engine)
    engine.dispose()


def _name() -> str:
    return f"linshao_test_{uuid.uuid4().hex[:12]}"


def _url(name: str) -> str:
    return sa.make_url(POSTGRESQL).set(database=name).render_as_string(hide_password=False)


def _command(text: str) -> None:
    with _server().connect() as conn:
        conn.execute(sa.text(text))


@functools.cache
def _server() -> sa.Engine:
    return sa.create_engine(POSTGRESQL, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
