"""Full text of the articles under FTS5, over the same words that a question is cut into."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

import numpy as np

from knowledge_base.article import Article
from knowledge_base.features import tokens
from knowledge_base.model import Floats
from nlp.normalise import normalise
from nlp.segment import search_tokens

TABLE = "full_text"
_COLUMNS = "slug UNINDEXED, variants, title, short, body, tokenize='unicode61'"
# The table's name is ours, and the question itself is bound.
_QUERY = f"SELECT slug, -bm25({TABLE}, 0.0, 2.0, 4.0, 2.0, 1.0) FROM {TABLE} WHERE {TABLE} MATCH ?"  # noqa: S608


@dataclass(frozen=True)
class Row:
    """One article's texts, each cut into words joined by spaces."""

    slug: str
    variants: str
    title: str
    short: str
    body: str


def row(article: Article, variants: Iterable[str]) -> Row:
    """An article's row; `variants` are those to be found by, which in a trial are not all."""
    return Row(
        slug=article.slug,
        variants=_cut("\n".join(variants)),
        title=_cut(article.title),
        short=_cut(article.short),
        body=_cut(article.body),
    )


def create(db: sqlite3.Connection, rows: Iterable[Row]) -> None:
    """Make the full-text table in `db` and fill it, best read afterwards."""
    db.execute(f"CREATE VIRTUAL TABLE {TABLE} USING fts5({_COLUMNS})")
    insert = f"INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?)"  # noqa: S608 - the name is ours
    db.executemany(insert, (astuple(row) for row in rows))
    db.execute(f"INSERT INTO {TABLE} ({TABLE}) VALUES ('optimize')")  # noqa: S608 - the name is ours


def scores(db: sqlite3.Connection, text: str, labels: Sequence[str]) -> Floats:
    """BM25 of each label's article for a question, higher is better, in tens; 0 where no word is shared."""
    words = tokens(text)
    query = " OR ".join('"' + word.replace('"', '""') + '"' for word in words)
    found = dict(db.execute(_QUERY, (query,)).fetchall()) if words else {}
    return np.array([found.get(label, 0.0) for label in labels], np.float32) / 10


def _cut(text: str) -> str:
    return " ".join(search_tokens(normalise(text).lower()))
