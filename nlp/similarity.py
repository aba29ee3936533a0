"""How alike two texts are, and which of many known ones are most like a text.

Four views of a text are compared: its characters, its pairs of characters (next to each other or with one between),
its words, and the things it speaks of under whatever name (`lexicon/synonyms.txt`). Each shared piece counts by how
rare it is, in the language (jieba's counts) and among the known texts; what everybody writes around a statement
("听说", "是真的吗") is left out. Whether two texts that are alike also say the same: `nlp.claim_matching`.
"""

from __future__ import annotations

import functools
import heapq
import math
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from nlp.conflicts import discord
from nlp.normalise import normalise
from nlp.places import find
from nlp.segment import rarity, search_tokens

SYNONYMS = Path(__file__).parent / "lexicon" / "synonyms.txt"
VIEWS = (1.0, 0.5, 0.5, 0.25)
"""What characters, pairs, words and things count in a likeness: characters carry the typos, things other words."""

_LOOKED_AT = 40
_THING = 8.0  # as rare as a middling word: the first name of a thing says nothing of how often all its names stand
_AROUND = re.compile(
    r"听说|听人说|听讲|据说|网传|网上说|有人说|都说|群里(?:都|有人)?(?:说|在传|传)|朋友圈(?:里)?(?:都在传|说|传)?|是真的?吗|是真的|真的假的|真的吗|是不是真的|"
    r"请问|谢谢|大家|各位|邻居们|赶紧转发|转发|扩散|求证|有这回事吗|有没有这回事|可信吗|靠谱吗|谁知道|咋回事|怎么回事|社区|你好|您好|想问(?:一下|下)?|我想|一下"
)
_LEFT_OUT = re.compile(r"[\W_]+")

Weights = Mapping[str, float]
Rarity = Callable[[str], float]


@dataclass(frozen=True)
class Match:
    """A known text that another one resembles; `score` in 0..1."""

    id: str
    score: float


class Synonyms:
    """Words of several names, from `lexicon/synonyms.txt`: the first of a line stands for all of it."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.stands_for: dict[str, str] = {}
        for line in lines:
            if not line.startswith("#"):
                names = line.split()
                self.stands_for.update(dict.fromkeys(names, names[0] if names else ""))
        self._longest = max(map(len, self.stands_for), default=0)
        self._begins = {name[:2] for name in self.stands_for}

    def things(self, text: str) -> list[str]:
        """The things that a normalised text names, each under its first name; of two names at one place the longer."""
        found, start = [], 0
        while start < len(text):
            length = 1
            if text[start : start + 2] in self._begins:
                for end in range(min(len(text), start + self._longest), start + 1, -1):
                    if (name := self.stands_for.get(text[start:end])) is not None:
                        found.append(name)
                        length = end - start
                        break
            start += length
        return found


@functools.cache
def synonyms() -> Synonyms:
    """The project's own, read at the first call."""
    return Synonyms(SYNONYMS.read_text(encoding="utf-8").splitlines())


@functools.lru_cache(maxsize=8192)
def core(text: str) -> str:
    """What a normalised text states: without the words around it, buildings written in one way."""
    stated = _AROUND.sub(" ", text)
    if len(_LEFT_OUT.sub("", stated)) < 3:
        stated = text
    for place in find(stated):
        if place.building:
            stated = stated.replace(place.text, f"{place.building}栋")
    return stated.lower()


@functools.lru_cache(maxsize=16384)
def views(text: str) -> tuple[Weights, ...]:
    """The pieces of a normalised text in each of the four views, each with its rarity in the language."""
    stated = core(text)
    bare = _LEFT_OUT.sub("", stated)
    characters = {character: rarity(character) for character in bare}
    pairs = {one + two: characters[one] + characters[two] for one, two in pairwise(bare)}
    pairs |= {f"{one}·{two}": characters[one] + characters[two] for one, two in zip(bare, bare[2:], strict=False)}
    words = {f"/{word}": rarity(word) for word in search_tokens(stated) if not _LEFT_OUT.fullmatch(word)}
    things = {f"={thing}": _THING for thing in synonyms().things(stated)}
    return characters, pairs, words, things


