"""The few words and menu keys that are orders, not messages. Written exactly so, give or take a mark."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum


class Command(StrEnum):
    """What a resident can order."""

    MENU = "menu"
    ASK = "ask"
    NEED_HELP = "need-help"
    PROGRESS = "progress"
    NUMBERS = "emergency-numbers"
    MY_DATA = "my-data"
    ERASE = "erase"
    CONFIRM_ERASURE = "confirm-erasure"
    REFUSE_NOTICES = "refuse-notices"
    WANT_NOTICES = "want-notices"
    VOLUNTEER = "volunteer"


# The digits of the menu, in its order.
MENU = (Command.ASK, Command.NEED_HELP, Command.PROGRESS, Command.NUMBERS, Command.MY_DATA)

_WORDS = {
    "菜单": Command.MENU,
    "帮助": Command.MENU,
    "功能": Command.MENU,
    "menu": Command.MENU,
    "help": Command.MENU,
    "": Command.MENU,
    "我要问": Command.ASK,
    "我要帮忙": Command.NEED_HELP,
    "要帮忙": Command.NEED_HELP,
    "查进度": Command.PROGRESS,
    "进度": Command.PROGRESS,
    "查询进度": Command.PROGRESS,
    "我的诉求": Command.PROGRESS,
    "紧急电话": Command.NUMBERS,
    "应急电话": Command.NUMBERS,
    "我的数据": Command.MY_DATA,
    "我的信息": Command.MY_DATA,
    "删除我的数据": Command.ERASE,
    "删除数据": Command.ERASE,
    "注销": Command.ERASE,
    "确认删除": Command.CONFIRM_ERASURE,
    "退订": Command.REFUSE_NOTICES,
    "td": Command.REFUSE_NOTICES,
    "订阅": Command.WANT_NOTICES,
    "当志愿者": Command.VOLUNTEER,
}

_MARKS = re.compile(r"[\s，。！？!?,.、~～“”\"'：:；;（）()…]+")


def read(text: str) -> Command | None:
    """The order that a text is, None for an ordinary message. Only punctuation is empty: the menu."""
    bare = _MARKS.sub("", text).lower()
    return _WORDS.get(bare)


def digit(text: str) -> int | None:
    """The number that a text consists of ("2", "２。", "第2个", "选2"), None if it is more than that."""
    bare = unicodedata.normalize("NFKC", _MARKS.sub("", text))
    found = re.fullmatch(r"(?:第|选|回复?)?([0-9])(?:个|项|号)?", bare)
    if found:
        return int(found.group(1))
    return {"一": 1, "二": 2, "三": 3, "四": 4, "五": 5}.get(bare)


def clicked(event_key: str) -> Command:
    """The order behind a menu button's key; an unknown key (an old menu still shown) gives the menu."""
    try:
        return Command(event_key)
    except ValueError:
        return Command.MENU
