"""What routing needs to know of the knowledge base."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Found:
    """Slugs: `told` holds one when the answer is sure enough to be said, `choices` up to three when not.

    `calls` are the numbers that the told article names, where it is first aid.
    """

    told: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()


class LookUp(Protocol):
    """Searches the knowledge base for a question."""

    def __call__(self, text: str, /) -> Found:
        """What was found for the text."""
        ...
