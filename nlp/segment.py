"""Chinese words from a text: the project's own jieba tokenizer with the project's own words.

The dictionary is loaded at first use, once for the process, under a lock. jieba's cache is written to the directory
given to `use_cache`, by default `var/cache` under the working directory, never to the shared temporary folder.
"""

from __future__ import annotations

import logging
import math
import threading
from pathlib import Path

import jieba  # type: ignore[import-untyped]  # jieba ships no types

WORDS = Path(__file__).parent / "lexicon" / "words.txt"
"""One word a line, optionally followed by a frequency; lines that begin with # are comments."""

_FREQUENCY = 2000
_UNHEARD = 60
"""What a word that the dictionary lacks is taken to occur in its sixty million: once in a million."""
_SPACES = frozenset(" \t\r\n\u3000")


class _Tokenizer:
    """A lazily loaded jieba.Tokenizer and the directory of its cache."""

    def __init__(self) -> None:
        self.directory = Path("var/cache")
        self._lock = threading.Lock()
        self._jieba: jieba.Tokenizer | None = None

    def get(self) -> jieba.Tokenizer:
        """The loaded tokenizer; the first caller waits about half a second."""
        if self._jieba is None:
            with self._lock:
                if self._jieba is None:
                    self._jieba = self._load()
        return self._jieba

    def log_total(self) -> float:
        """The logarithm of all counts in the dictionary."""
        return math.log(self.get().total)

    def _load(self) -> jieba.Tokenizer:
        jieba.setLogLevel(logging.WARNING)
        tokenizer = jieba.Tokenizer()
        self.directory.mkdir(parents=True, exist_ok=True)
        tokenizer.tmp_dir = str(self.directory)
        tokenizer.cache_file = "jieba.cache"
        tokenizer.initialize()
        for word, frequency in own_words():
            tokenizer.add_word(word, frequency)
        return tokenizer


_tokenizer = _Tokenizer()


def use_cache(directory: Path) -> None:
    """Keep jieba's cache in `directory` (made if missing). Has to be called before the first word is cut."""
    _tokenizer.directory = Path(directory)


def own_words() -> list[tuple[str, int]]:
    """The project's words with their frequencies, as in `lexicon/words.txt`."""
    found = []
    for line in WORDS.read_text(encoding="utf-8").splitlines():
        for entry in line.split("#")[0].split():
            word, _, frequency = entry.partition(":")
            found.append((word, int(frequency or _FREQUENCY)))
    return found


def words(text: str) -> list[str]:
    """The words of `text` in order, signs included, spaces left out. Give it normalised text."""
    return [word for word in _tokenizer.get().cut(text) if word not in _SPACES]


def known_words(text: str) -> list[str]:
    """The words of two characters or more that jieba's dictionary has, on its most probable path through `text`.

    The same path as `cut(text, HMM=False)`, found in one pass and without the words between: a third of its time.
    """
    counts, total, log = _tokenizer.get().FREQ, _tokenizer.log_total(), math.log
    length = len(text)
    best, ends = [0.0] * (length + 1), [0] * (length + 1)
    for start in range(length - 1, -1, -1):
        end = start + 1
        best[start], ends[start] = log(counts.get(text[start]) or 1) - total + best[end], end
        while end < length and (count := counts.get(text[start : end + 1])) is not None:
            end += 1
            if count and (chance := log(count) - total + best[end]) >= best[start]:
                best[start], ends[start] = chance, end
    found, start = [], 0
    while start < length:
        if ends[start] - start > 1:
            found.append(text[start : ends[start]])
        start = ends[start]
    return found


def search_tokens(text: str) -> list[str]:
    """The words of `text` and the shorter words inside them (一氧化碳中毒 → 一氧化碳, 中毒, …), for an index."""
    return [word for word in _tokenizer.get().cut_for_search(text) if word not in _SPACES]


def rarity(piece: str) -> float:
    """How rare a character or word is in the language: the logarithm of 1 / its share, by jieba's counts.

    About 4 for the commonest, 14 for one that the dictionary lacks; never less than 0.3.
    """
    count: int = _tokenizer.get().FREQ.get(piece, 0) or 0
    return max(0.3, _tokenizer.log_total() - math.log(count + _UNHEARD))
