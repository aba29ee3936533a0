"""Reading a text with a trained model: dictionary look-ups, one gather, one sum. No scikit-learn."""

from __future__ import annotations

import functools
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.artefact import Floats, Model
from nlp.features import beside_runs, is_run, numbers_of, pointers, run_numbers, run_of, shape

Rows = NDArray[np.intp]

_MOST = 3
_EDGE = ("<begins:", "<ends:", "<leads:")
_LOOKED_AT = 8


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one head says: the best label, its probability, whether that is sure enough, the words that spoke most."""

    label: str
    score: float
    sure: bool
    reasons: tuple[str, ...]


class Reader:
    """A model, ready to read texts. May be shared between threads.

    Runs of characters, four of five features, are kept as numbers: as strings in a dictionary they would weigh 70 MB.
    """

    def __init__(self, model: Model) -> None:
        self.version = model.version
        self.judge = model.judge
        self.heads = {head.name: head for head in model.heads}
        self._weights = model.weights.astype(np.float16)
        self._squares = np.square(model.idf)
        self._bias = model.bias
        self._sharpness = np.concatenate(
            [np.full(len(head.labels), head.sharpness, dtype=np.float32) for head in model.heads]
        )
        self._starts = np.array([head.start for head in model.heads])
        self._sizes = np.array([len(head.labels) for head in model.heads])
        self._runs, self._rows_of_runs = _numbered_runs(list(model.vocabulary))
        self._others = {feature: row for feature, row in model.vocabulary.items() if not is_run(feature)}
        self._features = {row: feature for feature, row in self._others.items()}
        self._numbers = np.zeros(len(model.vocabulary) or 1, dtype=np.int64)
        self._numbers[self._rows_of_runs] = self._runs
        words = list(pointers())
        self._pointers = dict(zip(numbers_of(words).tolist(), words, strict=True))

    def feature(self, row: int) -> str:
        """The feature that a row of the weights stands for."""
        return self._features.get(row) or run_of(int(self._numbers[row]))

    def read(self, text: str, *, danger: str | None) -> Reading:
        """What all heads say about a normalised text in which the emergency rules heard `danger` (a kind) or None."""
        rows = self._rows(text, danger)
        votes = self._weights.take(rows, axis=0).astype(np.float32)
        length = float(self._squares.take(rows).sum()) ** 0.5 or 1.0
        powers = np.exp((votes.sum(axis=0) / length + self._bias) * self._sharpness)
        totals = np.add.reduceat(powers, self._starts)
        return Reading(self, rows, votes, (powers / totals.repeat(self._sizes)).tolist())

    def _rows(self, text: str, danger: str | None) -> Rows:
        """The rows of the text's features (`features.extract`): runs in one search, all others one by one."""
        shaped = shape(text)
        numbers = run_numbers(shaped)
        places = self._runs.searchsorted(numbers)
        places[places == len(self._runs)] = 0
        runs = self._rows_of_runs[places[self._runs[places] == numbers]]
        pointing = [self._pointers[number] for number in self._pointers.keys() & set(numbers.tolist())]
        others = map(self._others.get, set(beside_runs(text, shaped, pointing=pointing, danger=danger)))
        return np.concatenate((runs, np.array([row for row in others if row is not None], dtype=np.intp)))


class Reading:
    """What a model says about one text."""

    def __init__(self, reader: Reader, rows: Rows, votes: Floats, chances: list[float]) -> None:
        """`votes` has shape (features, columns), a line for each of `rows`; `chances` has a number for each column."""
        self._heads = reader.heads
        self._feature = reader.feature
        self._rows = rows
        self._votes = votes
        self._chances = chances

    def bar(self, name: str, label: str) -> float:
        """The probability from which `label` counts. Raises KeyError."""
        return self._heads[name].bars[label]

    def chance(self, name: str, label: str) -> float:
        """The calibrated probability of a label; those of a head add up to 1. Raises KeyError and ValueError."""
        head = self._heads[name]
        return self._chances[head.start + head.labels.index(label)]

    def best(self, name: str) -> str:
        """The likeliest label of a head, without reasons. Raises KeyError."""
        head = self._heads[name]
        chances = self._chances[head.start : head.start + len(head.labels)]
        return head.labels[chances.index(max(chances))]

    def answer(self, name: str, *, but: Collection[str] = ()) -> Answer:
        """The best label of a head, those in `but` left out of the choice. Raises KeyError."""
        head = self._heads[name]
        chances = self._chances[head.start : head.start + len(head.labels)]
        pairs = [pair for pair in zip(chances, head.labels, strict=True) if pair[1] not in but]
        pairs.sort(reverse=True)
        (score, label), second = pairs[0], pairs[1][0]
        return Answer(
            label=label,
            score=score,
            sure=score >= head.bars.get(label, 0.0) and score - second >= head.margin,
            reasons=self.reasons(name, label),
        )

    def reasons(self, name: str, label: str) -> tuple[str, ...]:
        """At most three words that spoke most for `label`, the strongest first."""
        head = self._heads[name]
        votes = self._votes[:, head.start + head.labels.index(label)]
        strongest = (-votes).argsort()[:_LOOKED_AT].tolist()
        return distinct(shown(self._feature(int(self._rows[row]))) for row in strongest if votes[row] > 0)


def _numbered_runs(features: Sequence[str]) -> tuple[NDArray[np.int64], Rows]:
    """The numbers of those features that are runs of characters, ascending, and the row of each."""
    rows = [row for row, feature in enumerate(features) if is_run(feature)]
    if not rows:
        return np.zeros(1, np.int64), np.zeros(1, np.intp)
    numbers = numbers_of([features[row] for row in rows])
    order = numbers.argsort()
    return numbers[order], np.array(rows, dtype=np.intp)[order]


def distinct(words: Iterable[str]) -> tuple[str, ...]:
    """The first three of `words` that are not empty; of one inside another the longer."""
    found: list[str] = []
    for word in words:
        if word and not any(word in other for other in found):
            found = [other for other in found if other not in word] + [word]
    return tuple(found[:_MOST])


@functools.lru_cache(maxsize=65536)
def shown(feature: str) -> str:
    """The word or run of characters in a feature; empty for single characters and for facts."""
    word = feature.rpartition(":")[2].strip("^$ ,.!?/") if feature.startswith(_EDGE) else feature.strip("^$ ,.!?/")
    return "" if len(word) < 2 or word[0] == "<" else word
