"""Two texts share most words and still say different things: other numbers, a "not", another place, a drill.

`discord` gives the factor by which their similarity shrinks. Sources of the list: how corrections go wrong when a
known rumour is matched by words alone.
"""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass

from nlp.places import find

_NUMERALS = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_SCALES = {"十": 10, "百": 100, "千": 1000, "万": 10000, "亿": 100000000}
_UNITS = (
    "天|小时|分钟|点|块|元|万|个月|个|人|例|倍|%|度|斤|岁|月|日|号线|号|年|公里|米|次|层|楼|期|级|周|"
    "毫克|克|片|粒|瓶|辆|户|名|家"
)
_NUMBER = re.compile(rf"(\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千万亿]+)\s?(?=({_UNITS}))")
_VAGUE = re.compile(r"一[个家天次人点年](?!后|内|之)|一[下些起定样直]")
_DAYS = re.compile(
    r"大后天|后天|明天|明早|明晚|今天|今晚|今早|今日|昨天|前天|(?:周|星期|礼拜)[一二三四五六日天末]|下周|本周|下个?月|月底|年底|元旦|春节"
)
_NOT = re.compile(
    r"(?:没有?|不(?!是吗|过|仅|但|光|要紧|知道|晓得|清楚|好意思|少|同|断|管|得了|如|错|然|了了)|未|无需|别|勿|冇|唔|莫|禁止|拒绝|取消)"
)
_ASKING = re.compile(
    r"(是|能|会|要|可|有|用|该|行|对|好)(?:不|没)\1?|是不是|有没有|要不要|能不能|会不会|可不可以|真的?假的?|是真的?吗|真的吗|吗|么\?|\?"
)
_DENIAL = re.compile(
    r"辟谣|谣言|不实|假的|假消息|不要信|别信|勿信|没有的事|没这回事|官方(?:回应|否认)|不存在|纯属|造谣|子虚乌有|误传|已澄清"
)
_DRILL = re.compile(r"演练|演习|拉练|模拟|推演")
_GATES = re.compile(r"[东西南北](?:门|区|侧|苑|路|街|面)|[一二三四五六\d]期|[AB]区")
_OPPOSITES = (
    ("涨", "降"),
    ("停水", "来水"),
    ("停电", "来电"),
    ("停气", "通气"),
    ("增加", "减少"),
    ("提高", "降低"),
    ("开放", "关闭"),
    ("延长", "缩短"),
    ("提前", "推迟"),
    ("免费", "收费"),
    ("封", "解封"),
    ("上调", "下调"),
    ("停水", "停电"),
    ("停电", "停气"),
    ("停水", "停气"),
    ("致癌", "防癌"),
    ("有毒", "无毒"),
    ("开学", "停课"),
    ("恢复", "暂停"),
    ("安全", "危险"),
    ("男", "女"),
    ("强制", "自愿"),
    ("大人", "孩子"),
    ("冷水", "热水"),
)


@dataclass(frozen=True)
class Statement:
    """What a text commits itself to beside its words."""

    numbers: frozenset[tuple[str, float]]
    days: frozenset[str]
    gates: frozenset[str]
    buildings: frozenset[str]
    negations: int
    asks: bool
    denies: bool
    drill: bool


@functools.lru_cache(maxsize=4096)
def statement(text: str) -> Statement:
    """What a normalised text commits itself to."""
    asks = bool(_ASKING.search(text))
    told = _ASKING.sub("", text)
    return Statement(
        numbers=frozenset((unit, _value(number)) for number, unit in _NUMBER.findall(_VAGUE.sub("", text))),
        days=frozenset(_DAYS.findall(text)),
        gates=frozenset(_GATES.findall(text)),
        buildings=frozenset(place.building for place in find(text) if place.building),
        negations=len(_NOT.findall(told)) % 2,
        asks=asks,
        denies=bool(_DENIAL.search(text)) and not asks,
        drill=bool(_DRILL.search(text)),
    )


def conflicts(a: str, b: str) -> dict[str, bool]:
    """In which respects two normalised texts contradict each other."""
    one, two = statement(a), statement(b)
    return {
        "place": _other(one.buildings, two.buildings) or _other(one.gates, two.gates),
        "number": _other_numbers(one.numbers, two.numbers),
        "day": _other(one.days, two.days),
        "negated": one.negations != two.negations and not (one.asks or two.asks),
        "denied": one.denies != two.denies,
        "drill": one.drill != two.drill,
        "opposite": any(_opposed(a, b, pair) for pair in _OPPOSITES),
        "swapped": _swapped(a, b),
    }


_SHRINKS = {
    "place": 0.5, "number": 0.6, "day": 0.8, "negated": 0.65,
    "denied": 0.5, "drill": 0.5, "opposite": 0.6, "swapped": 0.6,
}  # fmt: skip


def discord(a: str, b: str) -> float:
    """1.0 where two normalised texts can say the same, less the more they contradict each other; never below 0.1."""
    found = conflicts(a, b)
    return max(0.1, math.prod(factor for name, factor in _SHRINKS.items() if found[name]))


def _other(one: frozenset[str], two: frozenset[str]) -> bool:
    return bool(one and two and one.isdisjoint(two))


def _swapped(a: str, b: str) -> bool:
    """True for the same sentence with another thing in one place: 超市的盐要断货 / 超市的米要断货."""
    shorter = min(len(a), len(b))
    start = next((place for place in range(shorter) if a[place] != b[place]), shorter)
    end = next((place for place in range(shorter - start) if a[-1 - place] != b[-1 - place]), shorter - start)
    one, two = a[start : len(a) - end], b[start : len(b) - end]
    return bool(one and two) and max(len(one), len(two)) <= 4 and (start + end) * 2 >= max(len(a), len(b))


def _other_numbers(one: frozenset[tuple[str, float]], two: frozenset[tuple[str, float]]) -> bool:
    """True where both count the same thing and never to the same number."""
    units = {unit for unit, _ in one} & {unit for unit, _ in two}
    return bool(units) and not any(unit in units for unit, _ in one & two)


def _opposed(a: str, b: str, pair: tuple[str, str]) -> bool:
    left, right = pair
    return (left in a and right not in a and right in b and left not in b) or (
        right in a and left not in a and left in b and right not in b
    )


def _value(number: str) -> float:
    """三百二十 → 320; digits as they are."""
    if number[0].isdigit():
        return float(number)
    total, digit = 0, 0
    for character in number:
        if character in _SCALES:
            scale = _SCALES[character]
            total = (total + digit) * scale if scale >= 10000 else total + (digit or 1) * scale
            digit = 0
        else:
            digit = digit * 10 + _NUMERALS[character]
    return float(total + digit)
