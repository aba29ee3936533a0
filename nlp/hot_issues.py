"""What many write about: messages gathered into issues, the hottest first.

A message is its words, those of its first line three times over, and the names of places in it (estates, roads,
buildings), each weighed by how few of the messages have it. The two most alike are put together first, and two groups
as long as their messages are alike on average (agglomerative clustering with average linkage); no number of groups is
given, and the one threshold was not fitted to any set: results hardly change between two thirds and one and a half
times of it. Nobody is counted, only messages, and people only where the caller names them.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # scipy ships no types

from nlp.normalise import normalise
from nlp.places import find, named
from nlp.segment import words

ALIKE = 0.14
"""The mean cosine between the messages of two groups from which they are one issue."""

LEAD = 30
LEAD_COUNTS = 2.0
PLACE_COUNTS = 2.0
COMMON = 0.1
"""A word that a larger share of the messages has says nothing about one of them; with few messages none is left out."""

FEW = 50
BUSY = timedelta(days=30)
FRESH = timedelta(days=7)
_LOOKED_AT = 400  # characters of a message
_TITLE = 40
_SENTENCE = re.compile(r"[^。！？!?\n]{6,}?(?=[。！？!?\n])")
_NOT_WORDS = re.compile(r"[\d\W_]+")


@dataclass(frozen=True, kw_only=True)
class Voice:
    """One message: when it was written, which place it is about, and who wrote it, as far as that is known."""

    id: str
    text: str
    time: datetime | None = None
    place: str | None = None
    writer: str | None = None


@dataclass(frozen=True, kw_only=True)
class Issue:
    """What several messages are about. `title` is the beginning of the message nearest to all of them.

    `heat` grows with the number of people (of messages, where writers are not known), with how many of them came within
    one month, and with how many of them came in the last week that the messages tell of.
    """

    ids: tuple[str, ...]
    title: str
    heat: float
    first: datetime | None
    last: datetime | None
    place: str | None


def issues(voices: Sequence[Voice]) -> list[Issue]:
    """The issues in `voices`, the hottest first; each message is in exactly one. 10,000 messages take some seconds."""
    texts = [normalise(voice.text)[:_LOOKED_AT] for voice in voices]
    if not texts:
        return []
    places = [_places(voice, text) for voice, text in zip(voices, texts, strict=True)]
    vectors = _vectors([_pieces(text, names) for text, names in zip(texts, places, strict=True)])
    now = max((voice.time for voice in voices if voice.time), default=None)
    found = [_issue(group, voices, places, vectors, now) for group in _gather(vectors)]
    return sorted(found, key=lambda issue: -issue.heat)


def _places(voice: Voice, text: str) -> list[str]:
    """The places that a message is about, the caller's own first."""
    buildings = [f"{place.building}栋" for place in find(text) if place.building]
    return [*([voice.place] if voice.place else []), *named(text), *dict.fromkeys(buildings)]


def _pieces(text: str, places: Sequence[str]) -> Counter[str]:
    """Words, names of places, and pairs of characters of the first lines, with how much each counts."""
    found: Counter[str] = Counter()
    for told, counts in ((text, 1.0), (text[:LEAD], LEAD_COUNTS)):
        for word in words(told):
            if len(word) > 1 and not _NOT_WORDS.fullmatch(word):
                found[f"/{word}"] += counts  # type: ignore[assignment]  # a Counter may hold floats
    for one, two in pairwise(_NOT_WORDS.sub("", text[: 2 * LEAD])):
        found[one + two] += 0.5  # type: ignore[assignment]
    for place in places:
        found[f"@{place}"] += PLACE_COUNTS  # type: ignore[assignment]
    return found


def _vectors(messages: Sequence[Counter[str]]) -> csr_matrix:
    """One row of length 1 for each message: what two or more messages have and not too many, rare counts more."""
    holders = Counter(piece for pieces in messages for piece in pieces)
    most = COMMON * len(messages) if len(messages) > FEW else len(messages)
    columns = {piece: place for place, piece in enumerate(p for p, count in holders.items() if 2 <= count <= most)}
    rows, places, values = [], [], []
    for row, pieces in enumerate(messages):
        for piece, count in pieces.items():
            if piece in columns:
                rows.append(row)
                places.append(columns[piece])
                weight = 1 + math.log(count) if count >= 1 else count
                values.append(weight * math.log((len(messages) + 1) / holders[piece]))
    matrix = csr_matrix((values, (rows, places)), shape=(len(messages), len(columns)))
    lengths = np.sqrt(np.asarray(matrix.multiply(matrix).sum(axis=1)).ravel())
    matrix.data /= np.repeat(np.maximum(lengths, 1e-9), np.diff(matrix.indptr))
    return matrix


