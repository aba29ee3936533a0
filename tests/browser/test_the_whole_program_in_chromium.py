"""The program as `make run` starts it, played in a real browser: nothing is made of cardboard here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from bot import demo
from bot.clock import utc_now
from bot.storage.engine import open_engine
from tests.browser.test_simulator_in_chromium import Page
from tests.databases import sqlite_url
from tests.scenarios.running import Running
from tests.wechat import WeChat

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A running server with the demo community."""
    folder: Path = tmp_path_factory.mktemp("program")
    with sqlite_url(folder) as url:
        engine = open_engine(url)
        with engine.begin() as conn:
            demo.plant(conn, now=utc_now())
        engine.dispose()
        running = Running(folder, url, WeChat(token="tokenoftests"))
        running.start()
        yield running
        running.stop()


def answers(page: Page, sentence: str, *, having: str) -> str:
    """Write a sentence; the newest answer once it holds the words that it must."""
    page.write(sentence)
    page.until(lambda: having in page.bubbles()[-1])
    return page.bubbles()[-1]


def test_a_resident_asks_is_in_danger_passes_something_on_and_looks_after_it(
    chromium: Chrome, program: Running
) -> None:
    page = Page(chromium, f"{program.base}/simulator#phone=resident-07", width=1440)
    assert "锅盖" in answers(page, "油锅起火用什么盖", having="来源：")
    danger = answers(page, "家里着火了，火好大，快来人", having="已登记 S-")
    assert danger.startswith("请马上打 119")
    assert "请先别转" in answers(page, "听说上游水库今晚炸坝，一楼全要淹，大家快转发", having="Y-")
    progress = answers(page, "查进度", having="您登记的事")
    assert "S-" in progress and "Y-" in progress
    assert page.complaints() == []


def test_the_link_under_an_answer_opens_the_whole_article_with_its_sources(chromium: Chrome, program: Running) -> None:
    page = Page(chromium, f"{program.base}/simulator#phone=resident-08", width=1440)
    answers(page, "油锅起火用什么盖", having="来源：")
    link = page.wait_for(".turn:not(.mine) .bubble:not(.waiting) a")
    chromium.get(link.get_attribute("href") or "")
    body = chromium.find_element(By.TAG_NAME, "body").text
    assert "千万不要" in body and "通用指引" in body
    assert page.complaints() == []
