"""A running server on each database, with the demo community planted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import demo
from bot.clock import utc_now
from bot.storage.engine import open_engine
from tests.scenarios.running import Running
from tests.wechat import WeChat


@pytest.fixture
def wechat() -> WeChat:
    """The account; a test that wants another mode overrides this."""
    return WeChat(mode="safe", token="tokenoftests")


@pytest.fixture
def server(database_url: str, tmp_path: Path, wechat: WeChat) -> Iterator[Running]:
    """The program, started; ended with the test."""
    engine = open_engine(database_url)
    with engine.begin() as conn:
        demo.plant(conn, now=utc_now())
    engine.dispose()
    running = Running(tmp_path, database_url, wechat)
    running.start()
    yield running
    if running.process is not None and running.process.poll() is None:
        running.stop()
