"""How the console speaks: times as people say them, and the Chinese names of states."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.clock import local
from community.needs.need import Status as NeedStatus
from community.rumours.rumour import Status as RumourStatus
from community.rumours.rumour import Verdict
from nlp.taxonomy import Harm, Intent, Need, Urgency

ACTORS: Mapping[str, str] = {
    "resident": "居民",
    "system": "系统",
    "operator": "安装的人",
    "demo": "演示",
    "shipped": "随软件来的",
    "learned": "学好自动换的",
    "": "没有人",
    "?": "没登录的人",
}
WEEKDAYS = "一二三四五六日"

NEED_STATUS: Mapping[str, str] = {
    NeedStatus.OPEN: "没人接",
    NeedStatus.ACCEPTED: "已接手",
    NeedStatus.IN_PROGRESS: "在办",
    NeedStatus.RESOLVED: "已办，等居民确认",
    NeedStatus.REOPENED: "居民说没解决",
    NeedStatus.REFERRED: "转给别的单位",
    NeedStatus.DECLINED: "办不了，已说明",
    NeedStatus.JOINED: "并入另一件",
    NeedStatus.CLOSED: "办结",
}

# What an analysis may be corrected to, field by field; "" is “没有”.
LABELS: Mapping[str, Mapping[str, str]] = {
    "intent": {one.value: one.chinese for one in Intent},
    "need": {"": "没有诉求"} | {one.value: one.chinese for one in Need},
    "urgency": {one.value: one.chinese for one in Urgency},
    "claim": {"false": "不是传言", "true": "是传言"},
}
FIELDS: Mapping[str, str] = {"intent": "意图", "need": "诉求", "urgency": "急不急", "claim": "传言"}
HARMS: Mapping[str, str] = {one.value: one.chinese for one in Harm}


def ago(moment: datetime, now: datetime) -> str:
    """刚刚, 4 分钟前, 3 小时前, 昨天 18:20, 7月18日."""
    passed = now - moment
    if passed < timedelta(minutes=1):
        return "刚刚"
    if passed < timedelta(hours=8):
        return f"{lasting(moment, now)}前"
    return on_the_wall(moment, now)


def lasting(since: datetime, now: datetime) -> str:
    """How long: 1 分钟, 52 分钟, 3 小时, 2 天. Less than a minute counts as one."""
    minutes = max(1, int((now - since).total_seconds() // 60))
    if minutes < 60:
        return f"{minutes} 分钟"
    return f"{minutes // 60} 小时" if minutes < 48 * 60 else f"{minutes // 1440} 天"


def on_the_wall(moment: datetime, now: datetime) -> str:
    """今天 18:00, 昨天 18:00, 明天 18:00, 7月18日 18:00, and the year where it is another."""
    day, today = local(moment).date(), local(now).date()
    clock = f"{local(moment):%H:%M}"
    near = {-1: "昨天", 0: "今天", 1: "明天"}.get((day - today).days)
    if near:
        return f"{near} {clock}"
    year = "" if day.year == today.year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日 {clock}"


def whole(moment: datetime) -> str:
    """2026年7月18日 星期六 16:42:05, for whoever has to be exact."""
    at = local(moment)
    return f"{at.year}年{at.month}月{at.day}日 星期{WEEKDAYS[at.weekday()]} {at:%H:%M:%S}"


def day(moment: datetime) -> str:
    """7月18日 星期六 16:42, over a day's work."""
    at = local(moment)
    return f"{at.month}月{at.day}日 星期{WEEKDAYS[at.weekday()]} {at:%H:%M}"


def owed(due_at: datetime | None, now: datetime, urgency: str = "") -> tuple[str, str]:
    """(words, weight) of a clock: "soon" from four hours before; "now" is kept for danger that nobody met."""
    if due_at is None:
        return "", ""
    if due_at <= now:
        return f"超时 {lasting(due_at, now)}", "now" if urgency == "emergency" else "soon"
    return f"{on_the_wall(due_at, now)} 到期", "soon" if due_at - now < timedelta(hours=4) else ""


def size(text: str) -> int:
    """Bytes of UTF-8, which is what WeChat counts."""
    return len(text.encode())


RUMOUR_STATUS: Mapping[str, str] = {
    RumourStatus.REPORTED: "待核实",
    RumourStatus.CHECKING: "核实中",
    RumourStatus.JUDGED: "有结论，等更正",
    RumourStatus.CORRECTED: "已更正",
    RumourStatus.CLOSED: "了结",
    RumourStatus.JOINED: "并入另一个说法",
    "correction draft": "更正写好草稿",
    "correction submitted": "更正已提交",
    "correction published": "更正已批准",
    "correction superseded": "旧更正被替换",
    "correction withdrawn": "更正已收回",
}
VERDICTS: Mapping[str, str] = {verdict: verdict.chinese for verdict in Verdict}
# What the rooms write into their histories by themselves; whatever else stands there are somebody's words.
_WHY: Mapping[str, str] = {
    "taken": "",
    "told in the chat": "居民在微信里说的",
    "told in confidence": "居民在微信里说的，保密",
    "asked in the chat": "居民在微信里问的",
    "solved": "居民说解决了",
    "not solved": "居民说没解决",
    "the refusal is contested": "居民不同意",
    "nobody said otherwise": "三天没有人说没解决",
    "the place was told": "补了地点",
    "corrected a month ago": "更正满三十天，问过的人不再保留",
    "correction approved": "更正已批准",
    "correction withdrawn": "更正已收回，重新核实",
    "another took its place": "有了新的更正",
    "withdrawal approved": "另一个人同意收回",
    "drafted": "",
    "edited": "改了草稿",
    "rewritten": "改了草稿",
    "submitted": "",
    "approved": "",
    "second look": "第二个人看过了",
    "cancelled": "",
    "its time has come": "",
    "everybody was tried": "每个人都试过了",
    "its validity is over": "过了有效期",
    "taken back": "拿回来改",
    "questions miss": "有的问法找不到文章了，没有发布",
    "no longer approved": "审核的人现在没有审批权，没有发布",
}

# The same, where a number follows.
_WHY_OF: Mapping[str, str] = {
    "the same as ": "和 {} 是同一件事",
    "not the same as ": "和 {} 不是同一件",
    "joined by ": "{} 并进来了",
    "behind rumour ": "传言 {} 背后的难处",
    "rumour:": "{} 的更正",
}


def why(told: str) -> str:
    """A history's reason in Chinese; somebody's own words stay as they are."""
    if told in _WHY:
        return _WHY[told]
    for head, chinese in _WHY_OF.items():
        if told.startswith(head):
            return chinese.format(told.removeprefix(head))
    if told.startswith("need "):
        return "登记了背后的难处"
    return "、".join(VERDICTS.get(part, part) for part in told.split("、"))
