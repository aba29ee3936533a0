"""Memory and time to ready of the whole group, against a Python that only imports the same libraries."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass
from statistics import median

import click
import psutil

from benchmarks.generator import send
from benchmarks.load import Job
from benchmarks.targets import ECHO, OURS, Server, Target, running

MESSAGES = 2_000
MEGABYTE = 1e6
# Every module from site-packages that a web process of ours has loaded.
_WHICH = """
import json, sys, bot.app
print(json.dumps([name for name, module in sys.modules.items()
                  if "site-packages" in (getattr(module, "__file__", None) or "")]))
"""
_IMPORT = """
import importlib, json, os, sys, time
for name in json.load(sys.stdin):
    try:
        importlib.import_module(name)
    except ImportError:  # made by its library while that runs, not by an import
        pass
print("ready", flush=True)
time.sleep(30)
"""


@dataclass(frozen=True)
class Footprint:
    """Seconds until ready; bytes resident when ready and after load. `largest` is one web process."""

    ready_seconds: float
    processes: int
    resident: float
    proportional: float  # pages that processes share counted once
    largest: float
    resident_after: float


def measure(*, rounds: int) -> tuple[list[Footprint], list[Footprint], list[Footprint]]:
    """(ours, the imports alone, the bare echo), in alternating rounds."""
    names = _libraries()
    ours, imports, echo = [], [], []
    for _ in range(rounds):
        ours.append(_server(OURS))
        imports.append(_imports(names))
        echo.append(_server(ECHO))
    for title, found in (("linshao serve", ours), ("imports alone", imports), ("echo", echo)):
        click.echo(f"{title:14} {say(found)}")
    return ours, imports, echo


def say(found: list[Footprint]) -> str:
    """The medians as one line."""

    def middle(name: str) -> float:
        return median(getattr(one, name) for one in found)

    return (
        f"ready in {middle('ready_seconds'):.2f} s   {middle('processes'):.0f} processes"
        f"   RSS {middle('resident') / MEGABYTE:.0f} MB (PSS {middle('proportional') / MEGABYTE:.0f} MB,"
        f" largest process {middle('largest') / MEGABYTE:.0f} MB)"
        f"   after {MESSAGES} messages {middle('resident_after') / MEGABYTE:.0f} MB"
    )


def _server(target: Target) -> Footprint:
    with running(target) as server:
        _warm(server, target)
        before = _weigh(server.tree(), server.ready_seconds)
        send(Job(server.port, target.mode, MESSAGES, 16, seed=8))
        after = sum(process.memory_info().rss for process in server.tree())
    return Footprint(**{**before.__dict__, "resident_after": after})


def _warm(server: Server, target: Target) -> None:
    """Every web process answers a few messages: what it loads at the first of them is loaded."""
    send(Job(server.port, target.mode, 50, 16, seed=7))


def _weigh(tree: list[psutil.Process], seconds: float) -> Footprint:
    sizes = [process.memory_full_info() for process in tree]
    return Footprint(
        ready_seconds=seconds,
        processes=len(tree),
        resident=sum(size.rss for size in sizes),
        proportional=sum(size.pss for size in sizes),
        largest=max(size.rss for size in sizes),
        resident_after=sum(size.rss for size in sizes),
    )


def _libraries() -> list[str]:
    done = subprocess.run([sys.executable, "-c", _WHICH], capture_output=True, text=True, check=True)
    names: list[str] = json.loads(done.stdout)
    return names


def _imports(names: list[str]) -> Footprint:
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, "-c", _IMPORT], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None and process.stdout is not None
    try:
        process.stdin.write(json.dumps(names).encode())
        process.stdin.close()
        process.stdout.readline()
        return _weigh([psutil.Process(process.pid)], time.perf_counter() - began)
    finally:
        process.kill()
        process.wait()
