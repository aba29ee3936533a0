"""Replies a second with every connection busy, in alternating rounds: A B C … A B C …"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

import click

from benchmarks.generator import send
from benchmarks.load import Job, Outcome
from benchmarks.targets import (
    COMMIT,
    COMMIT_AES,
    ECHO,
    ECHO_AES,
    OURS,
    OURS_AES,
    WEROBOT,
    WEROBOT_ALONE,
    Target,
    running,
)

CONNECTIONS = 32
WARM_UP = 300
MOST = 20_000  # messages in one round, whatever the warm-up promised


@dataclass(frozen=True)
class Goal:
    """`of` shall have at least `least` times the throughput of `against`."""

    of: Target
    against: Target
    least: float


GOALS = (
    Goal(OURS, COMMIT, 0.8),
    Goal(OURS, ECHO, 0.4),
    Goal(OURS, WEROBOT, 2.0),
    Goal(OURS, WEROBOT_ALONE, 2.0),
    Goal(OURS_AES, COMMIT_AES, 0.8),
    Goal(OURS_AES, ECHO_AES, 0.4),
)


@dataclass(frozen=True)
class Ratio:
    """One goal and what each round gave."""

    goal: Goal
    rounds: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The median of the rounds' ratios."""
        return median(self.rounds)


Rates = dict[str, list[float]]


def measure(targets: Sequence[Target], *, rounds: int, seconds: float) -> Rates:
    """Replies a second of every target in every round; says each as it comes."""
    rates: Rates = {target.name: [] for target in targets}
    for number in range(rounds):
        for target in targets:
            outcome = _once(target, seconds=seconds, seed=1000 * number)
            rates[target.name].append(_replies(outcome) / outcome.seconds)
            click.echo(f"round {number + 1}  {target.name:16} {_say(outcome)}")
    return rates


def ratios(rates: Rates) -> list[Ratio]:
    """Each goal whose two sides were measured; a ratio compares the same round of both."""
    known = [goal for goal in GOALS if goal.of.name in rates and goal.against.name in rates]
    return [Ratio(goal, tuple(map(_over, rates[goal.of.name], rates[goal.against.name]))) for goal in known]


def _over(ours: float, theirs: float) -> float:
    """Infinite where the other server gave no reply at all."""
    return ours / theirs if theirs else float("inf")


def _once(target: Target, *, seconds: float, seed: int) -> Outcome:
    """One round of one server: its speed is tried first, so that the round lasts about `seconds`."""
    with running(target) as server:
        tried = send(Job(server.port, target.mode, WARM_UP, CONNECTIONS, seed))
        count = min(MOST, max(200, int(seconds * WARM_UP / tried.seconds)))
        return send(Job(server.port, target.mode, count, CONNECTIONS, seed + 1))


def _replies(outcome: Outcome) -> int:
    """Messages that got what the resident waits for: status 200 and a reply in it."""
    return outcome.statuses["200"] - outcome.empty


def _say(outcome: Outcome) -> str:
    bad = {status: n for status, n in outcome.statuses.items() if status != "200"}
    return (
        f"{_replies(outcome) / outcome.seconds:7.0f}/s  {len(outcome.milliseconds):6} messages"
        f"  generator busy {outcome.cpu_seconds / outcome.seconds:4.0%}"
        + (f"  without reply {outcome.empty}" if outcome.empty else "")
        + (f"  FAILED {bad}" if bad else "")
    )
