"""`python -m nlp train`: from labelled messages to a model. The only modules that import scikit-learn are this and
`evaluate`; the bot never imports either.

Linear support vectors over one space of features, one column of weights for each label of each question. How strong the
regularisation is, how sure the scores are, and from where on an answer counts, is all decided on messages of topics
that the fitted weights have not seen.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags, vstack  # type: ignore[import-untyped]  # scipy ships no types
from sklearn.model_selection import GroupKFold  # type: ignore[import-untyped]  # no types

from nlp import artefact, linear
from nlp.analysis import HINTED
from nlp.artefact import Head, Model, halved, numbered
from nlp.corpus import NEVER_A_NEED, Row, problems, read
from nlp.corpus.pairs import Rumours, read_rumours
from nlp.corpus.terse import tersely
from nlp.emergency import look
from nlp.features import DANGER, extract
from nlp.linear import Matrix, Settings
from nlp.normalise import normalise
from nlp.taxonomy import Harm, Intent, Need, Urgency
from nlp.train_matching import add_judge

SHIPPED = Path("var/shipped/model")
PRIOR = {
    "inquiry": 0.25, "help": 0.2, "complaint": 0.15, "report": 0.12, "chat": 0.12,
    "sharing": 0.06, "suggestion": 0.04, "praise": 0.03, "offer": 0.03,
}  # fmt: skip
"""What residents plausibly write to a community, as shares. The corpus has far more rumours and small talk."""

PRIOR_WEIGHT = 0.5
"""How far the scores lean to `PRIOR`; from one half on nothing more was won in topics that the model had not seen."""

CLAIM_FALSE_ALARMS = 0.017
"""The share of messages without a claim that may be flagged as one."""

EMERGENCY_FALSE_ALARMS = 0.004
"""The share of the corpus' routine messages, many of them near misses, that the model may raise to an emergency by
itself; the same share again where the rules give it a hint."""

CAUTIOUS_BARS = (0.15, 0.2, 0.25, 0.3, 0.35)
FOLDS = 3


@dataclass(frozen=True, kw_only=True)
class Question:
    """What one head is asked: its labels, the label of a row, which rows can teach it.

    `settings` are the best of a few on topics that the weights had not seen. The head for urgency does not see what the
    emergency rules heard (`sees_danger`): it is there for what they miss.
    """

    name: str
    labels: tuple[str, ...]
    of: Callable[[Row], str]
    settings: Settings
    teaches: Callable[[Row], bool] = lambda row: True
    sees_danger: bool = True


QUESTIONS = (
    Question(
        name="intent", labels=tuple(map(str, Intent)), of=lambda row: row.intent, settings=Settings(0.6, tilt=0.25)
    ),
    Question(
        name="need",
        labels=tuple(map(str, Need)),
        of=lambda row: row.need or "",
        settings=Settings(2.0),
        teaches=lambda row: row.need is not None,
    ),
    Question(
        name="needed",
        labels=("false", "true"),
        of=lambda row: "true" if row.need else "false",
        settings=Settings(0.6),
        teaches=lambda row: row.intent == Intent.INQUIRY,
    ),
    Question(
        name="urgency",
        labels=tuple(map(str, Urgency)),
        of=lambda row: row.urgency,
        settings=Settings(0.2, tilt=0.25),
        sees_danger=False,
    ),
    Question(
        name="claim",
        labels=("false", "true"),
        of=lambda row: "true" if row.claim else "false",
        settings=Settings(2.0, tilt=0.25),
    ),
    Question(
        name="harm",
        labels=tuple(map(str, Harm)),
        of=lambda row: row.harm or "",
        settings=Settings(0.3),
        teaches=lambda row: row.claim,
    ),
)


@dataclass(frozen=True, kw_only=True)
class Unseen:
    """A head's scores (rows, labels) for messages that the scoring weights had not seen, and the true columns."""

    rows: Sequence[Row]
    scores: Matrix
    truth: NDArray[np.int64]


