"""Learning from known rumours which message repeats which: the judge of `nlp.claim_matching`. Training time only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]  # scipy ships no types
from scipy.special import expit  # type: ignore[import-untyped]

from nlp.artefact import Judge, Model
from nlp.claim_matching import AGAINST, TOLD, candidates, told
from nlp.classify import Reader, Reading
from nlp.corpus import Row
from nlp.corpus.pairs import Kind, Rumours, Telling
from nlp.emergency import look
from nlp.linear import Matrix
from nlp.normalise import normalise
from nlp.similarity import Known
from nlp.taxonomy import Intent, Urgency

STRENGTH = 1.0
"""The inverse of the penalty on weights for clues of unit variance, as scikit-learn's C."""

BESIDE = 2000
"""How many messages of the corpus, which repeat nothing, are learned from beside those of the rumours."""

LEDGER = 40
"""How many statements a community's ledger holds while they are of interest."""

ANSWERED, SHOWN = 0.15, 0.35
"""The shares of near misses that may count as a repetition, and that staff may be shown in vain. These near misses were
written to be as near as can be; of what residents really write far less is."""


def told_rows(rumours: Rumours) -> list[Row]:
    """Repetitions (claim true) and near misses (claim false) as rows that a head can learn from, by subject."""
    return [
        Row(
            place=one.of or "",
            text=one.text,
            intent=Intent.SHARING,
            need=None,
            urgency=Urgency.ROUTINE,
            claim=one.kind is Kind.PARAPHRASE,
            harm=None,
            topic=one.subject,
        )
        for one in _about(rumours)
    ]


def _about(rumours: Rumours) -> list[Telling]:
    return [one for one in rumours.messages if one.kind is not Kind.OTHER]


def add_judge(model: Model, rumours: Rumours, rows: Sequence[Row], *, unseen: Matrix) -> Model:
    """`model` with a judge. `unseen` are the chances of `told_rows`, each by a head that saw none of its subject."""
    reader = Reader(model)
    chances = dict(zip((one.text for one in _about(rumours)), unseen.tolist(), strict=True))
    step = max(1, len(rows) // BESIDE)
    beside = [Telling(text=row.text, kind=Kind.OTHER, of=None, subject="") for row in rows[::step]]
    examples = [
        (one, known.ids[number], clues | {TOLD: told(_reading(reader, one.text), chances.get(one.text))})
        for known, messages in _ledgers(rumours, beside)
        for one in messages
        for number, clues in candidates(known, normalise(one.text))
    ]
    names = sorted(examples[0][2])
    matrix = np.array([[float(clues[name]) for name in names] for _, _, clues in examples])
    right = np.array([one.kind is Kind.PARAPHRASE and one.of == found for one, found, _ in examples])
    judge = _fit(names, matrix, right)
    judged = np.array([judge.chance(clues) for _, _, clues in examples])
    return replace(model, judge=_with_bars(judge, judged, [one.kind for one, _, _ in examples]))


def _ledgers(rumours: Rumours, beside: Sequence[Telling]) -> list[tuple[Known, list[Telling]]]:
    """The rumours dealt into ledgers as a community has them, each with the messages about its rumours and a share of
    all others: how alike a stranger's message is to the nearest statement depends on how many statements there are."""
    count = max(1, len(rumours.known) // LEDGER)
    others = [*(one for one in rumours.messages if one.kind is Kind.OTHER), *beside]
    dealt = []
    for place in range(count):
        ours = rumours.known[place::count]
        ids = {one.id for one in ours}
        messages = [one for one in _about(rumours) if one.of in ids] + others[place::count]
        dealt.append((Known((one.id, one.text) for one in ours), messages))
    return dealt


def _reading(reader: Reader, text: str) -> Reading:
    text = normalise(text)
    danger = look(text)
    return reader.read(text, danger=danger.kind if danger else None)


def _fit(names: Sequence[str], matrix: Matrix, right: NDArray[np.bool_]) -> Judge:
    """Logistic regression with an L2 penalty in which likeness never speaks against, nor a contradiction for.

    Without these bounds it would learn that near misses, written to share words, share more of them than repetitions.
    """
    mean, spread = matrix.mean(axis=0), matrix.std(axis=0) + 1e-9
    scaled, sign = (matrix - mean) / spread, np.where(right, 1.0, -1.0)

    def loss(values: Matrix) -> tuple[float, Matrix]:
        weights, margins = values[:-1], sign * (scaled @ values[:-1] + values[-1])
        pull = -sign * expit(-margins)
        slope = np.append(scaled.T @ pull + weights / STRENGTH, pull.sum())
        return float(np.logaddexp(0, -margins).sum() + weights @ weights / (2 * STRENGTH)), slope

    bounds = [(None, 0.0) if name in AGAINST else (0.0, None) for name in names]
    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)])
    weights = found.x[:-1] / spread
    return Judge(
        weights=dict(zip(names, weights.tolist(), strict=True)),
        bias=float(found.x[-1] - (weights * mean).sum()),
        suggest=0.0,
        answer=1.0,
    )


def _with_bars(judge: Judge, chances: Matrix, kinds: Sequence[Kind]) -> Judge:
    near = np.sort(chances[[one is Kind.NEAR_MISS for one in kinds]])[::-1]
    return replace(judge, answer=_bar(near, ANSWERED), suggest=_bar(near, SHOWN))


def _bar(descending: Matrix, allowed: float) -> float:
    """The bar that at most the share `allowed` of the chances reaches."""
    return float(descending[min(len(descending) - 1, int(allowed * len(descending)))] + 1e-6)
