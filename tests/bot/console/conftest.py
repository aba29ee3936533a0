"""A console with people at it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bot.console.house import House, Person, build


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A fresh console."""
    built = build(tmp_path)
    yield built
    built.engine.dispose()


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
