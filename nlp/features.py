"""What the models see of a text: jieba's words, its characters in runs of one to three, what its words do, a few facts.

Runs of characters carry dialects and typos over to messages that were never seen; words say where a run is one. Beside
them stand the sorts of words that occur: those that point to a need (`lexicon/needs.txt`), and those that ask, beg,
scold, pass on, tell of danger (`lexicon/cues.txt`). A feature is there or not: in short messages a count tells nothing.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

from nlp.segment import known_words

NEEDS = Path(__file__).parent / "lexicon" / "needs.txt"
CUES = Path(__file__).parent / "lexicon" / "cues.txt"
DANGER = "<danger"
"""What features that come from the emergency rules begin with."""

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


def runs(shaped: str) -> set[str]:
    """All runs of one, two and three characters in `shaped`."""
    found = set(shaped)
    found.update(map("".join, pairwise(shaped)))
    found.update(map("".join, zip(shaped, shaped[1:], shaped[2:], strict=False)))
    return found


def sorts(found: set[str]) -> set[str]:
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


def extract(text: str, *, danger: str | None) -> set[str]:
    """All features of a normalised text; `danger` is the kind of emergency that the rules heard in it."""
    found = runs(shape(text))
    found |= sorts(found) | facts(text)
    found.update([f"/{word}" for word in known_words(text)])
    if danger:
        found |= {f"{DANGER}>", f"{DANGER}:{danger}>"}
    return found
