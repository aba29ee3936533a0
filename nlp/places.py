"""Where a message is about: building, unit and flat, in the ways that people write them, and places that have names."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from pathlib import Path

from nlp.normalise import normalise
from nlp.segment import words

_DIGITS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_NUMBER = r"\d{1,3}|[零〇一二两三四五六七八九十百]{1,5}"
_UNIT = r"\d{1,2}|[一二三四五六七八九十]{1,3}|[甲乙丙丁]"
_FLAT = r"(?<!\d)[A-Za-z]?\d{3,4}(?![\d年月日元块度人户斤次分米万名位路-])"

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        # 7-1-602; not 2024-11-02, not part of a telephone number
        r"(?<![\d.:/-])(?P<building>[1-9]\d?)-(?P<unit>\d{1,2})-(?P<room>\d{3,4})(?![\d.:/-])",
        # 3栋2单元1204, 三号楼, 十二幢, 3#2单元, B座2-803
        rf"(?<![\d.:/第])(?P<building>{_NUMBER}|[A-Za-z]\d?)\s?(?:号楼|栋|幢|座|号院|#楼|#)"
        rf"(?:\s?,?-?(?P<unit>{_UNIT})(?:单元|门(?!口|卡|禁)|-(?=\d{{3}})))?(?:\s?,?-?(?:\d{{1,2}}[楼层])?(?P<room>{_FLAT}))?",
        # 2单元, 3单元602
        rf"(?<![\d.第])(?P<unit>{_UNIT})单元(?:\s?-?(?P<room>{_FLAT}))?",
        # 12号602室 (lane houses)
        r"(?<![\d.])(?P<building>\d{1,3})号(?P<room>\d{3,4})室?(?!\d)",
        # 7-602; not a price, a score, a range
        r"(?<![\d.:/-])(?P<building>[1-9]\d?)-(?P<room>[1-9]\d{2,3})(?![\d.:/-]|\s?[元块人个斤度岁天分米号点次名月日小倍万%])",
        # 1204室
        r"(?<!\d)(?P<room>[1-9]\d{2,3})[室房](?!价|租|东)",
    )
)


@dataclass(frozen=True)
class Place:
    """A place as told: what was not told is None. Numbers are Arabic digits; `text` is what was written."""

    building: str | None
    unit: str | None
    room: str | None
    text: str


_HINT = re.compile(r"[栋幢座#室房-]|单元|号楼|号院|号\d{3}")


def places(text: str) -> tuple[Place, ...]:
    """The places in `text`, in order, each once. Dates, times, telephone numbers and prices are none."""
    return find(normalise(text))


def find(text: str) -> tuple[Place, ...]:
    """As `places`, for a text that is normalised already."""
    if not _HINT.search(text):
        return ()
    found: dict[int, Place] = {}
    for pattern in _PATTERNS:
        for match in pattern.finditer(text):
            if not _looks_like_date(match):
                found.setdefault(match.start(), _place(match))
                text = text[: match.start()] + "\x00" * len(match.group()) + text[match.end() :]
    return tuple(dict.fromkeys(found[start] for start in sorted(found)))


def _looks_like_date(match: re.Match[str]) -> bool:
    """True for 3-12-2024: a day, a month and a year."""
    parts = match.group().split("-")
    return len(parts) == 3 and parts[2].startswith(("199", "202", "203")) and len(parts[2]) == 4 and int(parts[1]) > 6


def _place(match: re.Match[str]) -> Place:
    groups = match.groupdict()
    return Place(
        building=_plain(groups.get("building")),
        unit=_plain(groups.get("unit")),
        room=groups.get("room"),
        text=match.group().strip(),
    )


def _plain(number: str | None) -> str | None:
    """十二 → 12; digits and letters stay as they are (letters in capitals)."""
    if number is None or not set(number) <= set(_DIGITS) | set("十百"):
        return None if number is None else number.upper()
    total, digit = 0, 0
    for character in number:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = _DIGITS[character] if character in "十百" or total else digit * 10 + _DIGITS[character]
    return str(total + digit)


_NAME = re.compile(r"[\u4e00-\u9fffA-Za-z0-9]+")
NAMES = Path(__file__).parent / "lexicon" / "places.txt"


@functools.cache
def _words_of_names() -> tuple[frozenset[str], frozenset[str]]:
    """What a place is, behind its name, and what is never part of a name; read at the first call."""
    lines = [line.partition(":") for line in NAMES.read_text(encoding="utf-8").splitlines() if line[0] != "#"]
    found = {sort: frozenset(words.split()) for sort, _, words in lines}
    return found["sorts"], found["never"]


def named(text: str) -> tuple[str, ...]:
    """The names of estates, roads, schools and the like in a normalised text, in order, each once.

    A word for a sort of place with the word before it (丽景 + 花园), or one word that ends in one (五一广场).
    """
    sorts, _ = _words_of_names()
    cut = words(text)
    found = []
    for place, word in enumerate(cut):
        if word in sorts:
            if place and (name := _name(cut[:place])):
                found.append(name + word)
        elif len(word) > 2 and any(map(word.endswith, sorts)):
            found.append(word)
    return tuple(dict.fromkeys(found))


def _name(before: list[str]) -> str:
    """The name that the words before a sort of place end in (丽发 新城 + 小区); empty for none.

    One character, or another sort of place, takes one more word.
    """
    sorts, never = _words_of_names()
    name = ""
    for word in reversed(before[-3:]):
        if word in never or not _NAME.fullmatch(word):
            break
        name = word + name
        if len(word) > 1 and word not in sorts:
            break
    return name if len(name) > 1 else ""
