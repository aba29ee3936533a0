"""Somebody sits at the simulator: conversations played in a real browser."""

from __future__ import annotations

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from bot.conversation.commands import Command
from bot.inbox.message import Kind
from tests.browser.played_town import OTHERWISE, PlayedTown

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

GAS_QUESTION = "厨房里闻到煤气味怎么办"


def test_a_question_is_answered_with_steps_a_quiet_source_and_a_link(chromium: Chrome, address: str) -> None:
    page = Page(chromium, f"{address}/simulator#phone=wang", width=1440)
    page.write(GAS_QUESTION)
    bubble = page.wait_for(".turn:not(.mine) .bubble:not(.waiting)")
    assert bubble.find_element(By.CSS_SELECTOR, ".line").text.startswith("闻到燃气味：\n1 关总阀")
    assert bubble.find_element(By.CSS_SELECTOR, ".source").text.startswith("来源：《城镇燃气管理条例》")
    link = bubble.find_element(By.TAG_NAME, "a")
    assert link.get_attribute("href") == "http://127.0.0.1:8000/public/articles/gas-leak"
    assert page.complaints() == []


def test_what_was_said_stands_once_and_again_after_a_reload(chromium: Chrome, address: str, town: PlayedTown) -> None:
    page = Page(chromium, f"{address}/simulator#phone=wang", width=1440)
    page.write("你好")
    page.wait_for(".turn:not(.mine) .bubble:not(.waiting)")
    town.keep("wang", "text", "值班的刘敏已经接手。", mine=False)
    page.until(lambda: "值班的刘敏已经接手。" in page.bubbles())
    assert page.bubbles() == ["你好", OTHERWISE, "值班的刘敏已经接手。"]
    chromium.refresh()
    page.until(lambda: page.bubbles() == ["你好", OTHERWISE, "值班的刘敏已经接手。"])


def test_a_text_with_markup_is_shown_as_it_was_written(chromium: Chrome, address: str) -> None:
    page = Page(chromium, f"{address}/simulator#phone=wang", width=1440)
    page.write("<img src=x onerror=alert(1)><b>急</b>")
    page.wait_for(".turn:not(.mine) .bubble:not(.waiting)")
    assert page.bubbles()[0] == "<img src=x onerror=alert(1)><b>急</b>"


def test_a_message_is_sent_three_times_and_then_the_error_says_what_to_do(
    chromium: Chrome, address: str, town: PlayedTown
) -> None:
    town.times_away = 3
    page = Page(chromium, f"{address}/simulator#phone=wang", width=1440)
    page.write("有人吗")
    failed = page.wait_for(".failed")
    assert "数据库没有及时响应" in failed.text
    assert len({incoming.key for incoming in town.heard}) == 1 and len(town.heard) == 3
    failed.find_element(By.TAG_NAME, "button").click()
    page.until(lambda: page.bubbles() == ["有人吗", OTHERWISE])
    assert len({incoming.key for incoming in town.heard}) == 1


def test_the_menu_and_the_panel_deliver_what_wechat_would(chromium: Chrome, address: str, town: PlayedTown) -> None:
    page = Page(chromium, f"{address}/simulator#phone=wang", width=1440)
    page.click(".menu .group:nth-child(3) .opener")
    page.click(".menu .group:nth-child(3) .entries button")
    page.until(lambda: len(town.heard) == 1)
    for what in ("voice", "image", "location", "link", "scan", "unsubscribe"):
        page.click(".composer .more")
        page.click(f".extras [data-send={what}]")
        if what != "image":
            page.click(f"#{what}-sheet button[value=yes]")
    page.click(".follow-again")
    page.until(lambda: len(town.heard) == 8)
    click, voice, image, place, link, scan, left, back = town.heard
    assert (click.kind, click.event_key) == (Kind.CLICK, Command.MY_DATA)
    assert voice.kind is Kind.VOICE and voice.media_id and voice.text == ""
    assert image.kind is Kind.IMAGE and image.media_id
    assert place.kind is Kind.LOCATION and place.latitude == pytest.approx(31.2304)
    assert link.kind is Kind.LINK and link.url == "https://example.com/notice"
    assert (scan.kind, scan.event_key) == (Kind.SCAN, "3101-03")
    assert (left.kind, back.kind) == (Kind.UNSUBSCRIBE, Kind.SUBSCRIBE)


def test_what_has_no_text_is_shown_once_whatever_the_server_calls_it(
    chromium: Chrome, address: str, town: PlayedTown
) -> None:
    town.stand_in = "[语音]"
    page = Page(chromium, f"{address}/simulator#phone=newcomer", width=1440)
    page.click(".composer .more")
    page.click(".extras [data-send=voice]")
    page.click("#voice-sheet button[value=yes]")
    page.until(lambda: page.bubbles() == ["语音", OTHERWISE])
    town.keep("newcomer", "text", "值班的刘敏已经接手。", mine=False)
    page.until(lambda: len(page.bubbles()) > 2)
    assert page.bubbles() == ["语音", OTHERWISE, "值班的刘敏已经接手。"]
    assert page.wait_for(".under").text == "微信没有转出文字"


