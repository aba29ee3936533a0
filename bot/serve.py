"""`serve`: the web processes and the worker as one group, watched, started again, ended together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import FrameType

import structlog

from bot.metrics import MULTIPROCESS_FOLDER
from bot.settings import Settings

CONFIG = "LINSHAO_CONFIG"  # how the web processes learn the path of config.toml
GRACE_SECONDS = 20
SETTLED_SECONDS = 30  # a child that ran this long is started again at once
LONGEST_PAUSE = 30.0

log = structlog.get_logger()


class Child:
    """One program of the group, and when it may be started again."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.name = name
        self._command = list(command)
        self._env = dict(env)
        self._process: subprocess.Popen[bytes] | None = None
        self._started = 0.0
        self._pause = 0.0
        self._again_at = 0.0

    def keep_alive(self, now: float) -> None:
        """Start it unless it runs or its pause lasts; a child that dies young waits longer each time."""
        if self._process is not None and self._process.poll() is None:
            return
        if self._process is not None:
            self._mourn(now)
        if now >= self._again_at:
            self._process = subprocess.Popen(self._command, env=self._env)
            self._started = now
            log.info("started", child=self.name, pid=self._process.pid)

    def end(self) -> None:
        """Ask it to finish what it has begun."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def wait(self, until: float) -> None:
        """Wait for its end; past `until` it is killed."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            log.warning("killed", child=self.name)
            self._process.kill()
            self._process.wait()

    def _mourn(self, now: float) -> None:
        assert self._process is not None
        code = self._process.returncode
        self._process = None
        self._pause = 0.0 if now - self._started > SETTLED_SECONDS else min(LONGEST_PAUSE, 2 * self._pause + 1)
        self._again_at = now + self._pause
        log.error("ended unasked", child=self.name, code=code, again_in_seconds=self._pause)


def serve(settings: Settings, config: Path) -> int:
    """Run until SIGTERM or SIGINT; returns the exit code. Stays in the foreground."""
    stop = threading.Event()

    def ask(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, ask)
    with tempfile.TemporaryDirectory(prefix="linshao-metrics-") as folder:
        env = {**os.environ, CONFIG: str(config), MULTIPROCESS_FOLDER: folder}
        children = [
            Child("web", web_command(settings), env),
            Child("worker", [sys.executable, "-m", "bot", "worker", "--config", str(config)], env),
        ]
        _watch(children, stop)
        _end(children)
    return 0


def web_command(settings: Settings) -> list[str]:
    """gunicorn with threads; it starts its own processes again when they die."""
    web = settings.web
    return [
        *(sys.executable, "-m", "gunicorn"),
        *("--bind", f"{web.host}:{web.port}"),
        *("--workers", str(web.processes), "--threads", str(web.threads), "--worker-class", "gthread"),
        *("--graceful-timeout", "15", "--timeout", "30", "--keep-alive", "15"),
        *("--limit-request-line", "4094", "--limit-request-fields", "60"),
        *("--config", "python:bot.gunicorn_hooks", "--no-control-socket"),
        "bot.app:from_environment()",
    ]


def _watch(children: Sequence[Child], stop: threading.Event) -> None:
    while not stop.is_set():
        for child in children:
            child.keep_alive(time.monotonic())
        stop.wait(0.5)


def _end(children: Sequence[Child]) -> None:
    for child in children:
        child.end()
    until = time.monotonic() + GRACE_SECONDS
    for child in children:
        child.wait(until)
