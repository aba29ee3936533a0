"""An article as it is being typed: it need not be one yet, and nothing that was typed is lost."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from knowledge_base.article import (
    LONGEST_VALIDITY,
    Article,
    Category,
    Check,
    NearMiss,
    Source,
    clashes,
    problems,
)

# A committee that writes of its own house does not find the eighty ways to ask that the shipped articles have; with
# fewer than this the folds hold out only one or two each, and neither the mix nor the bars mean anything.
LEAST_OWN_VARIANTS = 10
_BETWEEN = re.compile(r"[\s、，,；;]+")


@dataclass(frozen=True)
class Words:
    """What stands in the form. `call` and `variants` hold one a line, `near_misses` (question, slug), `sources`
    (publisher, title, date); dates are YYYY-MM-DD or whatever was typed."""

    title: str = ""
    category: str = Category.COMMUNITY.value
    first_aid: bool = False
    short: str = ""
    body: str = ""
    call: str = ""
    variants: str = ""
    near_misses: tuple[tuple[str, str], ...] = ()
    sources: tuple[tuple[str, str, str], ...] = ()
    reviewed_on: str = ""
    valid_until: str = ""
    check: str = ""


def written(article: Article) -> Words:
    """The form that a standing article would have been typed in."""
    return Words(
        title=article.title,
        category=article.category.value,
        first_aid=article.first_aid,
        short=article.short.strip(),
        body=article.body.strip(),
        call="\n".join(article.call),
        variants="\n".join(article.variants),
        near_misses=tuple((miss.text, miss.slug) for miss in article.near_misses),
        sources=tuple((one.publisher, one.title, one.date) for one in article.sources),
        reviewed_on=article.reviewed_on.isoformat(),
        valid_until=article.valid_until.isoformat(),
        check=article.check.note,
    )


def read(words: Words, *, slug: str) -> Article:
    """The article that was typed. Raises ValueError for a date that is none; says nothing else about its fitness."""
    reviewed_on = date.fromisoformat(words.reviewed_on.strip())
    return Article(
        slug=slug,
        title=words.title.strip(),
        category=Category(words.category),
        reviewed_on=reviewed_on,
        valid_until=date.fromisoformat(words.valid_until.strip()),
        call=tuple(filter(None, _BETWEEN.split(words.call))),
        short=words.short.strip(),
        variants=_lines(words.variants),
        near_misses=tuple(NearMiss(text.strip(), slug) for text, slug in words.near_misses),
        sources=tuple(Source(*(part.strip() for part in one)) for one in words.sources),
        check=Check(reviewed_on, words.check.strip()),
        body=words.body.strip(),
        first_aid=words.first_aid,
    )


def complaints(words: Words, *, slug: str, shelf: Sequence[Article], today: date) -> list[str]:
    """Everything that keeps what was typed from being told, in the sentences of `article.problems`; empty if it is fit.

    `shelf` are the articles in use: a near miss may name one of the others, and no question has two owners.
    """
    found, article = _with_dates(words, slug=slug, today=today)
    others = [one for one in shelf if one.slug != slug]
    slugs = {one.slug for one in others}
    found += problems(article, known_slugs=slugs, least_variants=LEAST_OWN_VARIANTS)
    before = {sentence for _, sentence in clashes(others)}
    return found + [sentence for _, sentence in clashes([*others, article]) if sentence not in before]


def _with_dates(words: Words, *, slug: str, today: date) -> tuple[list[str], Article]:
    """What is wrong with the dates, and the article; a date that cannot stand is taken for a good one meanwhile."""
    reviewed_on, valid_until = _date(words.reviewed_on), _date(words.valid_until)
    found = []
    if reviewed_on is None or reviewed_on > today:
        found.append("reviewed_on must be a day that has been")
        reviewed_on = today
    if valid_until is None or valid_until < today:
        found.append("valid_until must be a day to come")
        valid_until = reviewed_on + LONGEST_VALIDITY
    sound = replace(words, reviewed_on=reviewed_on.isoformat(), valid_until=valid_until.isoformat())
    return found, read(sound, slug=slug)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def _lines(text: str) -> tuple[str, ...]:
    return tuple(filter(None, (line.strip() for line in text.splitlines())))
