"""The classifier that all models here are made of: linear support vectors over tf-idf. Training time only.

One machine for each label. Features that stand mostly with a label, or mostly without it, are made cheaper for the
machine to use (the log-count ratio of S. Wang and C. D. Manning, Baselines and Bigrams, ACL 2012, to the power `tilt`),
which lets it trust rare but telling words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from joblib import Parallel, delayed  # type: ignore[import-untyped]  # comes with scikit-learn, no types
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags  # type: ignore[import-untyped]  # scipy ships no types
from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]  # no types
from sklearn.svm import LinearSVC  # type: ignore[import-untyped]  # no types

SEED = 20
_NEVER = -9.0
_MANY = 10_000  # texts from which it is worth while to let every core fit machines
_SMOOTH = 0.5
_CLOSE = 1e-3  # no answer changes below, and a third of the time is won

Matrix = NDArray[np.float64]


@dataclass(frozen=True)
class Settings:
    """`strength` is LinearSVC's C; `tilt` as above, 0 for none; with `counts` it matters how often a feature stands."""

    strength: float
    tilt: float = 0.0
    counts: bool = False


def vectoriser(*, counts: bool = False, least: int = 2) -> TfidfVectorizer:
    """From lists of features to tf-idf of length 1; features of fewer than `least` texts are left out."""
    return TfidfVectorizer(analyzer=list, binary=not counts, sublinear_tf=counts, min_df=least)


def fit(matrix: csr_matrix, truth: Sequence[str], labels: Sequence[str], settings: Settings) -> tuple[Matrix, Matrix]:
    """Weights (labels, features) and biases (labels,); a label without a text never wins."""
    weights = np.zeros((len(labels), matrix.shape[1]))
    biases = np.full(len(labels), _NEVER)
    told = np.asarray(truth)
    known = [label for label in labels if label in set(truth)]
    asked = known[1:] if len(known) == 2 else known
    jobs = -1 if matrix.shape[0] >= _MANY else 1
    fitted = Parallel(n_jobs=jobs)(delayed(_machine)(matrix, told == label, settings) for label in asked)
    for label, (column, bias) in zip(asked, fitted, strict=True):
        weights[labels.index(label)], biases[labels.index(label)] = column, bias
    if len(known) == 2:  # one machine, read from both sides
        one, two = map(labels.index, known)
        weights[one], biases[one] = -weights[two], -biases[two]
    return weights, biases


def _machine(matrix: csr_matrix, wanted: NDArray[np.bool_], settings: Settings) -> tuple[Matrix, float]:
    tilt = _tilt(matrix, wanted) ** settings.tilt if settings.tilt else np.ones(matrix.shape[1])
    tilt /= tilt.mean()
    machine = LinearSVC(C=settings.strength, class_weight="balanced", tol=_CLOSE, random_state=SEED)
    machine.fit(matrix @ diags(tilt), wanted)
    return machine.coef_[0] * tilt, float(machine.intercept_[0])


def _tilt(matrix: csr_matrix, wanted: NDArray[np.bool_]) -> Matrix:
    """|log of (share among the wanted texts / share among the others)| for each feature."""
    shares = [np.asarray(matrix[rows].sum(axis=0)).ravel() + _SMOOTH for rows in (wanted, ~wanted)]
    with_it, without = (share / share.sum() for share in shares)
    return np.asarray(np.abs(np.log(with_it / without)))
