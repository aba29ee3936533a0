"""Learning from known rumours which message repeats which: the judge of `nlp.claim_matching`. Training time only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]  # scipy ships no types
from scipy.special import expit  # type: ignore[import-untyped]
from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]  # no types

from nlp import linear
from nlp.artefact import Differences, Judge, Model, Scale, halved, numbered
from nlp.claim_matching import AGAINST, ALIKE, CLAIM, TOLD, candidate, claim_clue, differing
from nlp.classify import Reader
from nlp.corpus import Row
from nlp.corpus.pairs import Kind, Rumours, Telling
from nlp.linear import Matrix, Settings
from nlp.normalise import normalise
from nlp.similarity import Known

DIFFERENCES = Settings(1.0)
"""The best of a few on subjects that the weights had not seen."""

FOLDS = 5
STRENGTH = 1.0
"""The inverse of the penalty on weights for clues of unit variance, as scikit-learn's C."""

BESIDE = 2000
"""How many messages of the corpus, which repeat nothing, are learned from beside those of the rumours."""

LEDGER = 40
"""How many statements a community's ledger holds while they are of interest."""

ANSWERED, SHOWN = (0.15, 0.03), (0.35, 0.1)
"""The shares of near misses, and of messages about something else, that may count as a repetition, and that staff may
be shown in vain. These near misses were written to be as near as can be; of what residents really write far less is."""


@dataclass(frozen=True)
class Example:
    """A message beside the known statement that it is most like: the clues, and what differs."""

    kind: Kind
    subject: str
    text: str
    clues: dict[str, float]
    differs: list[str]
    about: bool  # that statement is the one that the message repeats or misses by a hair


def add_judge(model: Model, rumours: Rumours, rows: Sequence[Row]) -> Model:
    """`model` with a judge that learned from `rumours`; `rows` are messages that repeat none of them."""
    step = max(1, len(rows) // BESIDE)
    beside = [Telling(text=row.text, kind=Kind.OTHER, of=None, subject=f"/{row.topic}") for row in rows[::step]]
    examples = [one for known, messages in _ledgers(rumours, beside) for one in _examples(known, messages)]
    ours = [place for place, one in enumerate(examples) if one.about]
    differences, unseen = _differences([examples[place] for place in ours])
    scores = dict(zip(ours, unseen, strict=True))
    reader = Reader(model)
    clues = []
    for place, one in enumerate(examples):
        told = scores[place] if place in scores else differences.score(one.differs)
        clues.append(one.clues | {TOLD: told, CLAIM: claim_clue(reader, one.text)})
    judge = Judge(
        differences=differences,
        about=_scale(clues, [one.about for one in examples], names=ALIKE),
        told=_scale(
            [clues[place] for place in ours],
            [examples[place].kind is Kind.PARAPHRASE for place in ours],
            names=(*AGAINST, TOLD, CLAIM),
        ),
        suggest=0.0,
        answer=1.0,
    )
    return replace(
        model, judge=_with_bars(judge, [(one.kind, judge.chance(c)) for one, c in zip(examples, clues, strict=True)])
    )


def _differences(examples: Sequence[Example]) -> tuple[Differences, list[float]]:
    """What was learned from repetitions and near misses; the score of each by what was learned without its subject."""
    vectoriser = linear.vectoriser()
    matrix = vectoriser.fit_transform(one.differs for one in examples)
    told = [str(one.kind is Kind.PARAPHRASE) for one in examples]

    def fitted(places: NDArray[np.intp]) -> Differences:
        weights, biases = linear.fit(matrix[places], [told[place] for place in places], ("False", "True"), DIFFERENCES)
        return Differences(
            vocabulary=numbered(vectoriser.get_feature_names_out()),
            votes=halved(weights[1] * vectoriser.idf_),
            idf=halved(vectoriser.idf_),
            bias=float(biases[1]),
        )

    subjects = [one.subject for one in examples]
    scores = [0.0] * len(examples)
    for seen, held in GroupKFold(min(FOLDS, len(set(subjects)))).split(examples, groups=subjects):
        found = fitted(seen)
        for place in held:
            scores[place] = found.score(examples[place].differs)
    return fitted(np.arange(len(examples))), scores


def _about(rumours: Rumours) -> list[Telling]:
    return [one for one in rumours.messages if one.kind is not Kind.OTHER]


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


def _examples(known: Known, messages: Sequence[Telling]) -> Iterator[Example]:
    for one in messages:
        text = normalise(one.text)
        found = candidate(known, text)
        if found is None:
            continue
        number, clues = found
        yield Example(
            kind=one.kind,
            subject=one.subject,
            text=text,
            clues=clues,
            differs=sorted(differing(text, known.texts[number])),
            about=one.of == known.ids[number],
        )


def _scale(clues: Sequence[Mapping[str, float]], truth: Sequence[bool], *, names: Sequence[str]) -> Scale:
    """Logistic regression with an L2 penalty in which likeness never speaks against, nor a contradiction for.

    Without these bounds it would learn that near misses, written to share words, share more of them than repetitions.
    """
    matrix = np.array([[float(one[name]) for name in names] for one in clues])
    mean, spread = matrix.mean(axis=0), matrix.std(axis=0) + 1e-9
    scaled, sign = (matrix - mean) / spread, np.where(truth, 1.0, -1.0)

    def loss(values: Matrix) -> tuple[float, Matrix]:
        weights, margins = values[:-1], sign * (scaled @ values[:-1] + values[-1])
        pull = -sign * expit(-margins)
        slope = np.append(scaled.T @ pull + weights / STRENGTH, pull.sum())
        return float(np.logaddexp(0, -margins).sum() + weights @ weights / (2 * STRENGTH)), slope

    bounds = [(None, 0.0) if name in AGAINST else (0.0, None) for name in names]
    found = minimize(loss, np.zeros(len(names) + 1), jac=True, method="L-BFGS-B", bounds=[*bounds, (None, None)])
    weights = found.x[:-1] / spread
    return Scale(
        weights=dict(zip(names, weights.tolist(), strict=True)), bias=float(found.x[-1] - (weights * mean).sum())
    )


def _with_bars(judge: Judge, judged: Sequence[tuple[Kind, float]]) -> Judge:
    near, others = (
        np.sort([chance for kind, chance in judged if kind is wanted])[::-1] for wanted in (Kind.NEAR_MISS, Kind.OTHER)
    )
    answer, suggest = (max(_bar(near, bars[0]), _bar(others, bars[1])) for bars in (ANSWERED, SHOWN))
    return replace(judge, answer=answer, suggest=min(answer, suggest))


def _bar(descending: Matrix, allowed: float) -> float:
    """The bar that at most the share `allowed` of the chances reaches."""
    return float(descending[min(len(descending) - 1, int(allowed * len(descending)))] + 1e-6)
