"""The measures of the report."""

from __future__ import annotations

import pytest

from nlp.evaluate import macro, scores

PAIRS = [("a", "a"), ("a", "b"), ("b", "b"), ("b", "b")]


def test_precision_recall_and_f1_of_a_label() -> None:
    assert scores(PAIRS, "a") == pytest.approx((1.0, 0.5, 2 / 3))
    assert scores(PAIRS, "b") == pytest.approx((2 / 3, 1.0, 0.8))


def test_a_label_never_said_scores_nothing() -> None:
    assert scores(PAIRS, "c") == (0.0, 0.0, 0.0)


def test_macro_counts_every_true_label_the_same() -> None:
    assert macro(PAIRS) == pytest.approx((2 / 3 + 0.8) / 2)
