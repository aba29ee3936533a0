"""The program as an operator starts it: `python -m bot serve`, on a free port, with its own database."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import requests
import sqlalchemy as sa

from bot.storage.engine import open_engine
from tests.wechat import Callback, WeChat

START_SECONDS = 60.0
JIEBA_CACHE = Path("var/cache/jieba.cache")  # made while the models were trained


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@dataclass(frozen=True)
class Pushing:
    """A verified account: where WeChat's API is, and the template of its notices."""

    api_base_url: str
    template_id: str
    template_fields: Mapping[str, str]

    def lines(self) -> str:
        """Its part of [wechat.official]."""
        fields = ", ".join(f'{name} = "{form}"' for name, form in self.template_fields.items())
        return (
            f'verified = true\napi_base_url = "{self.api_base_url}"\n'
            f'template_id = "{self.template_id}"\ntemplate_fields = {{ {fields} }}\n'
        )


@dataclass
class Running:
    """A server process and how to talk to it."""

    folder: Path
    database_url: str
    wechat: WeChat
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None
    pushing: Pushing | None = None
    shipped: Path = Path("var/shipped")

    @property
    def base(self) -> str:
        """The server's origin."""
        return f"http://127.0.0.1:{self.port}"

    def config(self) -> Path:
        """The config.toml that it runs with."""
        cache = self.folder / "cache"
        if JIEBA_CACHE.exists():  # else every process of every test would read the dictionary's text
            cache.mkdir(exist_ok=True)
            shutil.copy(JIEBA_CACHE, cache)
        file = self.folder / "config.toml"
        file.write_text(
            f'[web]\nport = {self.port}\nsecret_key = "{"k" * 40}"\nprocesses = 1\nthreads = 4\n'
            f'public_url = "{self.base}"\n'
            f'[database]\nurl = "{self.database_url}"\n'
            f'[paths]\nshipped = "{self.shipped.resolve()}"\ncache = "{cache}"\n'
            f'[community]\narea = "jh.ls"\n'
            f"[simulator]\nenabled = true\n"
            f'[wechat.official]\napp_id = "{self.wechat.app_id}"\napp_secret = "s"\n'
            f'token = "{self.wechat.token}"\nencoding_aes_key = "{self.wechat.aes_key}"\n'
            f'mode = "{self.wechat.mode}"\n{self.pushing.lines() if self.pushing else ""}'
            f'[log]\nlevel = "warning"\n',
            encoding="utf-8",
        )
        return file

    def start(self) -> None:
        """Start it and wait until it is ready. Raises AssertionError with its log if it is not."""
        command = [sys.executable, "-m", "bot", "serve", "--config", str(self.config())]
        with (self.folder / "serve.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        pause = threading.Event()
        for _ in range(int(START_SECONDS / 0.1)):
            if self._ready():
                return
            assert self.process.poll() is None, self.log()
            pause.wait(0.1)
        raise AssertionError(f"not ready in {START_SECONDS} s\n{self.log()}")

    def stop(self, sign: signal.Signals = signal.SIGTERM) -> int:
        """End it with a signal; returns the exit code."""
        assert self.process is not None
        self.process.send_signal(sign)
        return self.process.wait(30)

    def worker(self) -> psutil.Process | None:
        """The worker's process; None between its end and its next start."""
        assert self.process is not None
        for child in psutil.Process(self.process.pid).children():
            try:
                if "worker" in child.cmdline():
                    return child
            except psutil.NoSuchProcess:
                continue
        return None

    def log(self) -> str:
        """What it wrote so far."""
        return (self.folder / "serve.log").read_text(encoding="utf-8")

    def send(self, callback: Callback) -> requests.Response:
        """One callback, as WeChat's server would send it."""
        return requests.post(self.base + callback.url(), data=callback.body, timeout=10)

    def _ready(self) -> bool:
        try:
            return requests.get(f"{self.base}/readyz", timeout=1).ok
        except requests.RequestException:
            return False


def said(server: Running, callback: Callback) -> str:
    """The text of the reply; fails unless it came with status 200."""
    response = server.send(callback)
    assert response.status_code == 200, response.text
    return server.wechat.read(response.content).get("Content", "")


def count(server: Running, table: sa.Table, *where: sa.ColumnElement[bool]) -> int:
    """Rows in the server's database."""
    engine = open_engine(server.database_url)
    with engine.connect() as conn:
        found: int = conn.execute(sa.select(sa.func.count()).select_from(table).where(*where)).scalar_one()
    engine.dispose()
    return found
