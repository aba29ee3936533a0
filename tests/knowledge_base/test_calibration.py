"""The bars keep within their limits on the questions that they were chosen on."""

from __future__ import annotations

import numpy as np
import pytest

from knowledge_base import calibration, training
from knowledge_base.calibration import Bars, choose_bars, measure
from knowledge_base.model import NONE, SIGNALS
from knowledge_base.training import Question, Trial

# Columns: article 0, article 1, none of them.
CHANCES = np.array([[0.9, 0.05, 0.05], [0.7, 0.2, 0.1], [0.6, 0.3, 0.1], [0.1, 0.1, 0.8]])
LABELS = np.array([0, 1, 0, 2], np.int32)


def test_a_trial_is_counted_as_residents_would_meet_it() -> None:
    figures = measure(CHANCES, LABELS, Bars(outright=0.65, choices=0.5))
    assert (figures.first, figures.right, figures.wrong) == (0.6667, 0.3333, 0.3333)
    assert (figures.among_three, figures.refused, figures.offered) == (1.0, 1.0, 0.0)


def test_an_out_of_scope_message_above_the_bar_is_not_refused() -> None:
    figures = measure(CHANCES, np.array([2, 1, 0, 2], np.int32), Bars(outright=0.8, choices=0.5))
    assert figures.refused == 0.5


def test_the_bars_keep_the_wrong_and_the_leaked_within_their_limits() -> None:
    chances = np.random.default_rng(1).dirichlet([1, 1, 1], 2000)
    labels = np.random.default_rng(2).integers(0, 3, 2000).astype(np.int32)
    figures = measure(chances, labels, choose_bars(chances, labels))
    assert 0 < figures.wrong <= calibration.WRONG_AT_MOST
    assert 1 - figures.refused <= calibration.LEAKED_AT_MOST
    assert figures.offered <= calibration.OFFERED_AT_MOST


@pytest.mark.parametrize("certain", [0, 1])
def test_a_wrong_answer_that_is_certain_pushes_the_bar_above_it(certain: int) -> None:
    chances = np.array([[0.95, 0.03, 0.02], [0.5, 0.3, 0.2]])
    labels = np.array([1 if certain else 0, 0], np.int32)
    bars = choose_bars(chances, labels)
    assert (bars.outright > 0.95) == bool(certain)


def trial_of(*texts: str) -> Trial:
    """Questions of one article, but those that begin with ！ are out of scope."""
    labels = [NONE if text.startswith("！") else "gas-leak" for text in texts]
    questions = tuple(Question(text, label, 0) for text, label in zip(texts, labels, strict=True))
    return Trial(questions, np.zeros((len(texts), 2, SIGNALS)), np.array([int(one == NONE) for one in labels]))


def test_the_bars_are_chosen_on_questions_that_are_sentences(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training, "LEAST_NATURAL", 1)
    sample = trial_of("漏气", "厨房里有一股臭鸡蛋味道怎么办", "！你好").natural()
    assert [one.text for one in sample.questions] == ["厨房里有一股臭鸡蛋味道怎么办", "！你好"]
    assert len(sample.signals) == len(sample.labels) == 2


def test_a_shelf_without_sentences_is_judged_by_what_it_has() -> None:
    assert len(trial_of("漏气", "有味道", "！你好").natural().questions) == 3