def train(rows: Sequence[Row], rumours: Rumours | None = None) -> Model:
    """A model of `rows`, and of `rumours` where it shall match them; the same input gives the same model.

    20,000 rows take about a minute on one core.
    """
    vectoriser = linear.vectoriser()
    once_more = list(tersely(rows))
    taught = [*rows, *once_more]
    messages = vstack(
        [
            vectoriser.fit_transform(features_of(row.text) for row in rows),
            vectoriser.transform(features_of(row.text) for row in once_more),
        ],
        format="csr",
    )
    heads: list[Head] = []
    weights, biases = [], []
    for question in QUESTIONS:
        seen = _visible(question, messages, vectoriser.vocabulary_)
        columns, bias = _fitted(question, taught, seen)
        unseen = _unseen(question, taught, seen, judged=len(rows))
        heads.append(_head(question, unseen, start=sum(len(head.labels) for head in heads)))
        weights.append(columns)
        biases.append(bias + _lean(question) / heads[-1].sharpness)
    model = Model(
        vocabulary=numbered(vectoriser.get_feature_names_out()),
        weights=np.ascontiguousarray(halved(np.vstack(weights).T * vectoriser.idf_[:, None])),
        idf=halved(vectoriser.idf_),
        bias=halved(np.concatenate(biases)),
        heads=tuple(heads),
        about={"corpus": corpus_hash(rows), "rows": str(len(rows))},
    )
    return model if rumours is None else add_judge(model, rumours, rows)


def _fitted(question: Question, rows: Sequence[Row], matrix: csr_matrix) -> tuple[Matrix, Matrix]:
    """Weights and biases by all rows that can teach `question`."""
    taught = [place for place, row in enumerate(rows) if question.teaches(row)]
    truth = [question.of(rows[place]) for place in taught]
    return linear.fit(matrix[taught], truth, question.labels, question.settings)


def features_of(text: str) -> list[str]:
    """The features of a text as it was written, each as often as it stands there; sorted: training is deterministic."""
    text = normalise(text)
    danger = look(text)
    return sorted(extract(text, danger=danger.kind if danger else None))


def _visible(question: Question, matrix: csr_matrix, vocabulary: dict[str, int]) -> csr_matrix:
    """`matrix` without the columns that `question` may not see (they become empty)."""
    if question.sees_danger:
        return matrix
    shown = np.ones(len(vocabulary))
    shown[[row for feature, row in vocabulary.items() if feature.startswith(DANGER)]] = 0
    return (matrix @ diags(shown)).tocsr()


def corpus_hash(rows: Sequence[Row]) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of all texts and labels, whatever their order."""
    lines = sorted(repr((row.text, row.intent, row.need, row.urgency, row.claim, row.harm)) for row in rows)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()[:16]


def _unseen(question: Question, rows: Sequence[Row], matrix: csr_matrix, *, judged: int) -> Unseen:
    """Scores of the first `judged` rows, as far as they can teach `question`, by weights that saw none of their topic.

    How rare a feature is was counted over all rows; that tells nothing of their labels.
    """
    taught = np.array([place for place, row in enumerate(rows) if question.teaches(row)])
    chosen = [rows[place] for place in taught]
    scores = np.zeros((len(taught), len(question.labels)))
    folds = GroupKFold(min(FOLDS, len({row.topic for row in chosen})))
    for seen, held in folds.split(taught, groups=[row.topic for row in chosen]):
        weights, biases = _fitted(question, [chosen[place] for place in seen], matrix[taught[seen]])
        scores[held] = matrix[taught[held]] @ weights.T + biases
    count = int((taught < judged).sum())
    truth = np.array([question.labels.index(question.of(row)) for row in chosen[:count]])
    return Unseen(rows=chosen[:count], scores=scores[:count], truth=truth)


def _lean(question: Question) -> Matrix:
    """What is added to the logarithm of each label's chance so that plausible traffic is met, not a hard corpus."""
    shares = np.array([PRIOR.get(label, 1.0) for label in question.labels])
    return np.asarray(PRIOR_WEIGHT * (np.log(shares) - np.log(shares).max()))


def _head(question: Question, unseen: Unseen, *, start: int) -> Head:
    sharpness = _sharpness(unseen)
    chances = _softmax(unseen.scores * sharpness + _lean(question))
    bars, margin = _BARS[question.name](question, unseen, chances)
    return Head(name=question.name, labels=question.labels, start=start, sharpness=sharpness, bars=bars, margin=margin)


def _softmax(scores: Matrix) -> Matrix:
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


def _sharpness(unseen: Unseen) -> float:
    """The factor on the scores under which the probabilities are best calibrated (least log loss)."""

    def loss(factor: float) -> float:
        chances = _softmax(unseen.scores * factor)[np.arange(len(unseen.truth)), unseen.truth]
        return float(-np.log(np.maximum(chances, 1e-9)).mean())

    return float(min(np.linspace(0.5, 12, 47), key=loss))


