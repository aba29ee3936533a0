"""Before an edit is published: the articles' own questions are its tests.

Build time only: the draft that is tried is a whole snapshot, and making one imports scikit-learn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge_base import index
from knowledge_base.article import Article
from knowledge_base.revision import Missed
from knowledge_base.search import Snapshot
from knowledge_base.training import OutOfScope

NEAR_THE_TOP = 3  # a resident is offered as many to choose from


@dataclass(frozen=True)
class Draft:
    """A snapshot that is not in use yet, and the questions that it must not be published with."""

    path: Path
    missed: tuple[Missed, ...]

    @property
    def fit_to_publish(self) -> bool:
        """Whether every question still finds its article."""
        return not self.missed


def draft(
    articles: Sequence[Article],
    *,
    folder: Path,
    out_of_scope: Sequence[OutOfScope],
    current: Snapshot | None = None,
) -> Draft:
    """Build the snapshot of `articles` into `folder` and ask it every variant; takes about a minute.

    A question that `current`, the snapshot in use, does not find either is not held against the edit.
    Raises TooFewQuestions if there is too little to learn from.
    """
    path = index.build(articles, folder=folder, out_of_scope=out_of_scope)
    return Draft(path, tuple(missed(Snapshot.open(path), articles, current=current)))


def missed(candidate: Snapshot, articles: Sequence[Article], *, current: Snapshot | None = None) -> list[Missed]:
    """The variants of `articles` that do not find their article among `candidate`'s first three, except
    those that `current` misses too. Articles in the order given."""
    found = [
        Missed(article.slug, text, slugs)
        for article in articles
        for text in article.variants
        if article.slug not in (slugs := _found(candidate, text))
    ]
    return [one for one in found if current is None or not _missed_before(current, one)]


def _found(snapshot: Snapshot, text: str) -> tuple[str, ...]:
    return tuple(hit.slug for hit in snapshot.search(text, NEAR_THE_TOP))


def _missed_before(current: Snapshot, one: Missed) -> bool:
    """A question of an article that `current` does not have is new, and was not missed."""
    article = current.articles.get(one.slug)
    known = article is not None and one.text in article.variants
    return known and one.slug not in _found(current, one.text)
