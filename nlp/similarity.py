"""How alike two short texts are, and which known statement a text repeats."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from nlp.normalise import normalise

SAME = 0.62
"""From here on two statements are taken for one; wrong joins cost more trust than a second entry."""

_DENIED = re.compile(r"谣言|辟谣|不实|假的|不是真|没有的事|演练|演习")
_NOISE = re.compile(r"听说|据说|大家|赶紧|转发|真的吗|是不是|有没有|朋友圈|群里|都在传|[^\w]|[啊呀吗呢吧嘛哦哈]")


@dataclass(frozen=True)
class Match:
    """The known statement that a text repeats, and how alike they are (0..1)."""

    id: str
    score: float


def similarity(one: str, other: str) -> float:
    """0..1: the cosine of the texts' character one- and two-grams, chatter left out."""
    a, b = _grams(one), _grams(other)
    if not a or not b:
        return 0.0
    dot = sum(count * b[gram] for gram, count in a.items())
    return dot / math.sqrt(sum(c * c for c in a.values()) * sum(c * c for c in b.values()))


class Known:
    """Statements to match against, each with its id."""

    def __init__(self, statements: Iterable[tuple[str, str]]) -> None:
        self._statements = list(statements)

    def match(self, text: str) -> Match | None:
        """The likest statement if it is alike enough and neither denies what the other says; else None."""
        best = max(
            (Match(known, similarity(text, statement)) for known, statement in self._statements if _agree(text, statement)),
            key=lambda match: match.score,
            default=None,
        )
        return best if best and best.score >= SAME else None


def _agree(one: str, other: str) -> bool:
    return bool(_DENIED.search(one)) == bool(_DENIED.search(other))


def _grams(text: str) -> Counter[str]:
    bare = _NOISE.sub("", normalise(text))
    return Counter(bare) + Counter(bare[i : i + 2] for i in range(len(bare) - 1))
