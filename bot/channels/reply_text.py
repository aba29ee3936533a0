"""What a passive reply may hold: the characters that XML allows, and no more bytes than WeChat takes."""

from __future__ import annotations

import re

MAX_REPLY_BYTES = 2_048  # PLATFORM: a passive text reply, UTF-8

_MORE = "…"
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2
_STOPS = ("\n", "。", "！", "？", "；")


def fit(text: str, limit: int = MAX_REPLY_BYTES) -> str:
    """`text` without characters that XML forbids, at most `limit` bytes of UTF-8.

    A longer text is cut at a line's end and "…" says that there was more. Where the last line alone
    would take half of it away, the cut falls at a sentence's end, else between two characters.
    """
    clean = _NOT_XML.sub("", text)
    raw = clean.encode()
    if len(raw) <= limit:
        return clean
    head = raw[: limit - len(_MORE.encode())].decode(errors="ignore")
    return _at_a_stop(head, follows=clean[len(head)]).rstrip() + _MORE


def cdata(text: str) -> str:
    """`text` as a CDATA section that it cannot break out of: "]]>" is spread over two sections."""
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"


def _at_a_stop(head: str, *, follows: str) -> str:
    if follows == "\n":
        return head
    for stop in _STOPS:
        end = head.rfind(stop) + 1
        if end * 2 > len(head):
            return head[:end]
    return head
