"""Long messages once more, as somebody writes who leaves out every small word. Training time only.

Mailboxes of offices hand letters on without their small words and signs, old people write like telegrams, and machines
that write down speech swallow them: what is left must be enough to see what somebody wants.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from nlp.corpus import Row
from nlp.normalise import normalise
from nlp.segment import words

SMALL_WORDS = Path(__file__).parents[1] / "lexicon" / "small_words.txt"
LONG = 60
"""Characters from which a message is written once more: of a short one too little is left."""

_SIGNS = re.compile(r"[\W_]+")


@functools.cache
def small_words() -> frozenset[str]:
    """Words that say how things hang together and not what they are."""
    lines = SMALL_WORDS.read_text(encoding="utf-8").splitlines()
    return frozenset(word for line in lines if not line.startswith("#") for word in line.split())


def terse(text: str) -> str:
    """`text` without small words and signs."""
    left_out = small_words()
    return "".join(word for word in words(normalise(text)) if word not in left_out and not _SIGNS.fullmatch(word))


def tersely(rows: Iterable[Row]) -> Iterator[Row]:
    """The long ones of `rows`, told tersely, with their labels."""
    for row in rows:
        if len(row.text) >= LONG and (text := terse(row.text)):
            yield replace(row, text=text)
