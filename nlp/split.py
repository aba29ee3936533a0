"""A long message with several requests, as its requests."""

from __future__ import annotations

import re

_SHORTEST = 6
_NEXT = re.compile(
    r"(?:^|(?<=[,.!?;。、\s]))(?="
    r"(?:\d|[一二三四五六])[.、)](?!\d)|[①②③④⑤⑥]|第[一二三四五六](?:个|件|点|,|、|,|是)|(?:其一|其二|其三|其次|再次|一是|二是|三是|四是)|"
    r"另外|此外|还有(?:就是|一个|一件|个|件|,|呢)|再就是|再一个|再有|再问|顺便|顺带|对了|同时也?(?:想|请|问|反映)|(?:二|三)来)"
)
_NUMBERED = re.compile(r"^(?:(?:\d|[一二三四五六])[.、)]|[①②③④⑤⑥]|第[一二三四五六][个件点]?[,、是]?)\s*")


def split(text: str) -> list[str]:
    """The requests in `text` (normalised), in order; a message with one request comes back as it is.

    Only words that begin a new request part a message ("另外", "第二", "2."): guessing where a story turns would tear
    more messages than it would help. What is shorter than six characters is left with its neighbour.
    """
    parts: list[str] = []
    for part in _NEXT.split(text):
        if parts and (len(part.strip()) < _SHORTEST or len(parts[-1]) < _SHORTEST):
            parts[-1] += part
        else:
            parts.append(part)
    cleaned = [_NUMBERED.sub("", part.strip()).strip(" ,;") for part in parts]
    return [part for part in cleaned if part] if len(cleaned) > 1 else [text]
