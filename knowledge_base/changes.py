"""What exactly a revision changes, field by field and line by line, for whoever has to agree to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher

from knowledge_base.article import Article

AROUND = 1  # unchanged lines that are shown beside a changed one
ALIKE = 0.4  # from here on two lines are one that was changed, and the difference is marked within it


@dataclass(frozen=True)
class Line:
    """One line. `mark` is "-" for one that goes, "+" for one that comes, "" for one that stays, "…" for some that stay
    and are not shown (then the text is their number). `parts` are (marked, text)."""

    mark: str
    parts: tuple[tuple[bool, str], ...]


@dataclass(frozen=True)
class Change:
    """What changes in one field of an article."""

    field: str
    lines: tuple[Line, ...]


def changes(before: Article | None, after: Article | None, *, titles: Mapping[str, str]) -> list[Change]:
    """Every field that differs, in the order of the form; an article that is None has no lines.

    `titles` calls the articles that near misses name.
    """
    found = []
    for name, lines in _FIELDS.items():
        old, new = (list(lines(one, titles)) if one else [] for one in (before, after))
        if old != new:
            found.append(Change(name, tuple(_compared(old, new))))
    return found


_FIELDS: Mapping[str, Callable[[Article, Mapping[str, str]], list[str]]] = {
    "title": lambda one, _: [one.title],
    "category": lambda one, _: [one.category.value],
    "first_aid": lambda one, _: ["first_aid"] if one.first_aid else [],
    "short": lambda one, _: one.short.strip().splitlines(),
    "body": lambda one, _: one.body.strip().splitlines(),
    "sources": lambda one, _: [f"《{source.title}》，{source.publisher}，{source.date}" for source in one.sources],
    "call": lambda one, _: list(one.call),
    "variants": lambda one, _: list(one.variants),
    "near_misses": lambda one, titles: [f"“{m.text}” → {titles.get(m.slug, m.slug)}" for m in one.near_misses],
    "reviewed_on": lambda one, _: [one.reviewed_on.isoformat()],
    "valid_until": lambda one, _: [one.valid_until.isoformat()],
    "check": lambda one, _: [one.check.note],
}


def _compared(old: list[str], new: list[str]) -> Iterator[Line]:
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            yield from _kept(old[a:b], first=a == c == 0, last=(b, d) == (len(old), len(new)))
        elif kind == "replace" and b - a == d - c:
            for was, becomes in zip(old[a:b], new[c:d], strict=True):
                yield from _pair(was, becomes)
        else:
            yield from (Line("-", ((True, text),)) for text in old[a:b])
            yield from (Line("+", ((True, text),)) for text in new[c:d])


def _kept(lines: list[str], *, first: bool, last: bool) -> Iterator[Line]:
    """Lines that stay: those beside a changed one, and how many others."""
    head, tail = (0 if first else AROUND), (0 if last else AROUND)
    hidden = len(lines) - head - tail
    if hidden <= 1:
        yield from (Line("", ((False, text),)) for text in lines)
        return
    yield from (Line("", ((False, text),)) for text in lines[:head])
    yield Line("…", ((False, str(hidden)),))
    yield from (Line("", ((False, text),)) for text in lines[len(lines) - tail :])


def _pair(was: str, becomes: str) -> Iterator[Line]:
    """One line that was changed, as it was and as it becomes, with the difference marked."""
    matcher = SequenceMatcher(None, was, becomes, autojunk=False)
    if matcher.ratio() < ALIKE:
        yield Line("-", ((True, was),))
        yield Line("+", ((True, becomes),))
        return
    codes = matcher.get_opcodes()
    yield Line("-", tuple((kind != "equal", was[a:b]) for kind, a, b, _, _ in codes if b > a))
    yield Line("+", tuple((kind != "equal", becomes[c:d]) for kind, _, _, c, d in codes if d > c))
