"""`python -m nlp learn`: a model of the shipped corpus and of corrected messages, measured against one without these.

Runs as a child of whoever has the corrected messages. They come by standard input, so that no file ever holds them, and
of their words the model keeps only what the corpus or a second person says as well.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from nlp import artefact, segment
from nlp.analysis import Analyser, Analysis
from nlp.artefact import Model, numbered
from nlp.corpus import Row, read, read_lines
from nlp.corpus.pairs import Rumours, read_rumours
from nlp.learning import Change, compare, parts
from nlp.train import corpus_hash, features_of, train

GENTLE = 10  # the niceness: whoever answers residents on this machine goes first


def learn(
    corpus: Sequence[Row], taught: Sequence[Row], rumours: Rumours | None = None
) -> tuple[Model, tuple[Change, ...]]:
    """The model of everything, and what `taught` changed in figures, measured on topics that no model saw.

    The model matches rumours where it is given some. For the comparison two more are trained, both without the held-out
    topics: one with `taught`, one without.
    """
    seen, held = parts(corpus)
    before, after = (_read(model_of(seen, lessons), held) for lessons in ((), taught))
    return model_of(corpus, taught, rumours), compare(held, before, after)


def model_of(corpus: Sequence[Row], taught: Sequence[Row], rumours: Rumours | None = None) -> Model:
    """A model of both. A row's topic in `taught` says whose words it holds; what only one of them says is left out."""
    model = train([*corpus, *taught], rumours)
    private = _private(corpus, taught)
    kept = [feature for feature in model.vocabulary if feature not in private]
    places = [model.vocabulary[feature] for feature in kept]
    return replace(
        model,
        vocabulary=numbered(kept),
        weights=model.weights[places],
        idf=model.idf[places],
        about={"corpus": corpus_hash(corpus), "rows": str(len(corpus)), "corrections": str(len(taught))},
    )


def _private(corpus: Sequence[Row], taught: Sequence[Row]) -> set[str]:
    """Features that only one person's messages have: a name, a house, a turn of phrase."""
    own: dict[str, set[str]] = {}
    for row in taught:
        own.setdefault(row.topic, set()).update(features_of(row.text))
    voices = Counter(feature for features in own.values() for feature in features)
    alone = {feature for feature, count in voices.items() if count == 1}
    return alone.difference(*(features_of(row.text) for row in corpus)) if alone else alone


def _read(model: Model, rows: Sequence[Row]) -> list[Analysis]:
    analyser = Analyser(model)
    return [analyser.analyse(row.text) for row in rows]


def _end_with(parent: int) -> None:
    """Whoever asked for the model and was killed needs it no more, even if that was before this line."""

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()


@click.command("learn")
@click.option("--cache", type=click.Path(path_type=Path), default=Path("var/cache"), show_default=True)
@click.option("--parent", type=int, help="End when this process is not the parent (any more).")
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
def command(cache: Path, parent: int | None, paths: tuple[Path, ...]) -> None:
    """Corrected messages (JSONL as in the corpus) in; out a line of JSON with the figures, then the packed model."""
    segment.use_cache(cache)
    os.nice(GENTLE)
    if parent is not None:
        _end_with(parent)
    rumours = None if paths else read_rumours()  # the shipped corpus, with all that belongs to it
    model, changes = learn(read(paths), read_lines(sys.stdin, name="stdin"), rumours)
    with tempfile.TemporaryDirectory() as folder:
        artefact.save(model, Path(folder))
        packed = artefact.pack(Path(folder))
    figures = json.dumps([change.as_record() for change in changes])
    sys.stdout.buffer.write(figures.encode() + b"\n" + packed)
    sys.stdout.buffer.flush()
