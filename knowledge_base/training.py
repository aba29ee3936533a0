"""The scoring model made from the articles' variants, tried by cross-validation. Build time only: imports
scikit-learn.

Every figure comes from questions that the model in question has not seen: whole variants and whole
out-of-scope messages are held out.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import log

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]  # scipy ships no types
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.naive_bayes import MultinomialNB  # type: ignore[import-untyped]
from sklearn.svm import LinearSVC  # type: ignore[import-untyped]

from knowledge_base import fulltext
from knowledge_base.article import Article, question_key
from knowledge_base.features import features
from knowledge_base.model import NONE, SIGNALS, Floats, Ints, Model, probabilities

FOLDS = 4
# Real questions are sentences, while most variants are a few words that leave out what makes them easy. Mix and bars
# are made for the former: a variant shorter than this teaches the model, but is no sample of the traffic.
NATURAL_LENGTH = 12
LEAST_NATURAL = 200  # questions, or all count: a small shelf of articles
_RARE = 2  # a pair or a piece that stands in fewer texts is no evidence; a word or a concept is
_STRENGTH = 0.3  # C of the support vector machine; 0.1 to 1 differ by less than a point
# Smoothing and share of the naive Bayes evidence: a point and a half of the held-out sentences found first.
_SMOOTHING = 0.2
_EVIDENCE = 0.1
# Weight of words, pairs of words, single characters, pieces of two or three characters, concepts, aims. Measured:
# single characters carry three points of the held-out questions found first, aims two points of the out-of-scope
# messages refused, the rest of the weights hardly matters.
_KINDS: Mapping[str, float] = {"w": 1.0, "p": 0.5, "s": 1.6, "c": 0.9, "k": 1.2, "a": 2.5}
_SENTENCE_END = re.compile(r"[\n。；！？]")
_LIST_MARK = re.compile(r"^[\s\d.\-#*、]+")


@dataclass(frozen=True)
class Question:
    """A question and the slug of its article, `NONE` if none. Questions of one `fold` are held out
    together."""

    text: str
    label: str
    fold: int


@dataclass(frozen=True)
class OutOfScope:
    """A message that no article answers; `kind` says what it is about instead."""

    text: str
    kind: str


@dataclass(frozen=True)
class Trial:
    """Held-out questions: `signals` (N, L, SIGNALS), the right `labels` (N; L - 1 is none of them)."""

    questions: tuple[Question, ...]
    signals: Floats
    labels: Ints

    def natural(self) -> Trial:
        """The part that resembles what residents send: questions that are sentences, and whatever lies
        beside the catalogue; all of it where that leaves too few."""
        long = np.array([len(question.text) >= NATURAL_LENGTH for question in self.questions])
        inside = np.array([question.label != NONE for question in self.questions])
        if (long & inside).sum() < LEAST_NATURAL:
            return self
        kept = np.flatnonzero(long | ~inside)
        questions = tuple(self.questions[number] for number in kept)
        return Trial(questions, self.signals[kept], self.labels[kept])


class TooFewQuestions(Exception):
    """There are too few variants of an article, or messages beside them, to be held out in turn."""


def gather(articles: Sequence[Article], out_of_scope: Sequence[OutOfScope]) -> list[Question]:
    """Variants, near misses (for the article they name, if it is here) and out-of-scope messages, each once.

    Raises TooFewQuestions where a label would have none left once a fold is held out.
    """
    slugs = {article.slug for article in articles}
    claims = [(text, article.slug) for article in articles for text in article.variants]
    claims += [(miss.text, miss.slug) for article in articles for miss in article.near_misses if miss.slug in slugs]
    places: Counter[str] = Counter()
    found: dict[str, Question] = {}
    for text, label in claims:
        fold, places[label] = places[label] % FOLDS, places[label] + 1
        found.setdefault(question_key(text), Question(text, label, fold))
    for number, message in enumerate(sorted(out_of_scope, key=lambda one: (one.kind, one.text))):
        found.setdefault(question_key(message.text), Question(message.text, NONE, number % FOLDS))
    if len(out_of_scope) < FOLDS or len(slugs) < 2 or any(places[slug] < FOLDS for slug in slugs):
        raise TooFewQuestions(f"{len(slugs)} articles, {len(out_of_scope)} beside, {dict(places)}")
    return list(found.values())


def train(articles: Sequence[Article], questions: Sequence[Question]) -> tuple[Model, Trial]:
    """The model over all questions, and the held-out trial that its mix was fitted on."""
    trial = join(held_out(articles, questions, fold=fold) for fold in range(FOLDS))
    return replace(fit(articles, questions), mix=fit_mix(trial.natural())), trial


def join(trials: Iterable[Trial]) -> Trial:
    """Several trials of the same labels as one."""
    parts = list(trials)
    return Trial(
        questions=tuple(question for part in parts for question in part.questions),
        signals=np.concatenate([part.signals for part in parts]),
        labels=np.concatenate([part.labels for part in parts]),
    )


def held_out(articles: Sequence[Article], questions: Sequence[Question], *, fold: int) -> Trial:
    """What a model that never saw the questions of `fold` makes of them."""
    seen = [question for question in questions if question.fold != fold]
    held = tuple(question for question in questions if question.fold == fold)
    model = fit(articles, seen)
    db = sqlite3.connect(":memory:")
    fulltext.create(db, (fulltext.row(a, [q.text for q in seen if q.label == a.slug]) for a in articles))
    signals = [
        model.signals(features(question.text), fulltext.scores(db, question.text, model.labels)) for question in held
    ]
    db.close()
    numbers = {label: number for number, label in enumerate(model.labels)}
    labels = np.array([numbers[question.label] for question in held], np.int32)
    return Trial(held, np.stack(signals), labels)


def fit(articles: Sequence[Article], questions: Sequence[Question]) -> Model:
    """Linear model and vectors over `questions` and the articles' own sentences; the mix is still empty."""
    labels = (*sorted(article.slug for article in articles), NONE)
    numbers = {label: number for number, label in enumerate(labels)}
    texts = [(numbers[question.label], question.text) for question in questions]
    texts += [(numbers[article.slug], text) for article in articles for text in sentences(article)]
    texts.sort()
    target = np.array([label for label, _ in texts], np.int32)
    bags = [features(text) for _, text in texts]
    counts = Counter(name for bag in bags for name in bag)
    vocabulary = tuple(sorted(name for name, n in counts.items() if n >= _RARE or name[0] in "wka"))
    idf = np.array([_KINDS[n[0]] * (1 + log(len(bags) / counts[n])) for n in vocabulary], np.float32)
    matrix = _matrix(bags, vocabulary=vocabulary, idf=idf)
    weights, bias = _linear(matrix, target)
    columns = matrix.tocsc()
    return Model(
        vocabulary=vocabulary,
        labels=labels,
        idf=idf,
        weights=weights.astype(np.float16),
        bias=bias.astype(np.float32),
        starts=columns.indptr.astype(np.int32),
        rows=columns.indices.astype(np.int32),
        values=columns.data.astype(np.float16),
        firsts=np.searchsorted(target, np.arange(len(labels))).astype(np.int32),
        mix=np.zeros((2, SIGNALS + 1), np.float32),
    )


