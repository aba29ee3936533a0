"""Nouns of the area tree."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

ROOT = "root"  # everybody who has not said where they live
_CODE = re.compile(r"[a-z0-9]+(\.[a-z0-9]+)*")


class Level(StrEnum):
    """How large an area is; from the largest."""

    SUBDISTRICT = "subdistrict"  # 街道
    COMMUNITY = "community"  # 社区
    GRID = "grid"  # 网格
    BUILDING = "building"  # 楼栋
    UNIT = "unit"  # 单元


class BadCode(ValueError):
    """An area code that is not lower-case segments joined by dots."""


@dataclass(frozen=True)
class Area:
    """A node of the tree. `code` holds the whole path: `wh.s.g1.b3.u2`; `number` is "3" of 3号楼."""

    code: str
    level: Level
    name: str
    number: str = ""

    def __post_init__(self) -> None:
        if not _CODE.fullmatch(self.code):
            raise BadCode(self.code)

    @property
    def parent(self) -> str | None:
        """The code one level up, None at the top."""
        return self.code.rpartition(".")[0] or None
