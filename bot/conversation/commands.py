"""The few words and menu keys that are orders, not messages. Written exactly so, give or take a mark."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from bot.stories.take_task import Verb
from community.needs.need import Answer


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
    RECEIVED = "received"
    SIGN_UP = "sign-up"


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
    "收到": Command.RECEIVED,
    "报名": Command.SIGN_UP,
    "报名志愿者": Command.SIGN_UP,
    "志愿者报名": Command.SIGN_UP,
}

_TASK_WORDS = {
    "接": Verb.TAKE,
    "我接": Verb.TAKE,
    "放": Verb.RELEASE,
    "去不了": Verb.RELEASE,
    "完成": Verb.DONE,
    "做完了": Verb.DONE,
}
_TASK = re.compile(
    r"(?P<word>我接|接|放|去不了|完成|做完了)\s*(?:任务)?\s*(?P<number>R-\d{4}-\d{1,4}|\d{1,4}(?!\d*\s*分))?"
    r"\s*[,，]?\s*(?:(?P<minutes>\d{1,3})\s*分钟?)?",
    re.IGNORECASE,
)
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


# One word that judges what was done, with or without the number it is about.
_JUDGED = re.compile(
    r"(S-\d{4}-\d+)?(已经?解决了?|解决了|(?:还|仍)?(?:没有?|未)解决|不同意)(S-\d{4}-\d+)?", re.IGNORECASE
)


def judged(text: str) -> tuple[Answer, str] | None:
    """What a text such as "没解决" or "解决了 S-1120-3" judges, and the number, "" without one.

    None for any other text.
    """
    found = _JUDGED.fullmatch(unicodedata.normalize("NFKC", _MARKS.sub("", text)))
    if found is None:
        return None
    before, said, after = found.groups()
    answer = Answer.CONTESTED if said == "不同意" else Answer.UNSOLVED if re.search("没|未", said) else Answer.SOLVED
    return answer, (before or after or "").upper()


@dataclass(frozen=True)
class TaskWord:
    """接, 放 or 完成, with what was named of the task's number and the minutes given (0: not said)."""

    verb: Verb
    number: str
    minutes: int


def task_word(text: str) -> TaskWord | None:
    """A volunteer's word about a task: "接", "接3", "接 R-1120-3", "放", "完成 40分钟"; else None."""
    found = _TASK.fullmatch(unicodedata.normalize("NFKC", text).strip(' 。.!！“”"'))
    if not found:
        return None
    return TaskWord(_TASK_WORDS[found["word"]], (found["number"] or "").upper(), int(found["minutes"] or 0))


def clicked(event_key: str) -> Command:
    """The order behind a menu button's key; an unknown key (an old menu still shown) gives the menu."""
    try:
        return Command(event_key)
    except ValueError:
        return Command.MENU
