"""How well the articles would be found by questions that nobody has seen. Build time only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from knowledge_base import training
from knowledge_base.article import Article
from knowledge_base.calibration import Bars, Figures, choose_bars, measure
from knowledge_base.model import NONE, probabilities
from knowledge_base.training import OutOfScope


@dataclass(frozen=True)
class Evaluation:
    """The figures under the bars that would be chosen; `first` by slug, the share 0..1 found first; and
    `mixed_up`, how often a question of one article found another first, most often first; `misled`, the
    questions (text, right, found) that would be told another article outright, surest first."""

    figures: Figures
    bars: Bars
    first: dict[str, float]
    mixed_up: list[tuple[str, str, int]]
    misled: list[tuple[str, str, str]]


def evaluate(articles: Sequence[Article], out_of_scope: Sequence[OutOfScope]) -> Evaluation:
    """Train in folds, ask each fold's held-out questions that are sentences. Raises TooFewQuestions."""
    articles = sorted(articles, key=lambda article: article.slug)
    model, trial = training.train(articles, training.gather(articles, out_of_scope))
    trial = trial.natural()
    chances = probabilities(trial.signals, model.mix)
    bars = choose_bars(chances, trial.labels)
    found = chances[:, :-1].argmax(axis=1)
    pairs = Counter(
        (question.label, model.labels[number])
        for question, number in zip(trial.questions, found, strict=True)
        if question.label != NONE
    )
    asked = Counter(question.label for question in trial.questions)
    mixed_up = [(right, other, n) for (right, other), n in pairs.most_common() if right != other]
    first = {article.slug: pairs[article.slug, article.slug] / max(1, asked[article.slug]) for article in articles}
    surest = chances[:, :-1].max(axis=1)
    told = [number for number in np.argsort(-surest, kind="stable") if surest[number] >= bars.outright]
    misled = [
        (trial.questions[number].text, trial.questions[number].label, model.labels[found[number]])
        for number in told
        if found[number] != trial.labels[number]
    ]
    return Evaluation(measure(chances, trial.labels, bars), bars, first, mixed_up, misled)
