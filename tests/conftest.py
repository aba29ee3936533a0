"""What several rooms' tests share: a database of each kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.storage.engine import open_engine
from tests.databases import forget_templates, postgresql_url, sqlite_url

SLOWEST = ("scenarios", "browser")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The files that wait longest begin first, or at the end one process would work through them alone."""
    items.sort(key=lambda item: item.path.parent.name not in SLOWEST)


def pytest_sessionfinish() -> None:
    """What the databases were copied from goes with the tests."""
    forget_templates()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated database; the test runs once on each kind."""
    source = sqlite_url(tmp_path) if request.param == "sqlite" else postgresql_url()
    with source as url:
        yield url


@pytest.fixture
def engine(database_url: str) -> Iterator[sa.Engine]:
    """An engine on a fresh database of each kind."""
    engine = open_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def conn(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A transaction on a fresh database of each kind."""
    with engine.begin() as conn:
        yield conn