def _gather(vectors: csr_matrix) -> list[list[int]]:
    """The rows in groups; pairs that are not alike enough by themselves are never looked at."""
    likeness = (vectors @ vectors.T).tocoo()
    near = (likeness.row < likeness.col) & (likeness.data >= ALIKE)
    order = np.argsort(-likeness.data[near], kind="stable")
    groups = _Groups(vectors)
    for one, two in zip(likeness.row[near][order].tolist(), likeness.col[near][order].tolist(), strict=True):
        groups.join_if_alike(one, two)
    return [sorted(members) for members in groups.members if members]


class _Groups:
    """Rows of a matrix gathered into groups, each with the sum of its rows: two groups' mean cosine is one product."""

    def __init__(self, vectors: csr_matrix) -> None:
        self.members = [[row] for row in range(vectors.shape[0])]
        self._home = list(range(vectors.shape[0]))
        self._sums = [_as_dict(vectors, row) for row in range(vectors.shape[0])]
        self._refused: dict[tuple[int, int], int] = {}

    def join_if_alike(self, one: int, two: int) -> None:
        """Make one group of those of two rows, if they are alike on average."""
        large, small = self._home[one], self._home[two]
        if large == small:
            return
        if len(self.members[large]) < len(self.members[small]):
            large, small = small, large
        pairs = len(self.members[large]) * len(self.members[small])
        if self._refused.get((large, small)) == pairs:
            return
        if _product(self._sums[small], self._sums[large]) < ALIKE * pairs:
            self._refused[large, small] = pairs
            return
        total = self._sums[large]
        for piece, weight in self._sums[small].items():
            total[piece] = total.get(piece, 0.0) + weight
        for row in self.members[small]:
            self._home[row] = large
        self.members[large] += self.members[small]
        self.members[small], self._sums[small] = [], {}


def _as_dict(vectors: csr_matrix, row: int) -> dict[int, float]:
    start, end = vectors.indptr[row], vectors.indptr[row + 1]
    return dict(zip(vectors.indices[start:end].tolist(), vectors.data[start:end].tolist(), strict=True))


def _product(one: Mapping[int, float], two: Mapping[int, float]) -> float:
    small, large = (one, two) if len(one) < len(two) else (two, one)
    return sum(weight * large[piece] for piece, weight in small.items() if piece in large)


def _issue(
    group: Sequence[int],
    voices: Sequence[Voice],
    places: Sequence[Sequence[str]],
    vectors: csr_matrix,
    now: datetime | None,
) -> Issue:
    members = [voices[number] for number in group]
    centre: NDArray[np.float64] = np.asarray(vectors[list(group)].sum(axis=0)).ravel()
    nearest = group[int(np.argmax(vectors[list(group)] @ centre))]
    times = sorted(voice.time for voice in members if voice.time)
    return Issue(
        ids=tuple(voice.id for voice in members),
        title=_title(voices[nearest].text),
        heat=_heat(members, times, now),
        first=times[0] if times else None,
        last=times[-1] if times else None,
        place=_place([places[number] for number in group]),
    )


def _title(text: str) -> str:
    """The first sentence of a message, or the beginning of one that is too long."""
    sentence = _SENTENCE.match(text.strip())
    return (sentence.group() if sentence else text.strip())[:_TITLE]


def _heat(members: Sequence[Voice], times: Sequence[datetime], now: datetime | None) -> float:
    """People, and half as much again for every further message of theirs; up to half more for a dense month, and up to
    half more for the last week."""
    people = len({voice.writer or voice.id for voice in members})
    crowd = people + 0.5 * (len(members) - people)
    if not times or now is None:
        return crowd
    densest = max(sum(start <= time <= start + BUSY for time in times) for start in times)
    fresh = sum(now - time <= FRESH for time in times)
    return crowd * (1 + 0.5 * densest / len(times) + 0.5 * fresh / len(times))


def _place(told: Sequence[Sequence[str]]) -> str | None:
    """The place that at least half of the messages name, the longest of those named as often; None without one."""
    counts = Counter(place for places in told for place in set(places))
    best = max(counts, key=lambda place: (counts[place], len(place), place), default=None)
    return best if best is not None and 2 * counts[best] >= len(told) else None
