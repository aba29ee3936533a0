"""The community's own buildings from a CSV file: all or nothing."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

from community.areas.area import Area, BadCode, Level

COLUMNS = ("code", "level", "name", "number")


class BadFile(Exception):
    """The file is no area tree; the text names file, line and column and says what to do."""


def read(path: Path) -> list[Area]:
    """The areas of a CSV file with the columns code, level, name, number (UTF-8, Excel's mark allowed).

    Every parent has to stand before its children. Raises BadFile; nothing is half read.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{path}：读不了（{error}），请存成 UTF-8 的 CSV") from None
    if not rows or tuple(cell.strip() for cell in rows[0]) != COLUMNS:
        raise BadFile(f"{path} 第1行第1列：表头应是 {','.join(COLUMNS)}")
    return list(_areas(path, rows))


def _areas(path: Path, rows: list[list[str]]) -> Iterator[Area]:
    codes: set[str] = set()
    for line, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        area = _area(path, line, [cell.strip() for cell in row])
        if area.code in codes:
            raise BadFile(f"{path} 第{line}行第1列：编码 {area.code} 重复")
        if area.parent and area.parent not in codes:
            raise BadFile(f"{path} 第{line}行第1列：上一级 {area.parent} 还没有出现，请放到前面")
        codes.add(area.code)
        yield area


def _area(path: Path, line: int, cells: list[str]) -> Area:
    if len(cells) != len(COLUMNS):
        raise BadFile(f"{path} 第{line}行第{len(cells)}列：应有 {len(COLUMNS)} 列")
    code, level, name, number = cells
    if level not in set(Level):
        raise BadFile(f"{path} 第{line}行第2列：级别应是 {'、'.join(Level)} 之一")
    if not name:
        raise BadFile(f"{path} 第{line}行第3列：名称不能空")
    try:
        return Area(code=code, level=Level(level), name=name, number=number)
    except BadCode:
        raise BadFile(f"{path} 第{line}行第1列：编码只用小写字母和数字，用点分级，如 xf.g1.b3") from None