Bars = tuple[dict[str, float], float]


def _choice_bars(question: Question, unseen: Unseen, chances: Matrix) -> Bars:
    """For questions with many labels: abstain where answers that were that unsure were mostly wrong."""
    best = chances.argmax(axis=1)
    bars = {}
    for column, label in enumerate(question.labels):
        ours = best == column
        bars[label] = _bar_where_wrong(chances[ours, column], unseen.truth[ours] == column)
    return bars, 0.03


def _bar_where_wrong(chances: Matrix, right: NDArray[np.bool_]) -> float:
    """The highest of a few bars below which most answers were wrong; the lowest where there is none."""
    bars = [bar for bar in CAUTIOUS_BARS if (low := chances < bar).sum() >= 8 and right[low].mean() < 0.35]
    return max(bars, default=CAUTIOUS_BARS[0])


def _claim_bars(question: Question, unseen: Unseen, chances: Matrix) -> Bars:
    """The lowest bar at which few enough messages without a claim are flagged."""
    innocent = np.sort(chances[unseen.truth == 0, 1])[::-1]
    return {"true": _bar_for(innocent, CLAIM_FALSE_ALARMS), "false": 0.0}, 0.0


def _bar_for(innocent: Matrix, allowed: float, *, least: float = 0.2) -> float:
    """The bar, `least` or more, that at most the share `allowed` of the `innocent` scores (descending) reaches."""
    if len(innocent) == 0:
        return least
    return float(max(least, innocent[min(len(innocent) - 1, int(allowed * len(innocent)))] + 1e-4))


def _urgency_bars(question: Question, unseen: Unseen, chances: Matrix) -> Bars:
    """For what the rules are not sure of. Emergency: as few false alarms as allowed. Urgent: the best balance (F1).

    What asks for nothing never becomes an emergency by the model alone (`nlp.analysis`), and so does not count here.
    """
    dangers = [look(normalise(row.text)) for row in unseen.rows]
    left = np.array([danger is None or not danger.sure for danger in dangers])
    hinted = left & np.array([danger is not None for danger in dangers])
    emergency, routine = question.labels.index(Urgency.EMERGENCY), question.labels.index(Urgency.ROUTINE)
    calm = unseen.truth == routine
    silent = np.array([row.intent in NEVER_A_NEED for row in unseen.rows])
    alone = np.sort(np.where(silent, 0.0, chances[:, emergency])[left & ~hinted & calm])[::-1]
    helped = np.sort(chances[hinted & calm, emergency])[::-1]
    allowed = EMERGENCY_FALSE_ALARMS * calm.sum()
    bar = max(0.3, _bar_for(alone, allowed / len(alone)))
    hint = min(bar, _bar_for(helped, allowed / max(1, len(helped)), least=0.1))
    innocent = left & (unseen.truth != emergency)
    raised, wanted = 1 - chances[innocent, routine], unseen.truth[innocent] != routine
    urgent = max(np.linspace(0.2, 0.9, 36), key=lambda bar: _f1(raised >= bar, wanted))
    return {Urgency.EMERGENCY.value: bar, HINTED: hint, Urgency.URGENT.value: float(urgent)}, 0.0


def _f1(said: NDArray[np.bool_], wanted: NDArray[np.bool_]) -> float:
    return float(2 * (said & wanted).sum() / max(1, said.sum() + wanted.sum()))


def _no_bars(question: Question, unseen: Unseen, chances: Matrix) -> Bars:
    return {}, 0.0


_BARS: dict[str, Callable[[Question, Unseen, Matrix], Bars]] = {
    "intent": _choice_bars,
    "need": _choice_bars,
    "needed": _no_bars,
    "urgency": _urgency_bars,
    "claim": _claim_bars,
    "harm": _no_bars,
}


@click.command("train")
@click.option("--out", type=click.Path(path_type=Path), default=SHIPPED, show_default=True, help="Where to write.")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def command(out: Path, paths: tuple[Path, ...]) -> None:
    """Train a model on labelled messages (default: the shipped corpus)."""
    rows = read(paths)
    if faults := problems(rows):
        raise click.ClickException("the corpus contradicts the taxonomy:\n" + "\n".join(faults))
    model = train(rows, read_rumours())
    artefact.save(model, out)
    click.echo(f"{len(rows)} messages, {len(model.vocabulary)} features, version {model.version}, in {out}")
