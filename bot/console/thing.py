"""One thing that waits for a person, as the page of today shows it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Thing:
    """One thing that waits for a person. `weight` is "now" (danger), "soon" or ""."""

    key: str  # changes when the thing does
    weight: str
    kind: str  # 紧急, 待核实 …
    tags: tuple[str, ...]
    title: str
    note: str
    since: datetime  # the clock runs from here
    clock: str  # "{} 无人接手": what the clock says, with the time in the braces
    link: str
    action: str  # on the button
    post: str = ""  # the button does it at once, at this address; "" means that it opens `link`
    main: bool = False