def similarity(a: str, b: str) -> float:
    """How alike two texts are, in 0..1: 1.0 for the same words, less where they contradict each other.

    A short text that stands whole inside a long one counts half as much as one that is the same.
    """
    one, two = normalise(a), normalise(b)
    whole = _likeness(views(one), views(two), _everywhere)
    part = max(covered(views(one), views(two)), covered(views(two), views(one)))
    return min(1.0, (whole + part) / 2 * discord(core(one), core(two)))


def _everywhere(_piece: str) -> float:
    return 1.0


def _likeness(one: Sequence[Weights], two: Sequence[Weights], rare: Rarity) -> float:
    """The mean cosine over the views; `rare` is a further weight for each piece."""
    cosines = likenesses(one, two, rare)
    return sum(share * cosine for share, cosine in zip(VIEWS, cosines, strict=True)) / sum(VIEWS)


def likenesses(one: Sequence[Weights], two: Sequence[Weights], rare: Rarity) -> tuple[float, ...]:
    """The cosine in each of the views."""
    return tuple(_cosine(mine, yours, rare) for mine, yours in zip(one, two, strict=True))


def _cosine(one: Weights, two: Weights, rare: Rarity) -> float:
    shared = sum((weight * rare(piece)) ** 2 for piece, weight in one.items() if piece in two)
    return shared / math.sqrt(_square(one, rare) * _square(two, rare)) if shared else 0.0


def _square(weights: Weights, rare: Rarity) -> float:
    return sum((weight * rare(piece)) ** 2 for piece, weight in weights.items())


def covered(one: Sequence[Weights], two: Sequence[Weights]) -> float:
    """The share, by weight, of `one`'s characters and words that stand in `two` as well."""
    return share({**one[0], **one[2]}, {**two[0], **two[2]})


def share(one: Weights, two: Weights) -> float:
    """The share, by weight, of the pieces of `one` that `two` has as well; 0.0 where `one` has none."""
    total = sum(one.values())
    return sum(weight for piece, weight in one.items() if piece in two) / total if total else 0.0


class Known:
    """Texts that are known, each with its id, searched by likeness."""

    def __init__(self, known: Iterable[tuple[str, str]]) -> None:
        self.ids: list[str] = []
        self.texts: list[str] = []
        self._holders: defaultdict[str, list[int]] = defaultdict(list)
        for number, (name, text) in enumerate(known):
            self.ids.append(name)
            self.texts.append(normalise(text))
            for piece in self._pieces(self.texts[-1]):
                self._holders[piece].append(number)

    @staticmethod
    def _pieces(text: str) -> Iterable[str]:
        return (piece for view in views(text) for piece in view)

    def rare(self, piece: str) -> float:
        """How much more a piece counts because few of the known texts have it: the root of its log rarity."""
        return math.sqrt(math.log((len(self.ids) + 1) / (len(self._holders.get(piece, ())) + 0.5)))

    def rank(self, text: str, *, limit: int = 5) -> list[Match]:
        """The `limit` known texts most like `text`, best first; only such as share anything with it."""
        return [Match(self.ids[number], score) for number, score in self.nearest(normalise(text))[:limit]]

    def nearest(self, text: str) -> list[tuple[int, float]]:
        """As `rank`, for a normalised text: the numbers of the known texts that were looked at, with their scores."""
        asked = views(text)
        rare = functools.cache(self.rare)
        shared: defaultdict[int, float] = defaultdict(float)
        for weights in asked:
            for piece, weight in weights.items():
                for number in self._holders.get(piece, ()):
                    shared[number] += weight * rare(piece) ** 2
        looked_at = heapq.nlargest(_LOOKED_AT, shared, key=shared.__getitem__)
        scored = [(number, _likeness(asked, views(self.texts[number]), rare)) for number in looked_at]
        return sorted(scored, key=lambda pair: (-pair[1], pair[0]))
