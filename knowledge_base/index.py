"""A snapshot: the published articles, their full text and the scoring model in one SQLite file named by
its content.

The same articles make the same bytes. Anybody can open the file with ordinary SQLite tools. Build time only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import numpy as np
import sqlite_utils

from knowledge_base import fulltext, training
from knowledge_base.article import Article
from knowledge_base.calibration import Bars, Figures, choose_bars, measure
from knowledge_base.catalogue import FOLDER
from knowledge_base.model import FORMAT, Model, probabilities
from knowledge_base.training import OutOfScope, Question


def build(articles: Sequence[Article], *, folder: Path, out_of_scope: Sequence[OutOfScope]) -> Path:
    """Train, and write `knowledge-<hash12>.sqlite` into `folder` (made if missing); takes about a minute.

    Returns the file. Raises TooFewQuestions if there is too little to learn from.
    """
    articles = sorted(articles, key=lambda article: article.slug)
    questions = training.gather(articles, out_of_scope)
    model, trial = training.train(articles, questions)
    sample = trial.natural()
    chances = probabilities(sample.signals, model.mix)
    bars = choose_bars(chances, sample.labels)
    folder.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder) as place:
        draft = Path(place) / "draft.sqlite"
        db = sqlite_utils.Database(draft)
        _write_articles(db, articles, questions)
        _write_model(db, model, bars=bars, figures=measure(chances, sample.labels, bars))
        db.vacuum()
        db.close()
        digest = hashlib.sha256(draft.read_bytes()).hexdigest()
        return draft.replace(folder / f"knowledge-{digest[:12]}.sqlite")


def read_out_of_scope(path: Path = FOLDER / "out_of_scope.jsonl") -> list[OutOfScope]:
    """The messages of a JSONL file of {"text", "kind"}. Raises msgspec.ValidationError for a line that is
    none."""
    lines = path.read_text("utf-8").splitlines()
    return [msgspec.json.decode(line, type=OutOfScope) for line in lines if line.strip()]


def _write_articles(db: Any, articles: Sequence[Article], questions: Iterable[Question]) -> None:
    db["articles"].insert_all((_row(article) for article in articles), pk="slug", strict=True)
    rows = ({"id": number, "slug": q.label or None, "text": q.text} for number, q in enumerate(questions))
    db["questions"].insert_all(rows, pk="id", columns={"id": int, "slug": str, "text": str})
    db["questions"].create_index(["slug"])
    with db.conn:
        fulltext.create(db.conn, (fulltext.row(article, article.variants) for article in articles))


def _row(article: Article) -> dict[str, str]:
    """`front` is the whole front matter as JSON; title, category, short form and body stand beside it to
    be read."""
    front = msgspec.to_builtins(article)
    front.pop("body")
    return {
        "slug": article.slug,
        "title": article.title,
        "category": article.category.value,
        "short": article.short.strip(),
        "body": article.body,
        "front": json.dumps(front, ensure_ascii=False, sort_keys=True),
    }


def _write_model(db: Any, model: Model, *, bars: Bars, figures: Figures) -> None:
    """Every array as its bytes with type and shape; lists of names as lines; bars and figures as JSON."""
    for field in fields(Model):
        value = getattr(model, field.name)
        array = isinstance(value, np.ndarray)
        db["model"].insert(
            {
                "name": field.name,
                "type": value.dtype.str if array else "lines",
                "shape": json.dumps(value.shape if array else [len(value)]),
                "data": value.tobytes() if array else "\n".join(value).encode(),
            },
            pk="name",
        )
    facts = {"format": FORMAT, "bars": asdict(bars), "figures": asdict(figures)}
    db["about"].insert_all(({"name": k, "value": json.dumps(v)} for k, v in facts.items()), pk="name")
