"""The load generator, a process of its own: raw sockets in one epoll loop, requests made beforehand.

`python -m benchmarks.load` reads one `Job` as JSON from standard input and writes one `Outcome` to
standard output. What it does between two sockets costs some tens of microseconds; `cpu_seconds` of
the outcome tells how much of the time it was busy itself.
"""

from __future__ import annotations

import json
import selectors
import socket
import sys
import time
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from benchmarks.callbacks import requests
from benchmarks.servers.account import Mode

CONNECTION_USES = 40  # then a new one: neither of two processes may keep most of the connections
SILENCE_SECONDS = 20.0


@dataclass(frozen=True)
class Job:
    """`rate` 0: every connection asks again as soon as it is answered. Else messages a second, at random moments."""

    port: int
    mode: Mode
    count: int
    connections: int
    seed: int
    rate: float = 0.0


@dataclass
class Outcome:
    """What came back. `milliseconds`: from the moment each message was due to its whole answer."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0
    latest: float = 0.0  # seconds by which the generator itself was late, at worst
    statuses: Counter[str] = field(default_factory=Counter)
    empty: int = 0
    milliseconds: list[float] = field(default_factory=list)


class Silent(Exception):
    """The server has stopped answering."""


class Line:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._buffer = b""
        self._uses = 0
        self.due = 0.0
        self.socket = self._open()

    def ask(self, request: bytes, *, due: float) -> None:
        """Send one request; `due` is when it should have gone."""
        self.due = due
        self._buffer = b""
        self._uses += 1
        self.socket.sendall(request)

    def hear(self) -> tuple[str, int] | None:
        """(status, length of the body) once the whole answer is here. Raises Silent on a broken answer."""
        piece = self.socket.recv(65536)
        self._buffer += piece
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found or len(body) < (length := _length(head)):
            if not piece:
                raise Silent("the connection was closed within an answer")
            return None
        return head[9:12].decode(), length

    def worn(self) -> bool:
        """Whether the connection has to be changed."""
        return self._uses >= CONNECTION_USES or b"onnection: close" in self._buffer

    def change(self) -> None:
        """A new connection in place of the old one."""
        self.socket.close()
        self.socket = self._open()
        self._uses = 0

    def _open(self) -> socket.socket:
        opened = socket.create_connection(("127.0.0.1", self._port), timeout=SILENCE_SECONDS)
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return opened


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise Silent("an answer without Content-Length")


def run(job: Job) -> Outcome:
    """Do the job. Raises Silent, and what the sockets raise."""
    waiting = deque(zip(_moments(job), requests(job.mode, job.count, seed=job.seed), strict=False))
    outcome = Outcome()
    with selectors.EpollSelector() as selector:
        idle = [Line(job.port) for _ in range(job.connections)]
        for line in idle:
            selector.register(line.socket, selectors.EVENT_READ, line)
        began, cpu = time.perf_counter(), time.process_time()
        while waiting or len(idle) < job.connections:
            _send(waiting, idle, outcome, began=began, paced=job.rate > 0)
            _receive(selector, idle, outcome, pause=_pause(waiting, idle, began, job))
        outcome.seconds = time.perf_counter() - began
        outcome.cpu_seconds = time.process_time() - cpu
    return outcome


def _moments(job: Job) -> Iterator[float]:
    """When each message is due, in seconds from the start: all at once, or as strangers write (Poisson)."""
    random = Random(job.seed)
    moment = 0.0
    while True:
        yield moment
        moment += random.expovariate(job.rate) if job.rate else 0.0


def _pause(waiting: Sequence[tuple[float, bytes]], idle: Sequence[Line], began: float, job: Job) -> float:
    if job.rate and waiting and idle:
        return max(0.0, waiting[0][0] - (time.perf_counter() - began))
    return SILENCE_SECONDS


def _send(
    waiting: deque[tuple[float, bytes]], idle: list[Line], outcome: Outcome, *, began: float, paced: bool
) -> None:
    while waiting and idle:
        now = time.perf_counter()
        due = began + waiting[0][0] if paced else now
        if due > now:
            return
        outcome.latest = max(outcome.latest, now - due)
        idle.pop(0).ask(waiting.popleft()[1], due=due)


def _receive(selector: selectors.EpollSelector, idle: list[Line], outcome: Outcome, *, pause: float) -> None:
    ready = selector.select(pause)
    if not ready and pause >= SILENCE_SECONDS:
        raise Silent(f"no answer for {SILENCE_SECONDS} s")
    for key, _ in ready:
        line: Line = key.data
        answer = line.hear()
        if answer is None:
            continue
        status, length = answer
        outcome.milliseconds.append((time.perf_counter() - line.due) * 1000)
        outcome.statuses[status] += 1
        outcome.empty += status == "200" and length < 20  # `success` or nothing: a resident without a reply
        if line.worn():
            selector.unregister(line.socket)
            line.change()
            selector.register(line.socket, selectors.EVENT_READ, line)
        idle.append(line)


if __name__ == "__main__":
    json.dump(vars(run(Job(**json.load(sys.stdin)))), sys.stdout)
