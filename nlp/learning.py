"""Whether a model that learned from corrections may take the place of one that did not. Pure; trains nothing.

Both models are asked about the same messages, of topics that neither saw. A figure falls if the change is for the worse
in more than 95 % of 1,000 draws of the topics, each draw the same for both models: the paired bootstrap test of
P. Koehn, Statistical Significance Tests for Machine Translation Evaluation, EMNLP 2004, over topics instead of
sentences, because messages of one topic are alike. Each of the seven figures may stop the new model by itself, so a
good one is now and then refused by chance; that costs a week, a bad one let through would cost somebody's call.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from nlp import figures
from nlp.analysis import Analysis
from nlp.corpus import Row
from nlp.figures import FIGURES, Figure, Floats

DRAWS = 1000
MIDDLE = 0.9  # 5 % of the draws lie on each side of it
HELD_OUT = 0.2


@dataclass(frozen=True, kw_only=True)
class Change:
    """One figure of the model before and after; `low` and `high` bound the change in 90 % of the draws.

    `falls` where the change is for the worse beyond noise.
    """

    name: str
    before: float
    after: float
    low: float
    high: float
    falls: bool

    def as_record(self) -> dict[str, Any]:
        """What is kept of it, as JSON can hold it."""
        return asdict(self)


def compare(rows: Sequence[Row], before: Sequence[Analysis], after: Sequence[Analysis]) -> tuple[Change, ...]:
    """Every figure of two models that read the same `rows`, in the order of FIGURES."""
    topics = [row.topic for row in rows]
    drawn = figures.draws(len(set(topics)), DRAWS)
    return tuple(_change(figure, rows, topics, drawn=drawn, said=(before, after)) for figure in FIGURES)


def _change(
    figure: Figure,
    rows: Sequence[Row],
    topics: Sequence[str],
    *,
    drawn: Floats,
    said: tuple[Sequence[Analysis], Sequence[Analysis]],
) -> Change:
    old, new = (
        figures.by_topic([figure.counts(row, one) for row, one in zip(rows, answers, strict=True)], topics)
        for answers in said
    )
    low, high = figures.interval(figures.ratio(drawn @ new) - figures.ratio(drawn @ old), share=MIDDLE)
    return Change(
        name=figure.name,
        before=round(float(figures.ratio(old.sum(axis=0))), 4),
        after=round(float(figures.ratio(new.sum(axis=0))), 4),
        low=round(low, 4),
        high=round(high, 4),
        falls=high < 0 if figure.higher_is_better else low > 0,
    )


def rank(topic: str) -> float:
    """A number from 0 to 1 that a topic bears for good, whatever else is in the corpus."""
    return int.from_bytes(hashlib.sha256(topic.encode()).digest()[:8]) / 2**64


def parts(rows: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """(to learn from, to be measured on): a fifth of the topics is held out, always the same."""
    seen = [row for row in rows if rank(row.topic) >= HELD_OUT]
    held = [row for row in rows if rank(row.topic) < HELD_OUT]
    return seen, held
