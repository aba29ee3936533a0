"""The table of danger, read once from `rules.toml`, where each rule is data with a name."""

from __future__ import annotations

import functools
import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nlp.emergency.anchors import Anchor, anchors

TABLE = Path(__file__).with_name("rules.toml")
_ANCHORS = 3


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One way to tell of a danger of a `kind`; several patterns.

    `unless` looks at the match and 8 characters around it, `never` at the whole message. `immune` names the frames
    that do not silence the rule. `slug` is its article, where it is not the kind's.
    """

    name: str
    kind: str
    unless: re.Pattern[str] | None
    never: re.Pattern[str] | None
    immune: frozenset[str]
    slug: str


@dataclass(frozen=True, kw_only=True)
class Telling:
    """One pattern of a rule; a text that matches has a character of each anchor. One that is not `sure` is a hint."""

    rule: Rule
    pattern: re.Pattern[str]
    sure: bool
    anchors: tuple[Anchor, ...]


class Table:
    """All tellings in the order of hearing, found by the characters of a text.

    For each character three numbers, whose bits say for which tellings it satisfies the first, second and third anchor.
    """

    def __init__(self, tellings: tuple[Telling, ...]) -> None:
        self.tellings = tellings
        self._free = [0] * _ANCHORS
        self._bits: dict[str, list[int]] = defaultdict(lambda: [0] * _ANCHORS)
        for place, telling in enumerate(tellings):
            for level in range(_ANCHORS):
                if level >= len(telling.anchors):
                    self._free[level] |= 1 << place
                    continue
                for character in telling.anchors[level]:
                    self._bits[character][level] |= 1 << place

    def possible(self, text: str) -> Iterator[Telling]:
        """The tellings that may match `text`, in order."""
        first, second, third = self._free
        for character in self._bits.keys() & set(text):
            one, two, three = self._bits[character]
            first |= one
            second |= two
            third |= three
        left = first & second & third
        while left:
            lowest = left & -left
            yield self.tellings[lowest.bit_length() - 1]
            left ^= lowest


@functools.cache
def table() -> Table:
    """The table, read and compiled at the first call."""
    data = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return Table(tuple(telling for entry in data["rule"] for telling in _tellings(entry, data["words"])))


def _tellings(entry: Mapping[str, Any], words: Mapping[str, str]) -> Iterator[Telling]:
    rule = Rule(
        name=entry["name"],
        kind=entry["kind"],
        unless=re.compile(entry["unless"]) if "unless" in entry else None,
        never=re.compile(entry["never"]) if "never" in entry else None,
        immune=frozenset(entry.get("immune", "").split()),
        slug=entry.get("slug", ""),
    )
    for key in ("patterns", "hints"):
        for written in entry.get(key, ()):
            pattern = _filled(written, words)
            found = tuple(anchors(pattern)[:_ANCHORS])
            yield Telling(rule=rule, pattern=re.compile(pattern), sure=key == "patterns", anchors=found)


def _filled(pattern: str, words: Mapping[str, str]) -> str:
    """`pattern` with <WHO> and the like replaced by the lists they stand for."""
    for name, alternatives in words.items():
        pattern = pattern.replace(f"<{name}>", alternatives)
    return pattern
