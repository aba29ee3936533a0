"""`python -m nlp evaluate`: how good the analysis is on messages of topics that it has not seen; a report in Markdown.

The topics are dealt into folds; each fold is analysed, rules and model together, by a model of the others. How sure the
numbers are is told by a bootstrap over topics (`nlp.figures`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]  # no types

from nlp import figures
from nlp.analysis import Analyser, Analysis
from nlp.artefact import Head, Model
from nlp.corpus import Row, read
from nlp.corpus.unseen import read_unseen
from nlp.figures import FIGURES, Floats
from nlp.learning import parts, rank
from nlp.train import train

FOLDS = 3
DRAWS = 1000
SURE = 0.95
CURVE = (0.25, 0.5, 1.0)  # shares of the topics that a model of the learning curve sees
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


def by_another(model: Model) -> list[Verdict]:
    """The messages of a writer who had no part in the corpus, each with its analysis and the labels nearest to that."""
    analyser = Analyser(model)
    said = [(one, analyser.analyse(one.text)) for one in read_unseen()]
    return [Verdict(one.as_row(intent=found.intent.best, need=found.need.best), found) for one, found in said]


def curve(rows: Sequence[Row]) -> list[tuple[float, list[Verdict]]]:
    """For each share of `CURVE`: the held-out part, analysed by a model of that share of the other topics."""
    seen, held = parts(rows)
    topics = sorted({row.topic for row in seen}, key=rank)
    points = []
    for share in CURVE:
        shown = set(topics[: round(share * len(topics))])
        analyser = Analyser(train([row for row in seen if row.topic in shown]))
        points.append((share, [Verdict(row, analyser.analyse(row.text)) for row in held]))
    return points


def report(
    verdicts: Sequence[Verdict],
    *,
    unseen: Sequence[Verdict] = (),
    heads: Sequence[Head] = (),
    points: Sequence[tuple[float, Sequence[Verdict]]] = (),
) -> str:
    """The whole report, in Markdown.

    `unseen` are messages by another writer as the model of everything reads them, `heads` that model's, `points` the
    learning curve.
    """
    lines = ["# How good the analysis is", ""]
    lines.append(f"{len(verdicts)} messages, each of a topic that the model had not seen. Intervals hold 95 % of")
    lines.append(f"{DRAWS:,} draws of the topics, with replacement.")
    lines += ["", "## Figures", "", *_figures(verdicts)]
    if unseen:
        lines += ["", "## Figures on messages by another writer", ""]
        lines += [f"{len(unseen)} messages of `nlp/corpus/unseen`, read by the model of all others.", ""]
        lines += _figures(unseen)
    for part in PARTS:
        counted = [verdict for verdict in verdicts if part.counts(verdict.row)]
        lines += ["", f"## {part.name}", "", *_table(part, counted), "", *_confusions(part, counted)]
    if heads:
        lines += ["", "## Bars", "", *_bars(heads)]
    if points:
        lines += ["", "## Learning curve", "", *_curve(points)]
    lines += ["", "## Worst errors", "", *_worst(verdicts)]
    return "\n".join(lines) + "\n"


def _figures(verdicts: Sequence[Verdict]) -> list[str]:
    """The figures by which a model is judged, here and when it learned from corrections (`nlp.learning`)."""
    lines = ["| figure | value | 95 % |", "| --- | --- | --- |"]
    for figure in FIGURES:
        sums = figures.by_topic([figure.counts(v.row, v.said) for v in verdicts], _topics(verdicts))
        low, high = _interval(sums)
        lines.append(f"| {figure.name} | {_value(sums):.3f} | {low:.3f} to {high:.3f} |")
    return lines


def _bars(heads: Sequence[Head]) -> list[str]:
    """From which probability on an answer counts, in the model of all messages."""
    lines = [
        "The model of all messages. Below its bar, or within the margin of the next, an answer is an abstention.",
        "`urgent` is passed by the chances of urgent and emergency together. Heads without bars give their best label.",
        "",
        "| head | label | bar | margin |",
        "| --- | --- | --- | --- |",
    ]
    for head in heads:
        rows = sorted(head.bars.items()) or [("any", 0.0)]
        lines += [f"| {head.name} | {label} | {bar:.2f} | {head.margin:.2f} |" for label, bar in rows]
    return lines


def _curve(points: Sequence[tuple[float, Sequence[Verdict]]]) -> list[str]:
    """One split of the topics, the same for every point: what more topics are worth."""
    names = " | ".join(f"{share:.0%}" for share, _ in points)
    lines = [
        f"Measured on one fifth of the topics ({len(points[0][1])} messages), by models of a share of the others.",
        "",
        f"| figure, trained on | {names} |",
        "| --- " * (len(points) + 1) + "|",
    ]
    for figure in FIGURES:
        sums = [np.array([figure.counts(v.row, v.said) for v in verdicts]).sum(axis=0) for _, verdicts in points]
        lines.append(f"| {figure.name} | {' | '.join(f'{figures.ratio(one):.3f}' for one in sums)} |")
    return lines


def _topics(verdicts: Iterable[Verdict]) -> list[str]:
    return [verdict.row.topic for verdict in verdicts]


def _value(sums: Floats) -> float:
    return float(figures.ratio(sums.sum(axis=0)))


def _interval(sums: Floats) -> tuple[float, float]:
    """The middle 95 % of a ratio whose sums for each topic are given, shape (topics, 2)."""
    return figures.interval(figures.ratio(figures.draws(len(sums), DRAWS) @ sums), share=SURE)


def _pairs(part: Part, verdicts: Iterable[Verdict]) -> list[tuple[str, str]]:
    return [(str(part.truth(verdict.row)), str(part.said(verdict.said))) for verdict in verdicts]


def _table(part: Part, verdicts: Sequence[Verdict]) -> list[str]:
    pairs, topics = _pairs(part, verdicts), _topics(verdicts)
    labels = sorted({truth for truth, _ in pairs})
    sums = {
        label: figures.by_topic([figures.f1(said == label, truth == label) for truth, said in pairs], topics)
        for label in labels
    }
    lines = ["| label | messages | precision | recall | F1 | 95 % |", "| --- | --- | --- | --- | --- | --- |"]
    for label in labels:
        precision, recall, f1 = scores(pairs, label)
        low, high = _interval(sums[label])
        count = sum(truth == label for truth, _ in pairs)
        shown = f"{precision:.3f} | {recall:.3f} | {f1:.3f} | {low:.3f} to {high:.3f}"
        lines.append(f"| {label} | {count} | {shown} |")
    low, high = _macro_interval(list(sums.values()))
    lines.append(f"| **macro** | {len(pairs)} | | | **{macro(pairs):.3f}** | {low:.3f} to {high:.3f} |")
    return lines


def _macro_interval(sums: Sequence[Floats]) -> tuple[float, float]:
    """The middle 95 % of the mean of all labels' F1, all labels by the same draws."""
    drawn = figures.draws(len(sums[0]), DRAWS)
    return figures.interval(np.mean([figures.ratio(drawn @ one) for one in sums], axis=0), share=SURE)


def scores(pairs: Sequence[tuple[str, str]], label: str) -> tuple[float, float, float]:
    """Precision, recall and F1 of `label` over (true, said) pairs; 0.0 where undefined."""
    right = sum(truth == said == label for truth, said in pairs)
    precision = right / max(1, sum(said == label for _, said in pairs))
    recall = right / max(1, sum(truth == label for truth, _ in pairs))
    return precision, recall, 2 * precision * recall / max(1e-9, precision + recall)


def macro(pairs: Sequence[tuple[str, str]]) -> float:
    """The mean F1 of all labels that occur as truth."""
    return float(np.mean([scores(pairs, label)[2] for label in {truth for truth, _ in pairs}]))


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
    rows = read(paths)
    model = train(rows)
    text = report(held_out(rows), unseen=by_another(model), heads=model.heads, points=curve(rows))
    if target is None:
        click.echo(text)
    else:
        target.write_text(text + notes(target), encoding="utf-8")