def _linear(matrix: csr_matrix, target: Ints) -> tuple[Floats, Floats]:
    """(F, L) weights and (L) bias: a support vector machine, and the naive Bayes evidence of each feature
    added to it, which speaks where a question shares only what is rare."""
    machine = LinearSVC(C=_STRENGTH, random_state=0).fit(matrix, target)
    evidence = MultinomialNB(alpha=_SMOOTHING, fit_prior=False).fit(matrix, target).feature_log_prob_
    return (machine.coef_ + _EVIDENCE * (evidence - evidence.mean(axis=0))).T, machine.intercept_


def sentences(article: Article) -> list[str]:
    """Title, short form and body in sentences, without list marks; very short ones are left out."""
    text = "\n".join((article.title, article.short, article.body))
    plain = (_LIST_MARK.sub("", sentence).strip() for sentence in _SENTENCE_END.split(text))
    return [sentence for sentence in plain if len(sentence) >= 4]


def _matrix(bags: Sequence[Sequence[str]], *, vocabulary: Sequence[str], idf: Floats) -> csr_matrix:
    """(N, F) sparse: the idf of each bag's known features, every row of length 1."""
    index = {name: number for number, name in enumerate(vocabulary)}
    numbers = [[index[name] for name in bag if name in index] for bag in bags]
    ends = np.cumsum([0, *map(len, numbers)])
    columns = np.array([number for row in numbers for number in row], np.int32)
    data: Floats = idf[columns]
    lengths = [float(np.sqrt(data[a:b] @ data[a:b])) or 1.0 for a, b in pairwise(ends)]
    spread: Floats = np.repeat(np.array(lengths, np.float32), np.diff(ends))
    data = np.divide(data, spread)
    return csr_matrix((data, columns, ends), shape=(len(bags), len(vocabulary)))


def fit_mix(trial: Trial) -> Floats:
    """(2, SIGNALS + 1) worth of the signals that makes the held-out right answers likeliest."""
    signals = trial.signals.astype(np.float64)
    rows = np.arange(len(trial.labels))

    def loss(flat: NDArray[np.float64]) -> float:
        chances = probabilities(signals, flat.reshape(2, -1))
        likely = np.maximum(chances[rows, trial.labels], 1e-9)
        return float(-np.log(likely).mean() + 1e-4 * (flat @ flat))

    start = np.zeros((2, SIGNALS + 1))
    start[:, :3] = 1
    found = minimize(loss, start.ravel(), method="L-BFGS-B")
    mix: Floats = np.round(found.x.reshape(2, -1), 4).astype(np.float32)
    return mix
