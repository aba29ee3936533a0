"""What to say to a question: an article outright, up to three to choose from, or that nobody here knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from knowledge_base.article import Article, Source
from knowledge_base.calibration import Bars
from knowledge_base.facts import fill
from knowledge_base.search import Findings, Hit

MOST_CHOICES = 3
LEAST_CHANCE = 0.04  # an article less likely than this is no choice worth a line


@dataclass(frozen=True)
class Told:
    """An article to be said. `text` is its short form with the facts filled in, `source` one line.

    `stale`: its date has passed and only because it is first aid it is still told, with that date in
    `source`. `guidance`: the committee has not adopted it, so it is 通用指引.
    """

    slug: str
    title: str
    text: str
    source: str
    call: tuple[str, ...]
    stale: bool
    guidance: bool


@dataclass(frozen=True)
class Option:
    """One article to choose."""

    slug: str
    title: str


@dataclass(frozen=True)
class Choices:
    """One to three articles, likeliest first; the resident picks."""

    options: tuple[Option, ...]


@dataclass(frozen=True)
class Unknown:
    """Nothing that may be told answers the question; a person gets it."""


Reply = Told | Choices | Unknown


class Library(Protocol):
    """What answers are given from: a `search.Snapshot`, or a test's."""

    @property
    def articles(self) -> Mapping[str, Article]:
        """Slug to article."""
        ...

    @property
    def bars(self) -> Bars:
        """From which chance on an article is told, or offered."""
        ...

    def find(self, text: str, *, limit: int) -> Findings:
        """The likeliest articles for a question; at least one."""
        ...


class Answers:
    """Answers from one snapshot. Holds nothing that changes; safe for many threads."""

    def __init__(self, snapshot: Library) -> None:
        self._snapshot = snapshot

    def answer(self, text: str, *, facts: Mapping[str, str], today: date, adopted: bool) -> Reply:
        """The reply to a question, by the snapshot's own bars.

        A likely article that may not be told any more is not replaced by a less likely one.
        """
        found = self._snapshot.find(text, limit=MOST_CHOICES)
        best = found.hits[0]
        if best.score >= self._snapshot.bars.outright:
            return self.told(best.slug, facts=facts, today=today, adopted=adopted) or Unknown()
        if found.covered < self._snapshot.bars.choices:
            return Unknown()
        options = tuple(self._options(found.hits, today=today))
        return Choices(options) if options else Unknown()

    def told(self, slug: str, *, facts: Mapping[str, str], today: date, adopted: bool) -> Told | None:
        """The article of that slug as it may be said on the day; None if there is none or its date has
        passed."""
        article = self.article(slug)
        return None if article is None else tell(article, facts=facts, today=today, adopted=adopted)

    def article(self, slug: str) -> Article | None:
        """The article of that slug, whatever its date."""
        return self._snapshot.articles.get(slug)

    def articles(self) -> tuple[Article, ...]:
        """All articles by slug, whatever their dates."""
        return tuple(self._snapshot.articles.values())

    def _options(self, hits: list[Hit], *, today: date) -> list[Option]:
        likely = [self._snapshot.articles[hit.slug] for hit in hits if hit.score >= LEAST_CHANCE]
        return [Option(one.slug, one.title) for one in likely if may_be_told(one, today)]


def tell(article: Article, *, facts: Mapping[str, str], today: date, adopted: bool) -> Told | None:
    """The article as it may be said on the day; None if its date has passed."""
    if not may_be_told(article, today):
        return None
    return Told(
        slug=article.slug,
        title=article.title,
        text=fill(article.short.strip(), facts),
        source=source_line(article, today),
        call=tuple(fill(number, facts) for number in article.call),
        stale=article.valid_until < today,
        guidance=not adopted,
    )


def may_be_told(article: Article, today: date) -> bool:
    """Until its date has passed; first aid also afterwards (charter 2)."""
    return article.first_aid or today <= article.valid_until


def source_line(article: Article, today: date) -> str:
    """“来源：《…》（发布者，2016年2月）。”, and for an article whose date has passed, since when."""
    first = article.sources[0]
    line = f"来源：《{first.title}》（{first.publisher}，{chinese_date(first)}）"
    if article.valid_until < today:
        line += f"。本条核对于{article.reviewed_on:%Y-%m-%d}，正在等待复核"
    return line


def chinese_date(source: Source) -> str:
    """A source's date as it is read: 2016年, 2016年2月, 2016年2月7日."""
    parts = zip(source.date.split("-"), "年月日", strict=False)
    return "".join(f"{int(number)}{unit}" for number, unit in parts)
