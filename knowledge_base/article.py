"""An article of prevention knowledge: what it consists of, how it is read, and what makes it fit to be
told."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

import msgspec

from knowledge_base.facts import EXAMPLES, fill, unknown_facts

SHORT_BYTES = 600  # one screen of a phone; about 185 Chinese characters
LEAST_VARIANTS = 80
LEAST_NEAR_MISSES = 5
LEAST_SOURCES = 2
LONGEST_VALIDITY = timedelta(days=366)
SECTIONS = ("现在就做", "千万不要", "什么时候打什么电话")

_FENCE = "+++"
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_DATE = re.compile(r"(19|20)\d\d(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01]))?)?")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
# Emergency numbers, five- and six-digit public services, 400 and 800 numbers, landlines, mobiles.
_NUMBER = re.compile(
    r"11[0249]|12[02]|(12|95|96|10)\d{3,4}|[48]00-?\d{3}-?\d{4}|0\d{2,3}-?\d{7,8}|1[3-9]\d{9}"
)


class Category(StrEnum):
    """The ten shelves of the catalogue; also the names of the folders."""

    EMERGENCY = "emergency"
    FIRE = "fire"
    WEATHER = "weather"
    GEOLOGY = "geology"
    PREPAREDNESS = "preparedness"
    HEALTH = "health"
    MIND = "mind"
    FRAUD = "fraud"
    RUMOUR = "rumour"
    COMMUNITY = "community"


@dataclass(frozen=True)
class Source:
    """Where a reader can look it up. `date` is YYYY, YYYY-MM or YYYY-MM-DD."""

    publisher: str
    title: str
    date: str


@dataclass(frozen=True)
class NearMiss:
    """A question that sounds alike, and the `slug` of the article it really belongs to."""

    text: str
    slug: str


@dataclass(frozen=True)
class Check:
    """The second reading: when, and what was compared with which source."""

    on: date
    note: str


@dataclass(frozen=True)
class Article:
    """An article as it is written: front matter, and the Markdown `body`. May contain `{{fact}}` places."""

    slug: str
    title: str
    category: Category
    reviewed_on: date
    valid_until: date
    call: tuple[str, ...]
    short: str
    variants: tuple[str, ...]
    near_misses: tuple[NearMiss, ...]
    sources: tuple[Source, ...]
    check: Check
    body: str
    first_aid: bool = False


class ArticleError(Exception):
    """The text is no article. `str()` is `file:line:column: reason`; line and column as far as known."""

    def __init__(self, reason: str, *, name: str, line: int = 1, column: int = 1) -> None:
        super().__init__(f"{name}:{line}:{column}: {reason}")
        self.reason, self.name, self.line, self.column = reason, name, line, column


def parse(text: str, *, name: str) -> Article:
    """Read one article: TOML between two `+++` lines, then Markdown. `name` is the file, for the messages.

    Raises ArticleError naming file, line and column of what is wrong.
    """
    front, body = _halves(text, name=name)
    table = _table(front, name=name)
    for key in table:
        if key == "body" or key not in _KEYS:
            raise ArticleError(f"unknown key “{key}”", name=name, line=_line_of(front, key))
    table["body"] = body.strip()
    try:
        article = msgspec.convert(table, Article)
    except msgspec.ValidationError as error:
        raise ArticleError(str(error), name=name, line=_line_of(front, *_path(str(error)))) from None
    return article


def _halves(text: str, *, name: str) -> tuple[str, str]:
    """Front matter and body; the front matter keeps an empty first line so that its lines count as the
    file's."""
    lines = text.removeprefix("\ufeff").splitlines()
    if not lines or lines[0].strip() != _FENCE:
        raise ArticleError("the first line must be +++", name=name)
    for number, line in enumerate(lines[1:], start=1):
        if line.strip() == _FENCE:
            return "\n" + "\n".join(lines[1:number]), "\n".join(lines[number + 1 :])
    raise ArticleError("the front matter is not closed with +++", name=name, line=len(lines))


