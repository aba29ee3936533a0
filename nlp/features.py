"""What the models see of a text: its characters in runs of one to three, words that point to a need, a few facts.

Runs of characters carry dialects and typos over to messages that were never seen. Segmented words and runs of four were
tried beside them: they added nothing in topics that the model had not seen, and jieba would have taken more time than
all the rest. A feature is there or not: in short messages a count tells nothing more.
"""

from __future__ import annotations

import functools
import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

NEEDS = Path(__file__).parent / "lexicon" / "needs.txt"
DANGER = "<danger"
"""What features that come from the emergency rules begin with."""

_DIGITS = re.compile(r"\d+")
_SIGNS = str.maketrans({"。": ".", "、": ",", "~": ".", "…": "."})
_ASKING_ENDS = ("?", "吗", "么", "呢", "不", "没", "伐")


@functools.cache
def pointers() -> dict[str, tuple[str, ...]]:
    """Each word of `lexicon/needs.txt` (two or three characters) with the needs that it points to."""
    found: defaultdict[str, tuple[str, ...]] = defaultdict(tuple)
    for line in NEEDS.read_text(encoding="utf-8").splitlines():
        need, _, words = line.partition(":")
        if not line.startswith("#"):
            for word in words.split():
                found[word] += (need,)
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


def hints(found: set[str]) -> set[str]:
    """For each need that words among `found` point to, one feature; a second one where two words do."""
    hinted: set[str] = set()
    known = pointers()
    for word in found & known.keys():
        for need in known[word]:
            hinted.add(f"<{need}+>" if f"<{need}>" in hinted else f"<{need}>")
    return hinted


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
    found |= hints(found) | facts(text)
    if danger:
        found |= {f"{DANGER}>", f"{DANGER}:{danger}>"}
    return found
