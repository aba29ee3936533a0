"""Somebody with an old phone, bad eyes, or a printer reads an article."""

from __future__ import annotations

import pytest
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.support.wait import WebDriverWait

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]


def test_large_type_fits_a_narrow_phone_and_is_remembered(chromium: Chrome, address: str) -> None:
    read(chromium, address, width=320)
    before = size_of_type(chromium)
    chromium.find_element(By.ID, "large").click()
    assert size_of_type(chromium) >= before * 1.3
    assert chromium.execute_script("return document.documentElement.scrollWidth") <= 320
    chromium.refresh()
    WebDriverWait(chromium, 10).until(lambda _: size_of_type(chromium) >= before * 1.3)
    chromium.find_element(By.ID, "large").click()
    assert size_of_type(chromium) == before


def test_reading_aloud_can_be_started_and_stopped(chromium: Chrome, address: str) -> None:
    read(chromium, address, width=390)
    aloud = chromium.find_element(By.ID, "aloud")
    assert aloud.text == "朗读"
    chromium.execute_script("speechSynthesis.speak = (words) => { document.title = words.text; }")
    aloud.click()
    assert (aloud.text, aloud.get_attribute("aria-pressed")) == ("停止朗读", "true")
    assert chromium.title == "燃气泄漏怎么办"
    aloud.click()
    assert (aloud.text, aloud.get_attribute("aria-pressed")) == ("朗读", "false")


def test_on_paper_stand_the_steps_and_the_qr_code_but_no_buttons(chromium: Chrome, address: str) -> None:
    read(chromium, address, width=800)
    poster, tools = (
        chromium.find_element(By.CSS_SELECTOR, ".poster svg"),
        chromium.find_element(By.ID, "large"),
    )
    assert (poster.is_displayed(), tools.is_displayed()) == (False, True)
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    assert (poster.is_displayed(), tools.is_displayed()) == (True, False)
    assert poster.size["width"] == pytest.approx(136, abs=2)  # 36 mm
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_nothing_on_the_page_is_refused_by_its_own_policy(chromium: Chrome, address: str) -> None:
    read(chromium, address, width=390)
    complaints = chromium.get_log("browser")  # type: ignore[no-untyped-call]
    assert [entry["message"] for entry in complaints] == []


def read(chromium: Chrome, address: str, *, width: int) -> None:
    """Open the article in a window of that width; its buttons are there when this returns."""
    chromium.get("about:blank")
    chromium.get_log("browser")  # type: ignore[no-untyped-call]
    window = {"width": width, "height": 800, "deviceScaleFactor": 1, "mobile": width < 720}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", window)
    chromium.get(f"{address}/public/articles/gas-leak")
    WebDriverWait(chromium, 10).until(lambda _: chromium.find_element(By.ID, "large").is_displayed())


def size_of_type(chromium: Chrome) -> float:
    """Pixels of the first step's type."""
    size = chromium.find_element(By.CSS_SELECTOR, "#body li").value_of_css_property("font-size")
    return float(size.removesuffix("px"))
