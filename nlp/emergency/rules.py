"""The table of danger, read once from `rules.toml`, where each rule is data with a name."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("rules.toml")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One way to tell of a danger of a `kind`.

    A text in which a group of `anchors` has no character cannot match. `unless` looks at the match and 8 characters
    around it, `never` at the whole message. `immune` names the frames that do not silence the rule. `slug` is its article, where it is not the kind's.
    """

    name: str
    kind: str
    anchors: tuple[frozenset[str], ...]
    pattern: re.Pattern[str]
    unless: re.Pattern[str] | None
    never: re.Pattern[str] | None
    immune: frozenset[str]
    slug: str

    def possible(self, characters: set[str]) -> bool:
        """False where a text with these characters cannot match: cheap, and true for few rules."""
        return not any(group.isdisjoint(characters) for group in self.anchors)


@functools.cache
def rules() -> tuple[Rule, ...]:
    """All rules, in the order of hearing."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return tuple(_rule(entry, table["words"]) for entry in table["rule"])


def _rule(entry: Mapping[str, Any], words: Mapping[str, str]) -> Rule:
    return Rule(
        name=entry["name"],
        kind=entry["kind"],
        anchors=tuple(frozenset(_filled(group, words)) for group in entry["anchors"].split()),
        pattern=re.compile("|".join(_filled(pattern, words) for pattern in entry["patterns"])),
        unless=re.compile(entry["unless"]) if entry.get("unless") else None,
        never=re.compile(entry["never"]) if entry.get("never") else None,
        immune=frozenset(entry.get("immune", "").split()),
        slug=entry.get("slug", ""),
    )


def _filled(text: str, words: Mapping[str, str]) -> str:
    """`text` with <WHO> and the like replaced by the lists they stand for."""
    for name, alternatives in words.items():
        text = text.replace(f"<{name}>", alternatives)
    return text
