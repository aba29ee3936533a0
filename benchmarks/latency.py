"""How long a resident waits at a given rate: open loop, each answer timed from when its message was due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import click

from benchmarks.generator import send
from benchmarks.load import Job
from benchmarks.targets import Target, running

CONNECTIONS = 64
WARM_UP = 100


@dataclass(frozen=True)
class Waits:
    """Milliseconds of one server."""

    p50: float
    p99: float
    worst: float
    messages: int
    failed: int


def measure(targets: Sequence[Target], *, rate: float, seconds: float) -> dict[str, Waits]:
    """One server after the other, each for `seconds`; says each as it comes."""
    waits = {}
    for target in targets:
        waits[target.name] = found = _once(target, rate=rate, seconds=seconds)
        click.echo(
            f"{target.name:16} p50 {found.p50:6.1f} ms   p99 {found.p99:6.1f} ms   worst {found.worst:6.1f} ms"
            f"   {found.messages} messages, {found.failed} failed"
        )
    return waits


def _once(target: Target, *, rate: float, seconds: float) -> Waits:
    with running(target) as server:
        send(Job(server.port, target.mode, WARM_UP, 8, seed=1))
        outcome = send(Job(server.port, target.mode, int(rate * seconds), CONNECTIONS, seed=2, rate=rate))
    times = sorted(outcome.milliseconds)
    return Waits(
        p50=_quantile(times, 0.5),
        p99=_quantile(times, 0.99),
        worst=times[-1],
        messages=len(times),
        failed=len(times) - outcome.statuses["200"],
    )


def _quantile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
