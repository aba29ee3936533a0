"""Two people at the console in a real browser: a danger is taken, a need resolved, a rumour corrected by two."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.select import Select
from selenium.webdriver.support.wait import WebDriverWait
from werkzeug.serving import make_server

from bot.clock import utc_now
from tests.bot.console.house import PASSWORD, House, danger, need, open_house, plant, rumour

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A console whose clock stands at the present."""
    plant(tmp_path / "console.db")
    opened = open_house(tmp_path / "console.db")
    opened.now = utc_now()
    yield opened
    opened.engine.dispose()


@pytest.fixture
def served(house: House) -> Iterator[str]:
    """The origin of a server with that console."""
    server = make_server("127.0.0.1", 0, house.app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_emergency_is_taken_and_a_need_resolved(chromium: Chrome, house: House, served: str) -> None:
    danger(house)
    told = need(house)
    desk = Desk(chromium, served, width=1440)
    desk.sign_in("liumin")
    assert "无人接手" in desk.see(".thing.now").text
    desk.press("我来接手")
    assert "居民会收到消息" in desk.see(".notice.good").text
    assert "值班的刘敏已经接手" in house.news()[0]
    desk.open(f"/console/needs/{told.id}")
    desk.press("我来接手")
    desk.unfold("办好了")
    desk.write("done", "水管修好了，已经来水")
    desk.press("办好了，告诉居民")
    assert "等居民回" in desk.see(".do").text
    assert "水管修好了" in house.news()[-1]
    assert desk.complaints() == []


def test_a_rumour_is_corrected_by_two_people(chromium: Chrome, house: House, served: str) -> None:
    told = rumour(house)
    desk = Desk(chromium, served, width=1440)
    desk.sign_in("liumin")
    desk.follow("去核实")
    desk.press("我来核实")
    desk.write("text", "打了水务局值班电话，今晚没有这个安排")
    desk.write("source", "市水务局值班室")
    desk.press("记下来")
    desk.write("statement1", "上游水库今晚要炸坝")
    Select(desk.see("[name=verdict1]")).select_by_visible_text("不实")
    desk.write("why1", "水务局说没有")
    desk.press("下结论")
    desk.write("chat", "没有炸坝这回事，今晚可以照常在家。")
    assert "还能写约 183 个字" in desk.see(".bytes").text
    desk.write("group", "“水库今晚炸坝”不实，请别再转。")
    desk.write("source", "市水务局值班室")
    desk.press("提交审批")
    assert "等陈芳来批" in desk.see(".do").text and house.news() == []
    desk.sign_in("chenfang", width=390)
    desk.follow("查看并审批")
    assert desk.browser.current_url.endswith(told.id)
    back, agree = desk.see(".verdict summary"), desk.see(".verdict .button.main")
    assert agree.rect["x"] - (back.rect["x"] + back.rect["width"]) >= 32
    desk.press("同意，告诉问的人")
    assert "已批准" in desk.see(".notice.good").text
    assert "没有炸坝这回事" in house.news()[0]
    assert desk.complaints() == []


def test_a_new_danger_appears_without_a_reload_and_the_sound_can_be_switched(
    chromium: Chrome, house: House, served: str
) -> None:
    desk = Desk(chromium, served, width=1440)
    desk.sign_in("liumin")
    assert "现在没有等您的事" in desk.see("#things").text
    desk.see("#sound").click()
    desk.until(lambda: desk.see("#sound").text == "提示音：开")
    danger(house)
    desk.until(lambda: "厨房着火了" in desk.see("#things").text)
    assert chromium.title.startswith("（1 件危急）")
    desk.see("#sound").click()
    desk.until(lambda: desk.see("#sound").text == "提示音：关")


@pytest.mark.parametrize(
    "path", ["", "messages", "needs", "rumours", "notices/new", "more", "knowledge", "accounts", "audit"]
)
def test_every_page_fits_a_phone_and_can_be_touched(chromium: Chrome, house: House, served: str, path: str) -> None:
    for ready in (danger, need, rumour):
        ready(house)
    desk = Desk(chromium, served, width=390)
    desk.sign_in("liumin" if path == "notices/new" else "chenfang")
    desk.open(f"/console/{path}")
    assert desk.browser.execute_script("return document.documentElement.scrollWidth") <= 390
    assert desk.small_targets() == []
    places = [one.text.strip().splitlines()[0] for one in desk.all(".rail li") if one.is_displayed()]
    assert places == ["今天", "消息", "台账", "通知", "更多"]


class Desk:
    """The console in a window, as a person uses it."""

    def __init__(self, browser: Chrome, base: str, *, width: int) -> None:
        self.browser = browser
        self.base = base
        self.resize(width)
        browser.get("about:blank")
        browser.get_log("browser")  # type: ignore[no-untyped-call]

    def resize(self, width: int) -> None:
        """Another window."""
        window = {"width": width, "height": 860, "deviceScaleFactor": 1, "mobile": width < 720}
        self.browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", window)

    def sign_in(self, login: str, *, width: int | None = None) -> None:
        """Somebody else sits down."""
        self.browser.execute_cdp_cmd("Network.clearBrowserCookies", {})
        self.resize(width) if width else None
        self.browser.get(f"{self.base}/console/sign-in")
        self.write("login", login)
        self.write("password", PASSWORD)
        self.press("登录")
        self.until(lambda: self.browser.current_url.endswith("/console/"))

    def open(self, path: str) -> None:
        """Another page."""
        self.browser.get(self.base + path)

    def until(self, holds: object) -> None:
        """Wait until `holds()` is true; fails after thirty seconds (the page looks every fifteen)."""
        assert callable(holds)
        WebDriverWait(self.browser, 30).until(lambda _: holds())

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def see(self, selector: str) -> WebElement:
        """The first visible one."""
        self.until(lambda: any(one.is_displayed() for one in self.all(selector)))
        return next(one for one in self.all(selector) if one.is_displayed())

    def write(self, name: str, text: str) -> None:
        """Fill in a field."""
        field = self.see(f"[name={name}]")
        field.clear()
        field.send_keys(text)

    def press(self, label: str) -> None:
        """A button, and wait for the page that it leads to."""
        button = next(one for one in self.all("button") if one.is_displayed() and one.text == label)
        self._leave(button)

    def follow(self, label: str) -> None:
        """A link, and wait for its page."""
        link = next(one for one in self.all("a") if one.is_displayed() and one.text == label)
        self._leave(link)

    def unfold(self, label: str) -> None:
        """Open a form that is folded away."""
        next(one for one in self.all("summary") if one.is_displayed() and one.text == label).click()

    def small_targets(self) -> list[str]:
        """Visible buttons and fields lower or narrower than 44 px; a tick is touched by its whole line."""
        script = """return [...document.querySelectorAll('button, select, textarea, summary, a.button, input')]
            .filter((one) => one.type !== 'checkbox')
            .map((one) => [one, one.getBoundingClientRect()])
            .filter(([, box]) => box.width > 0 && (box.height < 43.5 || box.width < 43.5))
            .map(([one]) => one.outerHTML.slice(0, 90))"""
        found: list[str] = self.browser.execute_script(script)
        return found

    def complaints(self) -> list[str]:
        """Errors of scripts, refusals by the Content-Security-Policy."""
        return [entry["message"] for entry in self.browser.get_log("browser")]  # type: ignore[no-untyped-call]

    def _leave(self, element: WebElement) -> None:
        before = self.browser.find_element(By.TAG_NAME, "html").id
        self.browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", element)
        element.click()
        self.until(lambda: self.browser.find_element(By.TAG_NAME, "html").id != before)
