"""A console with people at it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.console.house import House, Person, open_house, plant


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with its people, made once: hashing passwords is slow on purpose."""
    file: Path = tmp_path_factory.mktemp("planted") / "console.db"
    plant(file)
    return file


@pytest.fixture
def fresh(planted: Path, tmp_path: Path) -> Path:
    """A copy of it for one test."""
    return Path(shutil.copy(planted, tmp_path / "console.db"))


@pytest.fixture
def house(fresh: Path) -> Iterator[House]:
    """A fresh console."""
    opened = open_house(fresh)
    yield opened
    opened.engine.dispose()


@pytest.fixture
def liu(house: House) -> Person:
    """刘敏, staff and on duty, signed in."""
    return house.client("liumin")


@pytest.fixture
def chen(house: House) -> Person:
    """陈芳, who approves and keeps the accounts, signed in."""
    return house.client("chenfang")


@pytest.fixture
def zhao(house: House) -> Person:
    """赵磊 of another community, with every role, signed in."""
    return house.client("zhaolei")
