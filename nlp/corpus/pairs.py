"""Known rumours and messages about them: repeated in other words, missed by a hair, or about something else.

What a matcher learns from (`nlp.train_matching`). `rumours/known.jsonl` has {"id","text","subject"},
`rumours/messages.jsonl` has {"text","kind","of","subject"}: `of` is the rumour repeated or nearly repeated, or null.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import msgspec

RUMOURS = Path(__file__).parent / "rumours"


class Kind(StrEnum):
    """How a message stands to the rumour that it is about."""

    PARAPHRASE = "paraphrase"
    NEAR_MISS = "near_miss"
    OTHER = "other"


class Rumour(msgspec.Struct, frozen=True, kw_only=True):
    """A known rumour; `subject` keeps what belongs together on one side of a split."""

    id: str
    text: str
    subject: str


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """One message and the rumour that it repeats or nearly repeats."""

    text: str
    kind: Kind
    of: str | None
    subject: str


class Rumours(msgspec.Struct, frozen=True):
    """All of them."""

    known: list[Rumour]
    messages: list[Telling]


def read_rumours(folder: Path = RUMOURS) -> Rumours:
    """The pairs in `folder`. Raises msgspec.ValidationError, and ValueError where a message names no known rumour."""
    rumours = Rumours(
        [msgspec.json.decode(line, type=Rumour) for line in _lines(folder / "known.jsonl")],
        [msgspec.json.decode(line, type=Telling) for line in _lines(folder / "messages.jsonl")],
    )
    ids = {one.id for one in rumours.known}
    strays = [one.text for one in rumours.messages if (one.of in ids) != (one.kind is not Kind.OTHER)]
    if strays:
        raise ValueError(f"a message of no known rumour, or without the one it is about: {strays[0]}")
    return rumours


def _lines(path: Path) -> list[str]:
    return [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