def _table(front: str, *, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(front)
    except tomllib.TOMLDecodeError as error:
        place = _TOML_PLACE.search(str(error))
        reason = _TOML_PLACE.sub("", str(error))
        if place and place[1]:
            raise ArticleError(reason, name=name, line=int(place[1]), column=int(place[2])) from None
        raise ArticleError(reason, name=name, line=front.count("\n") + 1) from None


def _path(message: str) -> tuple[str, int]:
    """Key and index in a msgspec message such as "Expected `str`, got `int` - at `$.sources[1].date`"."""
    match = re.search(r"\$\.(\w+)(?:\[(\d+)\])?", message)
    return (match[1], int(match[2] or 0)) if match else ("", 0)


def _line_of(front: str, key: str, index: int = 0) -> int:
    """The line where a key, or the index-th table of that name, stands; 1 if it does not stand anywhere."""
    tables = [n for n, line in enumerate(front.split("\n"), 1) if re.match(rf"\s*\[+{key}\]", line)]
    plain = [n for n, line in enumerate(front.split("\n"), 1) if re.match(rf"\s*{key}\s*=", line)]
    found = tables if index < len(tables) else plain
    return found[index if found is tables else 0] if found else 1


_KEYS = frozenset(field.name for field in fields(Article))


def question_key(text: str) -> str:
    """A question without case, width, spaces and punctuation: what two spellings of the same one share."""
    return "".join(ch for ch in unicodedata.normalize("NFKC", text).lower() if ch.isalnum())


def problems(
    article: Article, *, known_slugs: Collection[str], least_variants: int = LEAST_VARIANTS
) -> list[str]:
    """What keeps an article from being published, in sentences for the writer; empty if it is fit.

    `known_slugs` are the slugs a near miss may name. Duplicates between articles: `clashes`.
    """
    return [
        *_text_problems(article),
        *_question_problems(article, known_slugs=known_slugs, least_variants=least_variants),
        *_date_problems(article),
        *_call_problems(article),
    ]


def _text_problems(article: Article) -> list[str]:
    found = [] if _SLUG.fullmatch(article.slug) else [f"slug “{article.slug}” is not lower-case-with-hyphens"]
    if not article.title.strip() or len(article.title) > 30:
        found.append("title must have 1 to 30 characters")
    text = "\n".join((article.title, article.short, article.body, *article.call))
    unknown = unknown_facts(text)
    if unknown:
        return [*found, f"unknown facts: {', '.join(sorted(set(unknown)))}"]
    if not article.short.strip():
        found.append("short is empty")
    for facts, which in ((EXAMPLES, "with example facts"), ({}, "with no facts filled in")):
        size = len(fill(article.short.strip(), facts).encode())
        if size > SHORT_BYTES:
            found.append(f"short has {size} bytes {which}, {size - SHORT_BYTES} too many")
    headings = re.findall(r"^## +(.+?)\s*$", article.body, flags=re.MULTILINE)
    return found + [
        f"section “## {name}” is missing" for name in SECTIONS if not any(name in h for h in headings)
    ]


def _question_problems(article: Article, *, known_slugs: Collection[str], least_variants: int) -> list[str]:
    found = []
    if len(article.variants) < least_variants:
        found.append(f"{len(article.variants)} variants, at least {least_variants} needed")
    if len(article.near_misses) < LEAST_NEAR_MISSES:
        found.append(f"{len(article.near_misses)} near misses, at least {LEAST_NEAR_MISSES} needed")
    for miss in article.near_misses:
        if miss.slug not in known_slugs or miss.slug == article.slug:
            found.append(f"near miss “{miss.text}” names “{miss.slug}”, which is no other article")
    seen: set[str] = set()
    for text in (*article.variants, *(miss.text for miss in article.near_misses)):
        key = question_key(text)
        if not key:
            found.append(f"empty question “{text}”")
        elif key in seen:
            found.append(f"question stands twice: “{text}”")
        seen.add(key)
    return found


def _date_problems(article: Article) -> list[str]:
    found = []
    if len(article.sources) < LEAST_SOURCES:
        found.append(f"{len(article.sources)} sources, at least {LEAST_SOURCES} needed")
    for source in article.sources:
        if not (source.publisher.strip() and source.title.strip()):
            found.append("a source lacks publisher or title")
        if not _DATE.fullmatch(source.date):
            found.append(f"source date “{source.date}” is not YYYY, YYYY-MM or YYYY-MM-DD")
        elif source.date > article.reviewed_on.isoformat():
            found.append(f"source of {source.date} is newer than the review")
    if not timedelta(0) < article.valid_until - article.reviewed_on <= LONGEST_VALIDITY:
        found.append("valid_until must be after reviewed_on, by one year at most")
    if not article.check.note.strip():
        found.append("the check has no note")
    return found


def _call_problems(article: Article) -> list[str]:
    numbers = [number for number in article.call if not re.fullmatch(r"\{\{\w+\}\}", number)]
    found = [f"call “{number}” is no telephone number" for number in numbers if not _NUMBER.fullmatch(number)]
    return found + (["call names a number twice"] if len(set(article.call)) < len(article.call) else [])


def clashes(articles: Iterable[Article]) -> list[tuple[str, str]]:
    """Questions that two articles claim, as (slug, sentence); a near miss claims for the article it names."""
    owner: dict[str, str] = {}
    found = []
    claims = [(article.slug, *claim) for article in articles for claim in _claims(article)]
    for writer, text, slug in claims:
        first = owner.setdefault(question_key(text), slug)
        if first != slug:
            found.append((writer, f"“{text}” is claimed for {slug} and for {first}"))
    return found


def _claims(article: Article) -> list[tuple[str, str]]:
    own = [(text, article.slug) for text in article.variants]
    return own + [(miss.text, miss.slug) for miss in article.near_misses]
