"""The servers that are measured: ours with everything on, and what it is compared with, under one command."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from http.client import HTTPConnection, HTTPException
from importlib.util import find_spec
from pathlib import Path

import psutil

from benchmarks.servers.account import DATABASE, Mode, account
from bot import demo
from bot import settings as settings_module
from bot.serve import web_command
from bot.storage.engine import open_engine
from bot.storage.migrate import migrate
from bot.wiring.shelf import adopt_shipped
from tests.scenarios.running import free_port

READY_SECONDS = 60.0
PROCESSES, THREADS = 2, 8
WORKPLACE = Path(
    "var/benchmarks"
)  # not the temporary folder: that may be memory, where a flush costs nothing


@dataclass(frozen=True)
class Target:
    """One server; `app` is what gunicorn serves, None for ours, which starts itself."""

    name: str
    mode: Mode
    app: str | None = None
    processes: int = PROCESSES
    threads: int = THREADS


OURS = Target("linshao", "plain")
OURS_AES = Target("linshao aes", "safe")
ECHO = Target("echo", "plain", "benchmarks.servers.echo:app")
ECHO_AES = Target("echo aes", "safe", "benchmarks.servers.echo:app")
COMMIT = Target("echo+commit", "plain", "benchmarks.servers.echo_commit:app")
COMMIT_AES = Target("echo+commit aes", "safe", "benchmarks.servers.echo_commit:app")
WEROBOT = Target("werobot", "plain", "benchmarks.servers.werobot_echo:app")
# Its sessions lose replies ("database is locked") as soon as two threads or processes write: this is its best.
WEROBOT_ALONE = Target("werobot 1x1", "plain", "benchmarks.servers.werobot_echo:app", processes=1, threads=1)


def all_targets() -> list[Target]:
    """Everything that can be started here, in the order of a round; WeRoBot only where it is installed."""
    found = [OURS, ECHO, COMMIT, OURS_AES, ECHO_AES, COMMIT_AES]
    return [*found, WEROBOT, WEROBOT_ALONE] if find_spec("werobot") else found


@dataclass(frozen=True)
class Server:
    """A running target."""

    port: int
    process: subprocess.Popen[bytes]
    ready_seconds: float  # from the command to the first 200 of /readyz

    def tree(self) -> list[psutil.Process]:
        """The process that was started and all its descendants."""
        top = psutil.Process(self.process.pid)
        return [top, *top.children(recursive=True)]


@contextmanager
def running(target: Target) -> Iterator[Server]:
    """Start `target` on a free port with a database of its own, and end it. Raises RuntimeError with its log."""
    WORKPLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=WORKPLACE) as name:
        folder, port = Path(name).resolve(), free_port()
        command, env = (_ours if target.app is None else _other)(target, folder, port)
        log = folder / "log"
        with log.open("wb") as sink:
            began = time.perf_counter()
            process = subprocess.Popen(command, env={**os.environ, **env}, stdout=sink, stderr=sink)
        try:
            _wait(process, port, log)
            yield Server(port, process, time.perf_counter() - began)
        finally:
            _end(process)


def write_config(folder: Path, port: int, target: Target) -> Path:
    """A config.toml as an operator would have it: everything that is not named stays at its default."""
    wechat = account(target.mode)
    file = folder / "config.toml"
    file.write_text(
        f'[web]\nport = {port}\nsecret_key = "{"k" * 40}"\nprocesses = {target.processes}\nthreads = {target.threads}\n'
        f'[database]\nurl = "sqlite:///{folder / "linshao.db"}"\n'
        f'[paths]\nshipped = "{Path("var/shipped").resolve()}"\ncache = "{Path("var/cache").resolve()}"\n'
        f'[community]\narea = "{demo.BRANCH}"\n'
        f'[wechat.official]\napp_id = "{wechat.app_id}"\napp_secret = "s"\ntoken = "{wechat.token}"\n'
        f'encoding_aes_key = "{wechat.aes_key}"\nmode = "{target.mode}"\n',
        encoding="utf-8",
    )
    return file


@cache
def prepared_database() -> Path:
    """A database with the schema, the shipped knowledge and the demo community, made once for a run."""
    folder = WORKPLACE.resolve() / "prepared"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings = settings_module.load(write_config(folder, 8000, OURS), {})
    engine = open_engine(settings.database.url)
    now = datetime.now(UTC)
    migrate(engine)
    adopt_shipped(engine, settings, now=now)
    with engine.begin() as conn:
        demo.plant(conn, now=now)
    engine.dispose()  # the last connection's end moves everything from the log into the file
    return folder / "linshao.db"


def _ours(target: Target, folder: Path, port: int) -> tuple[Sequence[str], Mapping[str, str]]:
    shutil.copy(prepared_database(), folder / "linshao.db")
    config = write_config(folder, port, target)
    return [sys.executable, "-m", "bot", "serve", "--config", str(config)], {}


def _other(target: Target, folder: Path, port: int) -> tuple[Sequence[str], Mapping[str, str]]:
    """The same gunicorn command as ours, with another app; WeRoBot keeps its sessions where it is started."""
    settings = settings_module.load(write_config(folder, port, target), {})
    command = [
        "python:benchmarks.servers.quiet" if "gunicorn_hooks" in part else part
        for part in web_command(settings)
    ]
    assert target.app is not None
    return [*command[:-1], "--chdir", str(folder), target.app], {
        DATABASE: str(folder / "messages.sqlite"),
        "PYTHONPATH": os.pathsep.join((str(Path.cwd()), os.environ.get("PYTHONPATH", ""))),
    }


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    until = time.monotonic() + READY_SECONDS
    while time.monotonic() < until and process.poll() is None:
        if _ready(port):
            return
        time.sleep(0.02)
    raise RuntimeError(f"not ready in {READY_SECONDS} s\n{log.read_text(errors='replace')[-3000:]}")


def _ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/readyz")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(25)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
