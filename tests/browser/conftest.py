"""A live server with a cardboard town, and a headless Chromium to look at it."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from selenium import webdriver
from werkzeug.serving import make_server

from bot.web import public, simulator
from bot.web.security import protect
from tests.browser.played_town import PlayedLibrary, PlayedTown


@pytest.fixture
def town() -> PlayedTown:
    return PlayedTown()


@pytest.fixture
def address(town: PlayedTown) -> Iterator[str]:
    """The origin of a running server, without a slash at its end."""
    app = Flask(__name__)
    protect(app)
    app.register_blueprint(simulator.blueprint(town, clock=lambda: town.now))
    pages = public.blueprint(
        PlayedLibrary(),
        community=town.community(),
        public_url="https://linshao.example.org",
        clock=lambda: town.now,
    )
    app.register_blueprint(pages)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[webdriver.Chrome]:
    """One browser for all tests; its windows are made new for each."""
    browser, driver = _needed("chromium", "google-chrome"), _needed("chromedriver")
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for argument in ("--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--lang=zh-CN"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    yield opened
    opened.quit()


def _needed(*names: str) -> str:
    """The path of the first of these programs; skips the test if none is there, fails it in CI."""
    for name in names:
        if found := shutil.which(name):
            return found
    missing = f"browser tests need {' or '.join(names)}: apt-get install chromium chromium-driver"
    if os.environ.get("CI"):
        pytest.fail(missing)
    pytest.skip(missing)
