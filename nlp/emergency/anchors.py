"""Which characters a text must have so that a pattern can match it: passes over most patterns without trying them.

The sets are read off the pattern itself, so they cannot go stale: a hand-kept list that lacks one character would
silence a call for help.
"""

from __future__ import annotations

import re._constants as codes  # type: ignore[import-not-found]  # the standard library's own, without types
import re._parser as parser  # type: ignore[import-not-found]  # the same
from collections.abc import Iterable
from typing import Any

COMMON = frozenset(
    "的了在有人我你不是一这上下来去家里个到都也就和说要没们那么会能还得着过吗呢啊吧他她大小好点多开出面头"
)
"""Characters that most messages have: poor anchors."""

_WIDEST = 64
Anchor = frozenset[str]


def anchors(pattern: str) -> list[Anchor]:
    """Sets of characters, rarest first; a text that matches `pattern` has at least one character of each."""
    return sorted(_required(parser.parse(pattern)), key=_weight)


def _weight(anchor: Anchor) -> int:
    return len(anchor) + 40 * len(anchor & COMMON)


def _required(sequence: Iterable[tuple[Any, Any]]) -> list[Anchor]:
    found: list[Anchor] = []
    for code, argument in sequence:
        found += _of_item(code, argument)
    return found


def _of_item(code: Any, argument: Any) -> list[Anchor]:
    """The sets that one item of a parsed pattern demands; none where it can match without any of them."""
    if code is codes.LITERAL:
        return [frozenset(chr(argument))]
    if code is codes.IN:
        return _of_class(argument)
    if code is codes.SUBPATTERN:
        return _required(argument[3])
    if code is codes.MAX_REPEAT and argument[0] > 0:
        return _required(argument[2])
    if code is codes.BRANCH:
        return _of_branches([_required(branch) for branch in argument[1]])
    return []


def _of_class(members: Iterable[tuple[Any, Any]]) -> list[Anchor]:
    characters: set[str] = set()
    for code, argument in members:
        if code is codes.LITERAL:
            characters.add(chr(argument))
        elif code is codes.RANGE and argument[1] - argument[0] < _WIDEST:
            characters.update(map(chr, range(argument[0], argument[1] + 1)))
        else:
            return []
    return [frozenset(characters)]


def _of_branches(branches: list[list[Anchor]]) -> list[Anchor]:
    """Each branch gives its rarest set; together they are one."""
    if not all(branches):
        return []
    return [frozenset().union(*(min(branch, key=_weight) for branch in branches))]
