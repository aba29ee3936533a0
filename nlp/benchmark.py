"""`python -m nlp benchmark`: the project's own classifier, trained on any labelled texts and measured on others."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path

import click
import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer  # type: ignore[import-untyped]  # no types
from sklearn.svm import LinearSVC  # type: ignore[import-untyped]  # no types

from nlp.commands import records
from nlp.evaluate import macro
from nlp.train import SEED, features_of

STRENGTH = 0.5


def predict(texts: Sequence[str], labels: Sequence[str], asked: Sequence[str]) -> list[str]:
    """The label of each text in `asked`, by the features and the kind of weights that `train` uses."""
    vectoriser = TfidfVectorizer(analyzer=features_of, binary=True, min_df=1 if len(texts) < 500 else 2)
    machine = LinearSVC(C=STRENGTH, class_weight="balanced", random_state=SEED)
    machine.fit(vectoriser.fit_transform(texts), labels)
    return [str(label) for label in machine.predict(vectoriser.transform(asked))]


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
