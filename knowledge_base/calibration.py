"""Where the bars stand: from which chance on an article is told outright, and from which it is offered as
a choice.

The bars are chosen on held-out questions so that few are told the wrong article. Measured, not guessed;
and whoever reads the snapshot finds the figures beside the bars.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge_base.model import Floats, Ints

# Of the questions that the catalogue answers, told another article outright. Of 120 such that were read, two in three
# were told a neighbour that answers too (gas-leak for emergency-numbers): some 3 in 100 are told what does not help.
WRONG_AT_MOST = 0.09
# Of the out-of-scope messages, told any article outright. Nearly half of them are written to be mistaken (a topic of
# the catalogue, another aim); of the others a third as many are told something.
LEAKED_AT_MOST = 0.06
OFFERED_AT_MOST = 0.25  # of the out-of-scope messages, offered choices


@dataclass(frozen=True)
class Bars:
    """`outright`: least chance of an article to be told. `choices`: least chance that any article is
    right, to offer the likeliest three."""

    outright: float
    choices: float


@dataclass(frozen=True)
class Figures:
    """How a trial went, all as shares 0..1. Of the questions in scope: `first`, `among_three`, told outright
    `right` and `wrong`. Of those out of scope: `refused` (told nothing outright), `offered` choices."""

    in_scope: int
    out_of_scope: int
    first: float
    among_three: float
    right: float
    wrong: float
    refused: float
    offered: float


def choose_bars(chances: Floats, labels: Ints) -> Bars:
    """The lowest bars that keep within the limits above, for `chances` (N, L) of questions with right
    `labels` (N)."""
    best, top, covered = _read(chances)
    inside = labels != chances.shape[1] - 1
    wrong = top[inside & (best != labels)]
    misled = _lowest(wrong, WRONG_AT_MOST * inside.sum())
    leaked = _lowest(top[~inside], LEAKED_AT_MOST * (~inside).sum())
    return Bars(
        outright=max(misled, leaked),
        choices=_lowest(covered[~inside], OFFERED_AT_MOST * (~inside).sum()),
    )


def measure(chances: Floats, labels: Ints, bars: Bars) -> Figures:
    """What would have been said to the questions of a trial under `bars`."""
    best, top, covered = _read(chances)
    inside = labels != chances.shape[1] - 1
    told = top >= bars.outright
    three = np.argsort(-chances[:, :-1], axis=1, kind="stable")[:, :3]
    return Figures(
        in_scope=int(inside.sum()),
        out_of_scope=int((~inside).sum()),
        first=_share(best == labels, inside),
        among_three=_share((three == labels[:, None]).any(axis=1), inside),
        right=_share(told & (best == labels), inside),
        wrong=_share(told & (best != labels), inside),
        refused=_share(~told, ~inside),
        offered=_share(~told & (covered >= bars.choices), ~inside),
    )


def _read(chances: Floats) -> tuple[NDArray[np.int64], Floats, Floats]:
    """Likeliest article, its chance, and the chance that any article is right, each (N)."""
    articles = chances[:, :-1]
    return articles.argmax(axis=1), articles.max(axis=1), articles.sum(axis=1)


def _lowest(chances: Floats, allowed: float) -> float:
    """The lowest bar that at most `allowed` of the `chances` reach, in thousandths."""
    falling = np.sort(chances)[::-1]
    beyond = falling[int(allowed)] if int(allowed) < len(falling) else 0.0
    return float(np.ceil(min(float(beyond), 0.998) * 1000 + 1) / 1000)


def _share(hits: NDArray[np.bool_], among: NDArray[np.bool_]) -> float:
    return round(float(hits[among].mean()), 4) if among.any() else 0.0
