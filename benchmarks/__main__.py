"""`python -m benchmarks`: everything, or one of throughput, latency, footprint, profile."""

from __future__ import annotations

import os
import platform
from datetime import UTC, datetime
from math import isinf
from statistics import median

import click
import psutil

from benchmarks import footprint, latency, profiling, throughput
from benchmarks.servers.account import Mode
from benchmarks.targets import COMMIT, OURS, OURS_AES, PROCESSES, THREADS, WEROBOT, all_targets

_rounds = click.option("--rounds", default=5, show_default=True, help="Alternating rounds.")
_seconds = click.option(
    "--seconds", default=4.0, show_default=True, help="About how long one round of one server lasts."
)
_minute = click.option(
    "--for", "duration", default=60.0, show_default=True, help="Seconds at the given rate."
)
_rate = click.option("--rate", default=50.0, show_default=True, help="Messages a second.")


@click.group(invoke_without_command=True)
@click.pass_context
def main(context: click.Context) -> None:
    """Measure the webhook against an echo, an echo with a commit, and WeRoBot. Ten minutes, loopback only."""
    _introduce()
    if context.invoked_subcommand is None:
        for command in (compare, wait, weigh):
            context.invoke(command)


@main.command("throughput")
@_rounds
@_seconds
def compare(rounds: int, seconds: float) -> None:
    """Replies a second in alternating rounds, and the ratios."""
    targets = all_targets()
    if WEROBOT not in targets:
        click.echo("werobot is not installed: pip install -r benchmarks/requirements.txt; left out")
    rates = throughput.measure(targets, rounds=rounds, seconds=seconds)
    for name, found in rates.items():
        click.echo(f"{name:16} {median(found):6.0f}/s  ({min(found):.0f} to {max(found):.0f})")
    for ratio in throughput.ratios(rates):
        if isinf(max(ratio.rounds)):
            click.echo(
                f"{ratio.goal.of.name} / {ratio.goal.against.name}: no ratio, a round without any reply"
            )
            continue
        reached = "reached" if ratio.middle >= ratio.goal.least else "NOT REACHED"
        click.echo(
            f"{ratio.goal.of.name} / {ratio.goal.against.name}: {ratio.middle:.2f}"
            f"  ({min(ratio.rounds):.2f} to {max(ratio.rounds):.2f})  aim {ratio.goal.least}: {reached}"
        )


@main.command("latency")
@_rate
@_minute
def wait(rate: float, duration: float) -> None:
    """Waiting times at a fixed rate, open loop."""
    click.echo(f"{rate:.0f} messages a second for {duration:.0f} s, at random moments")
    latency.measure((OURS, OURS_AES, COMMIT), rate=rate, seconds=duration)


@main.command("footprint")
@click.option("--rounds", default=3, show_default=True, help="Alternating rounds.")
def weigh(rounds: int) -> None:
    """Memory and time to ready against the imports alone."""
    footprint.measure(rounds=rounds)


@main.command("profile")
@click.option("--messages", default=3000, show_default=True, help="How many callbacks.")
@click.option("--mode", type=click.Choice(["plain", "safe"]), default="safe", show_default=True)
def profile(messages: int, mode: Mode) -> None:
    """Where one message's time goes, sampled in this process; the ten costliest places."""
    profiling.report(messages, mode=mode)


def _introduce() -> None:
    click.echo(
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC  Python {platform.python_version()}  {os.cpu_count()} cores"
        f"  load {psutil.getloadavg()[0]:.2f}  {PROCESSES} processes of {THREADS} threads"
    )


main()
