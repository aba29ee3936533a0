"""How alike two texts are, and which of many known ones a text repeats.

Shared words, characters and pairs of them, each weighed by how much it says; what everybody writes around a statement
("听说", "是真的吗") is left out. For a match the texts must also not contradict each other (`nlp.conflicts`).
"""

from __future__ import annotations

import functools
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from nlp.conflicts import discord
from nlp.normalise import normalise
from nlp.places import find
from nlp.segment import commonness, words

SYNONYMS = Path(__file__).parent / "lexicon" / "synonyms.txt"
BAR = 0.52
"""The similarity from which a text repeats a known one."""

_LOOKED_AT = 12
_AROUND = re.compile(
    r"听说|听人说|听讲|据说|网传|网上说|有人说|都说|群里(?:都|有人)?(?:说|在传|传)|朋友圈(?:里)?(?:都在传|说|传)?|是真的?吗|是真的|真的假的|真的吗|是不是真的|"
    r"请问|谢谢|大家|各位|邻居们|赶紧转发|转发|扩散|求证|有这回事吗|有没有这回事|可信吗|靠谱吗|谁知道|咋回事|怎么回事|社区|你好|您好|想问(?:一下|下)?|我想|一下"
)
_LEFT_OUT = re.compile(r"[\W_]+")
_STOP = frozenset("的了吗呢吧啊呀嘛我你他她它们这那是有在就都也和与及又还很太要会能不没说被把给让跟对到去来上下里个")

Vector = Mapping[str, float]


@dataclass(frozen=True)
class Match:
    """A known text that another one repeats or resembles; `score` in 0..1."""

    id: str
    score: float


@functools.cache
def _names() -> tuple[re.Pattern[str], dict[str, str]]:
    """A pattern of all other names in `lexicon/synonyms.txt`, longest first, and the name that stands for each."""
    lines = SYNONYMS.read_text(encoding="utf-8").splitlines()
    groups = [line.split() for line in lines if line and not line.startswith("#")]
    stands_for = {name: group[0] for group in groups for name in group[1:]}
    return re.compile("|".join(sorted(map(re.escape, stands_for), key=len, reverse=True))), stands_for


@functools.lru_cache(maxsize=8192)
def core(text: str) -> str:
    """What a normalised text states: without the words around it, buildings and things under one name each."""
    stated = _AROUND.sub(" ", text)
    if len(_LEFT_OUT.sub("", stated)) < 3:
        stated = text
    for place in find(stated):
        if place.building:
            stated = stated.replace(place.text, f"{place.building}栋")
    pattern, stands_for = _names()
    return pattern.sub(lambda found: stands_for[found.group()], stated.lower())


@functools.lru_cache(maxsize=8192)
def vector(text: str) -> Vector:
    """Each word, character and pair of characters of a normalised text with its weight; of length 1."""
    stated = core(text)
    weights: dict[str, float] = {}
    for word in words(stated):
        if len(word) > 1:
            weights[f"/{word}"] = max(0.4, 1.3 - commonness(word) / 7)
    for piece in _LEFT_OUT.split(stated):
        weights.update((character, 0.15 if character in _STOP else 0.9) for character in piece)
        weights.update((first + second, 0.6) for first, second in pairwise(piece) if not {first, second} & _STOP)
    length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
    return {feature: weight / length for feature, weight in weights.items()}


def similarity(a: str, b: str) -> float:
    """How alike two texts are, in 0..1: 1.0 for the same words, less where they contradict each other."""
    a, b = normalise(a), normalise(b)
    return min(1.0, _overlap(vector(a), vector(b)) * discord(core(a), core(b)))


def _overlap(one: Vector, two: Vector) -> float:
    """Between cosine and containment: a short text that stands whole inside a long one is alike, if less so."""
    shared = one.keys() & two.keys()
    cosine = sum(one[feature] * two[feature] for feature in shared)
    contained = max(sum(text[feature] ** 2 for feature in shared) for text in (one, two))
    return 0.5 * cosine + 0.5 * contained


class Known:
    """Texts that are known, each with its id, searched by likeness."""

    def __init__(self, known: Iterable[tuple[str, str]]) -> None:
        self._ids: list[str] = []
        self._texts: list[str] = []
        self._holders: defaultdict[str, list[int]] = defaultdict(list)
        for number, (name, text) in enumerate(known):
            self._ids.append(name)
            self._texts.append(normalise(text))
            for feature in vector(self._texts[-1]):
                self._holders[feature].append(number)

    def match(self, text: str) -> Match | None:
        """The known text that `text` repeats, or None; the most alike if there are several."""
        found = self.rank(text, limit=1)
        return found[0] if found and found[0].score >= BAR else None

    def rank(self, text: str, *, limit: int = 5) -> list[Match]:
        """The `limit` known texts most like `text`, best first; only such as share anything with it."""
        text = normalise(text)
        scored = [
            Match(self._ids[number], min(1.0, overlap * discord(core(text), core(self._texts[number]))))
            for number, overlap in self._nearest(vector(text))
        ]
        return sorted(scored, key=lambda match: -match.score)[:limit]

    def _nearest(self, asked: Vector) -> list[tuple[int, float]]:
        """The dozen known texts that share the rarest features with `asked`, with their overlap."""
        shared: defaultdict[int, float] = defaultdict(float)
        for feature, weight in asked.items():
            holders = self._holders.get(feature, ())
            rarity = math.log(1 + len(self._ids) / (1 + len(holders)))
            for number in holders:
                shared[number] += weight * rarity * vector(self._texts[number])[feature]
        nearest = sorted(shared, key=lambda number: -shared[number])[:_LOOKED_AT]
        return [(number, _overlap(asked, vector(self._texts[number]))) for number in nearest]
