"""Is somebody on duty now? Read from the committee's own fact 值班时间."""

from __future__ import annotations

import re
from datetime import datetime

from bot.clock import local

_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*(?:-|—|–|~|～|至|到)\s*(\d{1,2})[:：](\d{2})")
_ALWAYS = re.compile(r"24\s*小时|全天|昼夜")


def on_duty(hours: str, now: datetime) -> bool | None:
    """True or false by hours such as "08:30-20:00", "20:00至次日8:00", "24小时"; None if unreadable.

    Several spans may stand in one text; one that ends before it begins runs past midnight.
    """
    if _ALWAYS.search(hours):
        return True
    spans = [(60 * int(a) + int(b), 60 * int(c) + int(d)) for a, b, c, d in _SPAN.findall(hours.replace("次日", ""))]
    if not spans:
        return None
    clock = local(now)
    minute = 60 * clock.hour + clock.minute
    return any(_inside(minute, start, end) for start, end in spans)


def _inside(minute: int, start: int, end: int) -> bool:
    if start <= end:
        return start <= minute < end
    return minute >= start or minute < end
