"""What makes words of danger mean something else: denial, past, elsewhere, imagination, questions, drills, jokes.

Each frame looks at a `Scene`, the words of danger in their clause, and is cancelled by words that bring the danger
back to here and now ("上个月修过,现在又冒烟了"). The words themselves stand in `frames.toml`.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("frames.toml")


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Words of danger at `text[start:end]` inside the clause `text[clause_start:clause_end]`; normalised text."""

    text: str
    start: int
    end: int
    clause_start: int
    clause_end: int

    @property
    def around(self) -> str:
        """The words of danger with 8 characters on both sides."""
        return self.text[max(0, self.start - 8) : self.end + 8]


VIEWS: dict[str, Callable[[Scene], str]] = {
    "message": lambda scene: scene.text,
    "danger": lambda scene: scene.text[scene.start : scene.end],
    "danger and a character on each side": lambda scene: scene.text[max(0, scene.start - 1) : scene.end + 1],
    "danger and what follows": lambda scene: scene.text[scene.start : scene.end + 26],
    "just before": lambda scene: scene.text[max(scene.clause_start, scene.start - 14) : scene.start],
    "before": lambda scene: scene.text[: scene.start],
    "clause up to danger": lambda scene: scene.text[scene.clause_start : scene.end],
    "clause": lambda scene: scene.text[scene.clause_start : scene.clause_end],
    "clause and what follows": lambda scene: scene.text[scene.clause_start : max(scene.clause_end, scene.end + 14)],
    "story": lambda scene: scene.text[max(0, scene.start - 45) : scene.end],
    "nearby": lambda scene: scene.text[max(0, scene.start - 45) : scene.end + 45],
    "from shortly before": lambda scene: scene.text[max(0, scene.start - 20) :],
    "after": lambda scene: scene.text[scene.end : scene.end + 24],
}
"""The parts of a scene that a frame may look at."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """Words (`pattern`) in one view of a scene that silence it, unless other words stand in another view.

    With `since_last` the other words have to stand behind the last words of the frame: "上次修过,今天又冒烟".
    """

    name: str
    pattern: re.Pattern[str]
    view: Callable[[Scene], str]
    unless: re.Pattern[str] | None
    saved_by: Callable[[Scene], str]

    def silences(self, scene: Scene) -> bool:
        """True when the words of danger in `scene` are not about danger here and now."""
        if not self.pattern.search(self.view(scene)):
            return False
        return self.unless is None or not self.unless.search(self.saved_by(scene))


@functools.cache
def frames() -> tuple[Frame, ...]:
    """All frames; a rule names those it is immune to."""
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return tuple(_frame(entry) for entry in table["frame"])


def _frame(entry: Mapping[str, Any]) -> Frame:
    pattern = re.compile("|".join(entry["words"]))
    unless = re.compile("|".join(entry["unless"]), re.DOTALL) if "unless" in entry else None
    if entry.get("saved_by") == "since the last":
        return Frame(
            name=entry["name"],
            pattern=pattern,
            view=VIEWS[entry["view"]],
            unless=unless,
            saved_by=functools.partial(_since_the_last, pattern),
        )
    return Frame(
        name=entry["name"],
        pattern=pattern,
        view=VIEWS[entry["view"]],
        unless=unless,
        saved_by=VIEWS[entry.get("saved_by", "message")],
    )


def _since_the_last(pattern: re.Pattern[str], scene: Scene) -> str:
    """The text from the last words of the frame before the danger to the end of the danger's clause."""
    last = max((found.end() for found in pattern.finditer(scene.text, 0, scene.end)), default=0)
    return scene.text[last : scene.clause_end]
