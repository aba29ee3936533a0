"""What a question is made of, as strings: words, pairs of neighbouring words, short pieces, concepts, aims.

The same function reads the variants when a snapshot is built and the question when it is asked.
"""

from __future__ import annotations

import functools
import re
import tomllib
from itertools import pairwise
from pathlib import Path

from nlp.normalise import normalise
from nlp.segment import search_tokens, words

_CONCEPTS = Path(__file__).parent / "concepts.toml"
_LEXICONS = {"k": "concepts", "a": "aims"}
_RUN = re.compile(r"[^\W_]+")
_NUMBER = re.compile(r"\d+")
# Numbers that mean something by themselves; any other becomes 0, so that 39.5 speaks for 38.
_TELLING = frozenset({"84", "95", "110", "119", "120", "122", "12345", "12356", "12320", "12329"})


def clean(text: str) -> str:
    """The question in one way of writing: normalised, lower case, numbers made alike."""
    return _NUMBER.sub(lambda match: match[0] if match[0] in _TELLING else "0", normalise(text).lower())


def features(text: str) -> list[str]:
    """The distinct features of a question, sorted.

    Each begins with its kind: `w:` word, `p:` pair of words, `s:` single character, `c:` two or three
    characters, `k:` concept, `a:` aim.
    """
    plain = normalise(text).lower()
    text = clean(text)
    named = {f"{kind}:{name}" for kind in _LEXICONS for name in named_groups(plain, kind=kind)}
    return sorted({*_words(text), *_pieces(text), *named})


def tokens(text: str) -> list[str]:
    """The distinct search words of a text in order, without punctuation: what the full-text index is
    asked for."""
    return list(dict.fromkeys(word for word in search_tokens(clean(text)) if _RUN.search(word)))


def named_groups(text: str, *, kind: str) -> set[str]:
    """The names of the groups of which a word stands in `text`; `kind` is k (concepts) or a (aims)."""
    pattern, groups = _lexicon(kind)
    return {name for word in pattern.findall(text) for name in groups[word]}


@functools.cache
def _lexicon(kind: str) -> tuple[re.Pattern[str], dict[str, list[str]]]:
    groups: dict[str, list[str]] = {}
    for name, line in tomllib.loads(_CONCEPTS.read_text("utf-8"))[_LEXICONS[kind]].items():
        for word in line.lower().split():
            groups.setdefault(word, []).append(name)
    longest_first = sorted(groups, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest_first))), groups


def _words(text: str) -> list[str]:
    whole = [word for word in words(text) if _RUN.search(word)]
    pairs = [f"p:{first} {second}" for first, second in pairwise(whole)]
    return [f"w:{word}" for word in {*whole, *tokens(text)}] + pairs


def _pieces(text: str) -> list[str]:
    """Pieces of one to three characters that do not cross a sign or a space."""
    return [
        f"{'s' if size == 1 else 'c'}:{run[start : start + size]}"
        for run in _RUN.findall(text)
        for size in (1, 2, 3)
        for start in range(len(run) - size + 1)
    ]
