"""The fifteen things an article cannot know, because they differ from place to place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_PLACEHOLDER = re.compile(r"\{\{\s*(\w+)\s*\}\}")


@dataclass(frozen=True)
class LocalFact:
    """A local fact: its `label` in the console, an `example`, and who to ask while it is not filled in."""

    label: str
    example: str
    instead: str


LOCAL_FACTS: Mapping[str, LocalFact] = {
    "community_name": LocalFact("社区名称", "幸福里社区", "本社区"),
    "duty_phone": LocalFact("值班电话", "010-80001234", "社区值班室（问12345）"),
    "duty_hours": LocalFact("值班时间", "每天8:00—20:00", "值班时间（问居委会）"),
    "office_address": LocalFact("居委会地址", "幸福路18号1号楼一层", "居委会（地址问12345）"),
    "office_hours": LocalFact("办公时间", "工作日9:00—17:00", "办公时间（问12345）"),
    "grid_worker": LocalFact("网格员怎么找", "楼道公示牌，13900000000", "网格员（电话看楼道公示牌）"),
    "property_phone": LocalFact("物业电话", "010-80005678", "物业（电话看楼道公示牌）"),
    "shelter": LocalFact("应急避难场所", "幸福小学操场", "就近的避难场所（问居委会）"),
    "clinic": LocalFact("社区卫生服务中心", "幸福路社区卫生服务中心", "社区卫生服务中心"),
    "hospital": LocalFact("最近的急诊", "市第一人民医院急诊", "最近医院的急诊"),
    "aed_place": LocalFact("AED位置", "居委会门口和地铁A口", "附近的AED（问120）"),
    "lift_rescue": LocalFact("电梯救援电话", "010-80009600", "轿厢里贴的救援电话"),
    "gas_phone": LocalFact("燃气抢修电话", "010-80009777", "燃气公司（电话问12345）"),
    "water_phone": LocalFact("供水服务电话", "010-80009696", "供水公司（电话问12345）"),
    "volunteer_point": LocalFact("志愿与捐赠登记处", "居委会一楼服务台", "居委会"),
}

FACTS: Mapping[str, str] = {name: fact.label for name, fact in LOCAL_FACTS.items()}
EXAMPLES: Mapping[str, str] = {name: fact.example for name, fact in LOCAL_FACTS.items()}


def fill(text: str, facts: Mapping[str, str]) -> str:
    """Put the community's `facts` (name to value) into the `{{name}}` places of `text`.

    One that is not filled in, or only with blanks, becomes who to ask instead.
    Raises KeyError for a name that is not one of `FACTS`.
    """

    def value(match: re.Match[str]) -> str:
        fact = LOCAL_FACTS[match[1]]
        return facts.get(match[1], "").strip() or fact.instead

    return _PLACEHOLDER.sub(value, text)


def unknown_facts(text: str) -> list[str]:
    """The names in `{{…}}` that are no local fact, and `{{` or `}}` left over by a slip of the pen."""
    names = [name for name in _PLACEHOLDER.findall(text) if name not in LOCAL_FACTS]
    rest = _PLACEHOLDER.sub("", text)
    return names + [brace for brace in ("{{", "}}") if brace in rest]
