"""One way of writing for all that follows: width, script, invisible characters, shouted repetition."""

from __future__ import annotations

import functools
import re
import unicodedata

from opencc import OpenCC

_INVISIBLE = dict.fromkeys((*range(0x200B, 0x2010), *range(0x202A, 0x202F), 0x2060, 0xFE0F, 0xFEFF, 0xAD))
_EMOJI_CODE = re.compile(r"\[[一-鿿A-Za-z]{1,6}\]")
_SPACE = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_REPEATED_SIGN = re.compile(r"([^\w\s])\1+")
_REPEATED_LETTER = re.compile(r"([^\W\d])\1{2,}")
_OLD_ZHE = re.compile(r"(?<![显名原卓编巨专论合昭土执])著(?![名作称述者书])")
_CHINESE_SIGNS = str.maketrans({"，": ",", "！": "!", "？": "?", "：": ":", "；": ";", "（": "(", "）": ")"})


@functools.cache
def _converter() -> OpenCC:
    """Loaded once, at first use. A call costs about a microsecond, less than looking whether it is needed."""
    return OpenCC("t2s")


def normalise(text: str) -> str:
    """The text in half width, simplified characters and single spaces.

    Zero-width and control characters and WeChat's emoji codes ([捂脸]) are dropped; a sign repeated becomes one
    (！！！！ → !), a letter three times or more becomes one (啊啊啊啊 → 啊), 著 as a particle becomes 着.
    Digits stay as they are.
    """
    text = unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).translate(_CHINESE_SIGNS)
    text = _converter().convert(_EMOJI_CODE.sub(" ", text))
    if "著" in text:
        text = _OLD_ZHE.sub("着", text)
    text = _SPACE.sub(" ", text)
    text = _REPEATED_SIGN.sub(r"\1", text)
    return _REPEATED_LETTER.sub(r"\1", text).strip()
