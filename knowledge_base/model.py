"""The scoring model in memory: a question's features in, a probability for each article and for "none of
them" out.

Four signals speak for an article: a linear model over the question's features, the likest of its
variants, the likeness of its variants altogether, and full text (BM25, handed in). A conditional logit
weighs them; "none of them" is one more alternative, with signals of its own: words that no variant has,
and aims (prices, jobs, homework …) that no article serves. All arrays are made by
`training`; here is only numpy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int32]

FORMAT = 2  # of the snapshot; raised when an older program could not read it
NONE = ""  # the label of questions that no article answers; always the last
SIGNALS = 6  # linear, likest, altogether, full text; of "none of them" only: unknown words, aims
MOST_AIMS = 2


@dataclass(frozen=True)
class Model:
    """F features, L labels (slugs in order, then `NONE`), V variants sorted by label.

    `idf` (F) weight of a feature; `weights` (F, L) and `bias` (L) the linear model; the variants' vectors
    by feature: variants `rows[starts[f]:starts[f + 1]]` hold feature f with `values`; `firsts` (L) the
    first variant of each label; `mix` (2, SIGNALS + 1) what each signal is worth for an article and for
    `NONE`, a constant last.
    """

    vocabulary: tuple[str, ...]
    labels: tuple[str, ...]
    idf: Floats
    weights: NDArray[np.float16]
    bias: Floats
    starts: Ints
    rows: Ints
    values: NDArray[np.float16]
    firsts: Ints
    mix: Floats

    @cached_property
    def index(self) -> dict[str, int]:
        """Feature to its number."""
        return {feature: number for number, feature in enumerate(self.vocabulary)}

    def signals(self, features: Sequence[str], full_text: Floats) -> Floats:
        """(L, SIGNALS) for a question; `full_text` (L) are its BM25 scores, 0 for `NONE`."""
        known, vector, unknown = self.vector(features)
        table = np.zeros((len(self.labels), SIGNALS), np.float32)
        table[:, 0] = vector @ self.weights[known].astype(np.float32) + self.bias
        alike = self.likeness(known, vector)
        table[:, 1] = np.maximum.reduceat(alike, self.firsts)
        table[:, 2] = np.sqrt(np.add.reduceat(alike**2, self.firsts))
        table[:, 3] = full_text
        table[-1, 4] = unknown
        table[-1, 5] = min(MOST_AIMS, sum(name.startswith("a:") for name in features))
        return table

    def vector(self, features: Iterable[str]) -> tuple[Ints, Floats, float]:
        """Numbers and weights of the known features (length 1 together), and the unknown share of the
        words in 0..1."""
        features = list(features)
        known = np.array([self.index[name] for name in features if name in self.index], np.int32)
        vector = self.idf[known]
        length = float(np.sqrt(vector @ vector))
        return known, vector / (length or 1.0), unknown_share(features, self.index)

    def likeness(self, known: Ints, vector: Floats) -> Floats:
        """(V) cosine of each variant with the question."""
        spans = [(self.starts[f], self.starts[f + 1]) for f in known]
        count = int(self.firsts_end)
        if not spans:
            return np.zeros(count, np.float32)
        rows = np.concatenate([self.rows[start:end] for start, end in spans])
        values = np.concatenate([self.values[start:end] for start, end in spans]).astype(np.float32)
        shares = np.repeat(vector, [end - start for start, end in spans])
        return np.bincount(rows, weights=values * shares, minlength=count).astype(np.float32)

    @cached_property
    def firsts_end(self) -> int:
        """V, the number of variants."""
        return int(self.rows.max()) + 1 if len(self.rows) else 0

    def reasons(self, features: Iterable[str], label: int, *, limit: int = 4) -> tuple[str, ...]:
        """The question's words that speak most for the label rather than for the others, strongest first.

        One that says less than a quarter of what the strongest says is left out.
        """
        known, vector, _ = self.vector(features)
        pull = self.weights[known].astype(np.float32)
        pull = (pull[:, label] - pull.mean(axis=1)) * vector
        spoken = [(float(p), self.vocabulary[f][2:]) for p, f in zip(pull, known, strict=True) if self._is_word(f)]
        spoken.sort(key=lambda one: (-one[0], one[1]))
        return tuple(word for strength, word in spoken[:limit] if strength > max(0.0, spoken[0][0] / 4))

    def _is_word(self, feature: int) -> bool:
        return self.vocabulary[feature].startswith("w:")


def unknown_share(features: Sequence[str], index: dict[str, int]) -> float:
    """Share of a question's two-character pieces that no variant has ever contained, 0..1."""
    pieces = [name for name in features if name.startswith("c:") and len(name) == 4]
    return sum(name not in index for name in pieces) / len(pieces) if pieces else 1.0


def probabilities(signals: Floats, mix: Floats) -> Floats:
    """(…, L) chances from (…, L, SIGNALS): a softmax over the signals' worth. The last label weighs by
    `mix[1]`."""
    worth = signals @ mix[0, :-1] + mix[0, -1]
    worth[..., -1] = signals[..., -1, :] @ mix[1, :-1] + mix[1, -1]
    worth -= worth.max(axis=-1, keepdims=True)
    chances: Floats = np.exp(worth)
    chances /= chances.sum(axis=-1, keepdims=True)
    return chances
