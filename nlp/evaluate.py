"""`python -m nlp evaluate`: how good the analysis is on messages of topics that it has not seen; a report in Markdown.

The topics are dealt into folds; each fold is analysed, rules and model together, by a model of the others. With a
bootstrap over topics, because messages of one topic are alike.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]  # no types

from nlp.analysis import Analyser, Analysis
from nlp.corpus import Row, read
from nlp.train import train

FOLDS = 5
DRAWS = 200
WORST = 20
NOTES = "<!-- Notes written by hand: what follows is kept when the report is written again. -->"


@dataclass(frozen=True)
class Verdict:
    """What one message is and what it was taken for."""

    row: Row
    said: Analysis


@dataclass(frozen=True, kw_only=True)
class Part:
    """One question of the report: its name, the true label, the label said, and which messages count."""

    name: str
    truth: Callable[[Row], str]
    said: Callable[[Analysis], str]
    counts: Callable[[Row], bool] = lambda row: True


PARTS = (
    Part(name="intent", truth=lambda row: row.intent, said=lambda said: said.intent.best or "—"),
    Part(
        name="need (of messages that have one)",
        truth=lambda row: row.need or "—",
        said=lambda said: said.need.best or "—",
        counts=lambda row: row.need is not None,
    ),
    Part(name="urgency", truth=lambda row: row.urgency, said=lambda said: said.urgency),
    Part(name="claim", truth=lambda row: str(row.claim), said=lambda said: str(said.claim)),
)


def held_out(rows: Sequence[Row], *, folds: int = FOLDS) -> list[Verdict]:
    """Each row with the analysis by a model that saw no message of its topic."""
    verdicts = []
    for seen, held in GroupKFold(folds).split(rows, groups=[row.topic for row in rows]):
        analyser = Analyser(train([rows[place] for place in seen]))
        verdicts += [Verdict(rows[place], analyser.analyse(rows[place].text)) for place in held]
    return verdicts


def report(verdicts: Sequence[Verdict]) -> str:
    """The whole report, in Markdown."""
    lines = ["# How good the analysis is", ""]
    lines.append(f"{len(verdicts)} messages, each of a topic that the model had not seen.")
    for part in PARTS:
        counted = [verdict for verdict in verdicts if part.counts(verdict.row)]
        lines += ["", f"## {part.name}", "", *_table(part, counted), "", *_confusions(part, counted)]
    lines += ["", "## Worst errors", "", *_worst(verdicts)]
    return "\n".join(lines) + "\n"


def _pairs(part: Part, verdicts: Iterable[Verdict]) -> list[tuple[str, str]]:
    return [(str(part.truth(verdict.row)), str(part.said(verdict.said))) for verdict in verdicts]


def _table(part: Part, verdicts: Sequence[Verdict]) -> list[str]:
    pairs = _pairs(part, verdicts)
    low, high = _interval(part, verdicts)
    lines = ["| label | messages | precision | recall | F1 |", "| --- | --- | --- | --- | --- |"]
    for label in sorted({truth for truth, _ in pairs}):
        precision, recall, f1 = scores(pairs, label)
        count = sum(truth == label for truth, _ in pairs)
        lines.append(f"| {label} | {count} | {precision:.3f} | {recall:.3f} | {f1:.3f} |")
    lines.append(f"| **macro** | {len(pairs)} | | | **{macro(pairs):.3f}** (95 %: {low:.3f} to {high:.3f}) |")
    return lines


def scores(pairs: Sequence[tuple[str, str]], label: str) -> tuple[float, float, float]:
    """Precision, recall and F1 of `label` over (true, said) pairs; 0.0 where undefined."""
    right = sum(truth == said == label for truth, said in pairs)
    precision = right / max(1, sum(said == label for _, said in pairs))
    recall = right / max(1, sum(truth == label for truth, _ in pairs))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def macro(pairs: Sequence[tuple[str, str]]) -> float:
    """The mean F1 of all labels that occur as truth."""
    return float(np.mean([scores(pairs, label)[2] for label in {truth for truth, _ in pairs}]))


def _interval(part: Part, verdicts: Sequence[Verdict]) -> tuple[float, float]:
    """The middle 95 % of macro F1 when topics are drawn again and again, with replacement."""
    by_topic: dict[str, list[tuple[str, str]]] = {}
    for verdict, pair in zip(verdicts, _pairs(part, verdicts), strict=True):
        by_topic.setdefault(verdict.row.topic, []).append(pair)
    topics = list(by_topic)
    chance = np.random.default_rng(0)
    draws = [
        macro([pair for topic in chance.choice(len(topics), len(topics)) for pair in by_topic[topics[topic]]])
        for _ in range(DRAWS)
    ]
    return float(np.quantile(draws, 0.025)), float(np.quantile(draws, 0.975))


def _confusions(part: Part, verdicts: Sequence[Verdict]) -> list[str]:
    """The most frequent mistakes, as "true → said: count"."""
    wrong = Counter(pair for pair in _pairs(part, verdicts) if pair[0] != pair[1])
    return [f"- {truth} → {said}: {count}" for (truth, said), count in wrong.most_common(8)]


def _worst(verdicts: Sequence[Verdict]) -> list[str]:
    """Emergencies that were missed and false alarms: what hurts most."""
    missed = [v for v in verdicts if (v.row.urgency == "emergency") != (v.said.urgency == "emergency")]
    return [
        f"- {v.row.place}: {v.row.urgency} taken for {v.said.urgency}: {v.row.text[:60]}"
        for v in sorted(missed, key=lambda v: v.row.urgency)[:WORST]
    ]


def notes(path: Path) -> str:
    """What was written by hand at the end of the report in `path`, with the line before it; empty without any."""
    _, line, written = path.read_text(encoding="utf-8").partition(NOTES) if path.exists() else ("", "", "")
    return f"\n{line}{written}" if line else ""


@click.command("evaluate")
@click.option("--report", "target", type=click.Path(path_type=Path), help="Write the report here.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def command(target: Path | None, paths: tuple[Path, ...]) -> None:
    """Measure the analysis on held-out topics (default: the shipped corpus). Takes minutes: a model for each fold."""
    text = report(held_out(read(paths)))
    if target is None:
        click.echo(text)
    else:
        target.write_text(text + notes(target), encoding="utf-8")
