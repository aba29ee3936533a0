"""What the models see of a text: its characters in runs of one to three, and a few facts about its shape.

Runs of characters carry dialects and typos over to messages that were never seen. Segmented words were tried beside
them (see docs/decisions.md): they added nothing to what was recognised in unseen topics, and jieba would have taken more
time than all the rest. A feature is there or not: in short messages a count tells nothing more.
"""

from __future__ import annotations

import re

_DIGITS = re.compile(r"\d+")
_SIGNS = str.maketrans({"。": ".", "、": ",", "~": ".", "…": "."})
_ASKING_ENDS = ("?", "吗", "么", "呢", "不", "没", "伐")


def shape(text: str) -> str:
    """`text` (normalised) with numbers as 0 and edges marked: the string whose runs of characters are features."""
    return f"^{_DIGITS.sub('0', text.lower()).translate(_SIGNS)}$"


def runs(shaped: str) -> set[str]:
    """All runs of one, two and three characters in `shaped`."""
    found = set(shaped)
    found.update(map("".join, zip(shaped, shaped[1:], strict=False)))
    found.update(map("".join, zip(shaped, shaped[1:], shaped[2:], strict=False)))
    return found


def facts(text: str) -> set[str]:
    """Facts about the shape of `text`: how long it is, whether it asks, shouts or names a number."""
    length = len(text)
    found = {f"<long{0 if length < 9 else 1 if length < 18 else 2 if length < 40 else 3 if length < 90 else 4}>"}
    if "?" in text or text.endswith(_ASKING_ENDS):
        found.add("<asks>")
    if "!" in text:
        found.add("<shouts>")
    return found


def extract(text: str) -> set[str]:
    """All features of a normalised text."""
    return runs(shape(text)) | facts(text)
