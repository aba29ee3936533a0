"""A snapshot opened for asking. Never imports scikit-learn: everything here runs in web processes."""

from __future__ import annotations

import json
import sqlite3
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import msgspec
import numpy as np

from knowledge_base import fulltext
from knowledge_base.article import Article
from knowledge_base.calibration import Bars, Figures
from knowledge_base.features import features
from knowledge_base.model import FORMAT, Model, probabilities


class WrongFormat(Exception):
    """The file is a snapshot of another version of the program, or none at all.

    `older`: an earlier version made it, so that it can be built anew from its articles.
    """

    def __init__(self, reason: str, *, older: bool = False) -> None:
        super().__init__(reason)
        self.older = older


@dataclass(frozen=True)
class Hit:
    """An article for a question: the chance 0..1 that it is right, and the question's words that spoke
    for it."""

    slug: str
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Findings:
    """`hits`, best first, and `covered`: the chance 0..1 that any article of the catalogue is right."""

    hits: list[Hit]
    covered: float


class Snapshot:
    """One immutable snapshot, read into memory. Safe to be asked by many threads."""

    def __init__(
        self,
        db: sqlite3.Connection,
        *,
        model: Model,
        articles: dict[str, Article],
        bars: Bars,
        figures: Figures,
    ) -> None:
        self._db, self._lock, self._model = db, threading.Lock(), model
        self.articles, self.bars, self.figures = articles, bars, figures

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read the file; it is not needed afterwards. Raises WrongFormat, FileNotFoundError."""
        if not path.is_file():
            raise FileNotFoundError(path)
        db = _into_memory(path)
        try:
            about = {name: json.loads(value) for name, value in db.execute("SELECT name, value FROM about")}
            if about["format"] != FORMAT:
                older = about["format"] < FORMAT
                raise WrongFormat(f"{path}: format {about['format']}, not {FORMAT}", older=older)
            return cls(
                db,
                model=_read_model(db),
                articles=_read_articles(db),
                bars=Bars(**about["bars"]),
                figures=Figures(**about["figures"]),
            )
        except (sqlite3.DatabaseError, KeyError) as error:
            raise WrongFormat(f"{path}: {error}") from None

    def search(self, text: str, limit: int = 5) -> list[Hit]:
        """The likeliest articles for a question, best first; all articles' chances and that of none make
        1."""
        return self.find(text, limit=limit).hits

    def find(self, text: str, *, limit: int) -> Findings:
        """The likeliest articles, and the chance that there is a right one at all."""
        asked = features(text)
        with self._lock:
            full_text = fulltext.scores(self._db, text, self._model.labels)
        chances = probabilities(self._model.signals(asked, full_text), self._model.mix)
        hits = [
            Hit(self._model.labels[n], round(float(chances[n]), 4), self._model.reasons(asked, int(n)))
            for n in np.argsort(-chances[:-1], kind="stable")[:limit]
        ]
        return Findings(hits, covered=1.0 - float(chances[-1]))


def articles_of(path: Path) -> list[Article]:
    """The articles of a snapshot of whatever format, by slug. Raises WrongFormat where they cannot be read."""
    try:
        return list(_read_articles(_into_memory(path)).values())
    except (sqlite3.DatabaseError, msgspec.MsgspecError, ValueError) as error:
        raise WrongFormat(f"{path}: {error}") from None


def _into_memory(path: Path) -> sqlite3.Connection:
    """A private copy, so that the file may be replaced, and the connection survives a fork."""
    memory = sqlite3.connect(":memory:", check_same_thread=False)
    with sqlite3.connect(f"file:{path.resolve()}?mode=ro&immutable=1", uri=True) as file:
        try:
            file.backup(memory)
        except sqlite3.DatabaseError as error:
            raise WrongFormat(f"{path}: {error}") from None
    file.close()
    return memory


def _read_articles(db: sqlite3.Connection) -> dict[str, Article]:
    rows = db.execute("SELECT slug, front, body FROM articles ORDER BY slug")
    return {slug: msgspec.convert(json.loads(front) | {"body": body}, Article) for slug, front, body in rows}


def _read_model(db: sqlite3.Connection) -> Model:
    """The arrays, and the names that stand one to a line; the last label is the empty one."""
    parts: dict[str, Any] = {}
    for name, kind, shape, data in db.execute("SELECT name, type, shape, data FROM model"):
        if kind == "lines":
            parts[name] = tuple(data.decode().split("\n"))
        else:
            parts[name] = np.frombuffer(data, np.dtype(kind)).reshape(json.loads(shape))
    return Model(**parts)
