"""The figures by which an analysis is judged. Each is a ratio of two sums over messages.

Being ratios of sums, they can be had for any draw of topics by one multiplication: messages of one topic are alike,
so whoever asks how sure a figure is has to draw topics, not messages (a cluster bootstrap: A. C. Davison and
D. V. Hinkley, Bootstrap Methods and their Application, 1997, section 3.8).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.analysis import Analysis
from nlp.corpus import Row
from nlp.taxonomy import Urgency

Floats = NDArray[np.float64]
Counts = tuple[float, float]
"""What one message adds above the line and below it."""

SEED = 0


@dataclass(frozen=True)
class Figure:
    """One figure, its Chinese name for the console, what a message adds to its two sums."""

    name: str
    chinese: str
    counts: Callable[[Row, Analysis], Counts]
    higher_is_better: bool = True


def _share(right: bool, *, of: bool) -> Counts:
    """A share of the messages that count (`of`): recall, accuracy, false alarms."""
    return float(of and right), float(of)


def f1(said: bool, wanted: bool) -> Counts:
    """What a message adds to an F1, which is 2 × both / (said + wanted)."""
    return 2.0 * (said and wanted), float(said) + float(wanted)


def _emergency(said: Analysis) -> bool:
    return said.urgency == Urgency.EMERGENCY


FIGURES = (
    Figure(
        "emergencies found",
        "找到危急",
        lambda row, said: _share(_emergency(said), of=row.urgency == Urgency.EMERGENCY),
    ),
    Figure(
        "emergency false alarms among routine messages",
        "误报危急",
        lambda row, said: _share(_emergency(said), of=row.urgency == Urgency.ROUTINE),
        higher_is_better=False,
    ),
    Figure(
        "needs flagged, F1",
        "找准诉求（F1）",
        lambda row, said: f1(said.need.best is not None, row.need is not None),
    ),
    Figure(
        "need category right, of messages with a need",
        "诉求分对类",
        lambda row, said: _share(said.need.best == row.need, of=row.need is not None),
    ),
    Figure("intent right", "意图判对", lambda row, said: _share(said.intent.best == row.intent, of=True)),
    Figure("claims found", "找到传言", lambda row, said: _share(said.claim, of=row.claim)),
    Figure(
        "claim false alarms",
        "误报传言",
        lambda row, said: _share(said.claim, of=not row.claim),
        higher_is_better=False,
    ),
)
"""The figures of docs/evaluation.md; where the model abstains, its best guess counts, as in `python -m nlp analyse`."""


def by_topic(counts: Sequence[Counts], topics: Sequence[str]) -> Floats:
    """The sums of each topic, shape (topics, 2), topics in the order of their names."""
    places = {topic: place for place, topic in enumerate(sorted(set(topics)))}
    sums = np.zeros((len(places), 2))
    np.add.at(sums, [places[topic] for topic in topics], np.array(counts, dtype=float).reshape(-1, 2))
    return sums


def ratio(sums: Floats) -> Floats:
    """Above / below along the last axis; 0 where nothing stands below."""
    return np.divide(sums[..., 0], sums[..., 1], out=np.zeros(sums.shape[:-1]), where=sums[..., 1] > 0)


def draws(topics: int, number: int) -> Floats:
    """How often each topic is drawn, shape (number, topics), when as many as there are are drawn with replacement."""
    if topics == 0:
        return np.zeros((number, 0))
    return np.random.default_rng(SEED).multinomial(topics, np.full(topics, 1 / topics), size=number).astype(float)


def interval(values: Floats, *, share: float) -> tuple[float, float]:
    """The middle `share` of the values."""
    edge = (1 - share) / 2
    return float(np.quantile(values, edge)), float(np.quantile(values, 1 - edge))