def test_an_answer_that_was_lost_comes_with_the_second_try_and_stands_once(
    chromium: Chrome, address: str, town: PlayedTown
) -> None:
    page = Page(chromium, f"{address}/simulator#phone=wang", width=1440)
    town.loses_an_answer = True
    page.write("你好")
    page.until(lambda: len(town.heard) == 2 and not page.all(".waiting"))
    assert page.bubbles() == ["你好", OTHERWISE]


def test_starting_again_empties_every_phone(chromium: Chrome, address: str, town: PlayedTown) -> None:
    town.keep("wang", "text", "早上好", mine=True)
    page = Page(chromium, f"{address}/simulator#phone=wang&phone=zhou", width=1440)
    page.until(lambda: page.bubbles() == ["早上好"])
    page.click("#restart")
    page.click("#restart-sheet button[value=yes]")
    page.until(lambda: len(page.all(".empty")) == 2)
    assert town.turns == {}


def test_four_phones_fit_beside_each_other_and_a_fifth_is_not_offered(chromium: Chrome, address: str) -> None:
    four = "&".join(f"phone={sender}" for sender in ("wang", "zhou", "chen", "liu"))
    page = Page(chromium, f"{address}/simulator#{four}", width=1440)
    page.until(lambda: len(page.all(".phone")) == 4)
    assert chromium.execute_script("return document.getElementById('phones').scrollWidth") <= 1440
    assert not page.wait_for("#add-phone").is_enabled()
    taken = page.all(".phone .person option[value=zhou]")
    assert [option.is_enabled() for option in taken] == [False, True, False, False]


def test_on_a_phone_one_chat_fills_the_screen_and_tabs_lead_to_the_other(
    chromium: Chrome, address: str, town: PlayedTown
) -> None:
    page = Page(chromium, f"{address}/simulator#phone=wang&phone=zhou", width=390)
    page.until(lambda: len(page.all(".tabs button")) == 2)
    assert [phone.is_displayed() for phone in page.all(".phone")] == [True, False]
    page.click(".tabs button:nth-child(2)")
    page.write("水管爆了", phone=".phone.chosen")
    page.wait_for(".phone.chosen .turn:not(.mine) .bubble:not(.waiting)")
    assert [incoming.sender for incoming in town.heard] == ["zhou"]
    assert chromium.execute_script("return document.documentElement.scrollWidth") <= 390
    assert page.small_targets() == []


class Page:
    """The simulator in a window of that width, as a person uses it."""

    def __init__(self, chromium: Chrome, address: str, *, width: int) -> None:
        self.browser = chromium
        window = {"width": width, "height": 860, "deviceScaleFactor": 1, "mobile": width < 720}
        chromium.get("about:blank")
        chromium.get_log("browser")  # type: ignore[no-untyped-call]
        chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", window)
        chromium.get(address)
        self.wait_for(".chat > *")

    def until(self, holds: object) -> None:
        """Wait until `holds()` is true; fails after ten seconds."""
        assert callable(holds)
        WebDriverWait(self.browser, 10).until(lambda _: holds())

    def all(self, selector: str) -> list[WebElement]:
        return self.browser.find_elements(By.CSS_SELECTOR, selector)

    def wait_for(self, selector: str) -> WebElement:
        self.until(lambda: any(found.is_displayed() for found in self.all(selector)))
        return next(found for found in self.all(selector) if found.is_displayed())

    def click(self, selector: str) -> None:
        self.wait_for(selector).click()

    def write(self, text: str, *, phone: str = ".phone") -> None:
        self.wait_for(f"{phone} textarea").send_keys(text, Keys.ENTER)

    def bubbles(self) -> list[str]:
        """The texts that stand in the chats, without the waiting one."""
        script = "return [...document.querySelectorAll('.bubble:not(.waiting)')].map((one) => one.innerText)"
        texts: list[str] = self.browser.execute_script(script)
        return texts

    def small_targets(self) -> list[str]:
        """Visible buttons and fields lower or narrower than 44 px (FACES: touch targets)."""
        script = """return [...document.querySelectorAll('button, select, textarea, input')]
            .map((one) => [one, one.getBoundingClientRect()])
            .filter(([, box]) => box.width > 0 && (box.height < 44 || box.width < 44))
            .map(([one]) => one.outerHTML.slice(0, 90))"""
        found: list[str] = self.browser.execute_script(script)
        return found

    def complaints(self) -> list[str]:
        """What the console complains of: errors of scripts, refusals by the Content-Security-Policy."""
        return [entry["message"] for entry in self.browser.get_log("browser")]  # type: ignore[no-untyped-call]
