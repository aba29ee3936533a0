"""What the models see of a text: jieba's words, its characters in runs of one to three, what its words do, a few facts.

How a text begins and ends is seen once more, and of a long one its first line: there stands what it is about.

Runs of characters carry dialects and typos over to messages that were never seen; words say where a run is one. Beside
them stand the sorts of words that occur: those that point to a need (`lexicon/needs.txt`), and those that ask, beg,
scold, pass on, tell of danger (`lexicon/cues.txt`). A feature is there or not: in short messages a count tells nothing.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.segment import known_words

NEEDS = Path(__file__).parent / "lexicon" / "needs.txt"
CUES = Path(__file__).parent / "lexicon" / "cues.txt"
DANGER = "<danger"
"""What features that come from the emergency rules begin with."""

_LONGEST_RUN = 3
_BITS = 21  # of a code point
_EDGES = (3, 4, 5)  # characters, the mark of the edge among them
_LONG = 60
_LINE = 30
_DIGITS = re.compile(r"\d+")
_SIGNS = str.maketrans({"。": ".", "、": ",", "~": ".", "…": "."})
_ASKING_ENDS = ("?", "吗", "么", "呢", "不", "没", "伐")


@functools.cache
def pointers() -> dict[str, tuple[tuple[str, str], ...]]:
    """Each word of the lexicons (one to three characters) with its sorts: the feature for one such word, for two."""
    found: defaultdict[str, tuple[tuple[str, str], ...]] = defaultdict(tuple)
    for path in (NEEDS, CUES):
        for line in path.read_text(encoding="utf-8").splitlines():
            sort, _, words = line.partition(":")
            if not line.startswith("#"):
                for word in words.split():
                    found[word] += ((f"<{path.stem}:{sort}>", f"<{path.stem}:{sort}+>"),)
    return dict(found)


def shape(text: str) -> str:
    """`text` (normalised) with numbers as 0 and edges marked: the string whose runs of characters are features."""
    return f"^{_DIGITS.sub('0', text.lower()).translate(_SIGNS)}$"


def runs(shaped: str) -> list[str]:
    """All runs of one, two and three characters in `shaped`, as often as they stand there."""
    return [
        *shaped,
        *map("".join, pairwise(shaped)),
        *map("".join, zip(shaped, shaped[1:], shaped[2:], strict=False)),
    ]


def edges(shaped: str) -> list[str]:
    """The first and the last characters of `shaped`; of a long one, all runs of its first line."""
    found = [f"<begins:{shaped[:size]}" for size in _EDGES] + [f"<ends:{shaped[-size:]}" for size in _EDGES]
    if len(shaped) > _LONG:
        found += [f"<leads:{run}" for run in runs(shaped[:_LINE])]
    return found


def sorts(found: Iterable[str]) -> set[str]:
    """For each sort of words that occurs among `found`, one feature; a second one where two of its words do."""
    there: set[str] = set()
    known = pointers()
    for word in filter(known.__contains__, found):
        for once, twice in known[word]:
            there.add(twice if once in there else once)
    return there


def facts(text: str) -> set[str]:
    """Facts about the shape of `text`: how long it is, whether it asks or shouts."""
    length = len(text)
    found = {f"<long{0 if length < 9 else 1 if length < 18 else 2 if length < 40 else 3 if length < 90 else 4}>"}
    if "?" in text or text.endswith(_ASKING_ENDS):
        found.add("<asks>")
    if "!" in text:
        found.add("<shouts>")
    return found


def extract(text: str, *, danger: str | None) -> list[str]:
    """All features of a normalised text, as often as they stand there; `danger` is the kind of emergency heard."""
    shaped = shape(text)
    found = runs(shaped)
    return found + beside_runs(text, shaped, pointing=set(found), danger=danger)


def beside_runs(text: str, shaped: str, *, pointing: Iterable[str], danger: str | None) -> list[str]:
    """The features that are no runs of characters; `pointing`: the runs among which sorts of words are looked for."""
    found = [*sorts(pointing), *facts(text), *edges(shaped)]
    found += [f"/{word}" for word in known_words(text)]
    if danger:
        found += (f"{DANGER}>", f"{DANGER}:{danger}>")
    return found


def is_run(feature: str) -> bool:
    """Whether a feature is a run of characters."""
    return len(feature) <= _LONGEST_RUN and feature[0] not in "/<"


def run_numbers(shaped: str) -> NDArray[np.int64]:
    """The distinct runs of `shaped` as numbers, 21 bits a character, sorted: many are looked up at once that way."""
    one = np.frombuffer(shaped.encode("utf-32-le"), "<u4").astype(np.int64)
    two = one[:-1] << _BITS | one[1:]
    three = two[:-1] << _BITS | one[2:]
    return np.unique(np.concatenate((one, two, three)))


def numbers_of(runs: Sequence[str]) -> NDArray[np.int64]:
    """The number of each of `runs`, as `run_numbers` has them."""
    numbers = np.zeros(len(runs), dtype=np.int64)
    for size in range(1, _LONGEST_RUN + 1):
        places = [place for place, run in enumerate(runs) if len(run) == size]
        together = "".join(runs[place] for place in places).encode("utf-32-le")
        for column in np.frombuffer(together, "<u4").astype(np.int64).reshape(-1, size).T:
            numbers[places] = numbers[places] << _BITS | column
    return numbers


def run_of(number: int) -> str:
    """The run of characters that has that number."""
    characters = []
    while number:
        characters.append(chr(number & (1 << _BITS) - 1))
        number >>= _BITS
    return "".join(reversed(characters))
