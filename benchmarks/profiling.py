"""Where one message's time goes: the web application in this process, its stack sampled by the clock.

A sample is taken every two milliseconds of wall time, so that waiting for the disk counts too. It is
put down to the innermost function of our own packages (with all that the libraries do on its behalf)
and, inclusively, to every function of ours on the stack.
"""

from __future__ import annotations

import io
import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from types import CodeType, FrameType
from typing import Any
from urllib.parse import urlsplit

import click
from flask import Flask

from benchmarks import callbacks
from benchmarks.servers.account import Mode
from benchmarks.targets import OURS, OURS_AES, WORKPLACE, prepared_database, write_config
from bot import settings as settings_module
from bot.app import create_app
from bot.wiring import build

TICK_SECONDS = 0.002
PACKAGES = ("bot", "nlp", "knowledge_base", "community", "broadcasts")
ROOT = Path(__file__).resolve().parent.parent
FRAMEWORK = "flask, werkzeug (outside our code)"


class Samples:
    """Counts of samples by place."""

    def __init__(self) -> None:
        self.total = 0
        self.own: Counter[str] = Counter()
        self.inclusive: Counter[str] = Counter()
        self.running: Counter[str] = Counter()  # the package whose Python code was running
        self.beneath: Counter[str] = Counter()  # innermost place of ours -> library function that it called

    def take(self, _signal: int, frame: FrameType | None) -> None:
        """The handler of the clock's signal; winds the clock up again when it is done."""
        stack = list(_stack(frame))
        places = [_place(code) for code in stack]
        ours = [place for place in places if place]
        self.total += 1
        self.own[ours[0] if ours else FRAMEWORK] += 1
        self.inclusive.update(set(ours))
        self.running[_package(stack[0])] += 1
        if ours and places[0] is None:
            called = stack[places.index(ours[0]) - 1]
            self.beneath[f"{ours[0]} -> {called.co_qualname}"] += 1
        signal.setitimer(signal.ITIMER_REAL, TICK_SECONDS)


def _stack(frame: FrameType | None) -> Iterator[CodeType]:
    while frame is not None:
        yield frame.f_code
        frame = frame.f_back


@cache
def _package(code: CodeType) -> str:
    """`sqlalchemy`, `flask`, … ; ours and the standard library by their own names."""
    if _place(code):
        return "our own code (and numpy, sqlite3 and other C code called from it)"
    parts = Path(code.co_filename).parts
    return parts[parts.index("site-packages") + 1] if "site-packages" in parts else "the standard library"


@cache
def _place(code: CodeType) -> str | None:
    """`bot/inbox/ledger.py insert` for a function of ours, None for any other."""
    try:
        path = Path(code.co_filename).relative_to(ROOT)
    except ValueError:
        return None
    return f"{path} {code.co_qualname}" if path.parts[0] in PACKAGES else None


def report(messages: int, *, mode: Mode) -> None:
    """Send `messages` callbacks through the WSGI application and print the costliest places."""
    WORKPLACE.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=WORKPLACE) as name:
        folder = Path(name).resolve()
        (folder / "linshao.db").write_bytes(prepared_database().read_bytes())
        app = create_app(
            build(
                settings_module.load(
                    write_config(folder, 8000, OURS if mode == "plain" else OURS_AES), os.environ
                )
            )
        )
        environs = [_environ(raw) for raw in callbacks.requests(mode, messages + 200, seed=5)]
        _serve(app, environs[:200])
        half = (len(environs) + 200) // 2
        began, cpu = time.perf_counter(), time.process_time()
        _serve(app, environs[200:half])
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        samples = _sampled(app, environs[half:])
    each = 1e6 / (half - 200)
    click.echo(
        f"{wall * each:.0f} µs a message ({cpu * each:.0f} µs of CPU), one thread; {samples.total} samples"
    )
    _table("package whose code ran", samples.running, samples.total, 10)
    _table("own (with the libraries called from it)", samples.own, samples.total, 25)
    _table("inclusive", samples.inclusive, samples.total, 40)
    _table("library calls", samples.beneath, samples.total, 30)


def _sampled(app: Flask, environs: list[dict[str, Any]]) -> Samples:
    samples = Samples()
    signal.signal(signal.SIGALRM, samples.take)
    signal.setitimer(signal.ITIMER_REAL, TICK_SECONDS)
    try:
        _serve(app, environs)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
    return samples


def _serve(app: Flask, environs: list[dict[str, Any]]) -> None:
    for environ in environs:
        statuses: list[str] = []
        b"".join(app.wsgi_app(environ, lambda status, *_rest, said=statuses: said.append(status)))
        assert statuses == ["200 OK"], statuses


def _environ(raw: bytes) -> dict[str, Any]:
    """What gunicorn would make of the request's bytes."""
    head, _, body = raw.partition(b"\r\n\r\n")
    address = urlsplit(head.split(b" ", 2)[1].decode())
    return {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": address.path,
        "QUERY_STRING": address.query,
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "HTTP_HOST": "127.0.0.1",
        "CONTENT_TYPE": "text/xml",
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.input": io.BytesIO(body),
        "wsgi.url_scheme": "http",
        "wsgi.errors": io.StringIO(),
    }


def _table(title: str, counts: Counter[str], total: int, rows: int) -> None:
    click.echo(f"\n{title}")
    for place, count in counts.most_common(rows):
        click.echo(f"{count / total:6.1%}  {place}")
