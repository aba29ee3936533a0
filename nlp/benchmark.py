"""`python -m nlp benchmark`: the project's own classifier, trained on any labelled texts and measured on others."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from sklearn.model_selection import StratifiedShuffleSplit  # type: ignore[import-untyped]  # no types

from nlp import linear
from nlp.commands import records
from nlp.evaluate import macro
from nlp.linear import Settings
from nlp.train import features_of

CANDIDATES = (
    Settings(strength=1.0),
    Settings(strength=1.0, counts=True),
    Settings(strength=1.0, tilt=0.5, counts=True),
)
"""What the training texts themselves choose from: does it matter how often a word stands in a text?"""

ENOUGH = 500
"""Texts from which a feature of a single one is left out, and from which a part may be held out to choose on."""

HELD_OUT = 0.25

Features = Sequence[list[str]]


def predict(texts: Sequence[str], labels: Sequence[str], asked: Sequence[str]) -> list[str]:
    """The label of each text in `asked`, by the features and the classifier that `train` uses."""
    taught = [features_of(text) for text in texts]
    return _predict(taught, labels, [features_of(text) for text in asked], settings=_choose(taught, labels))


def _choose(taught: Features, labels: Sequence[str]) -> Settings:
    """The candidate with the best macro F1 on a part of the training texts that it did not see."""
    if len(taught) < ENOUGH or min(Counter(labels).values()) < 4:
        return CANDIDATES[0]
    split = StratifiedShuffleSplit(n_splits=1, test_size=HELD_OUT, random_state=linear.SEED)
    seen, held = next(split.split(np.zeros(len(labels)), labels))
    known, truth = [labels[place] for place in seen], [labels[place] for place in held]
    features, asked = [taught[place] for place in seen], [taught[place] for place in held]

    def score(settings: Settings) -> float:
        return macro(list(zip(truth, _predict(features, known, asked, settings=settings), strict=True)))

    return max(CANDIDATES, key=score)


def _predict(taught: Features, labels: Sequence[str], asked: Features, *, settings: Settings) -> list[str]:
    vectoriser = linear.vectoriser(counts=settings.counts, least=1 if len(taught) < ENOUGH else 2)
    names = sorted(set(labels))
    weights, biases = linear.fit(vectoriser.fit_transform(taught), labels, names, settings)
    scores = vectoriser.transform(asked) @ weights.T + biases
    return [names[column] for column in scores.argmax(axis=1)]


def _read(path: Path) -> tuple[list[str], list[str]]:
    with path.open(encoding="utf-8") as source:
        found = list(records(source, name=str(path), needs=("text", "label")))
    return [record["text"] for record in found], [str(record["label"]) for record in found]


@click.command("benchmark")
@click.option("--train", "taught", type=click.Path(exists=True, path_type=Path), required=True)
@click.option("--test", "asked", type=click.Path(exists=True, path_type=Path), required=True)
def command(taught: Path, asked: Path) -> None:
    """Train on JSONL {"text","label"}, measure on another; the last line is {"n","accuracy","macro_f1","seconds"}."""
    begun = time.perf_counter()
    texts, truth = _read(asked)
    said = predict(*_read(taught), texts)
    result = {
        "n": len(texts),
        "accuracy": round(float(np.mean([one == two for one, two in zip(truth, said, strict=True)])), 4),
        "macro_f1": round(macro(list(zip(truth, said, strict=True))), 4),
        "seconds": round(time.perf_counter() - begun, 2),
    }
    click.echo(json.dumps(result))
