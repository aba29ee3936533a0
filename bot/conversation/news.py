"""What the assistant says later, of its own accord: what became of a need or of a statement.

Short, warm, and it says what comes next, as everything in `wording.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bot.clock import local
from community.rumours.rumour import Verdict

LONGEST_QUOTE = 40  # characters of a statement, so that the answer to it stays in sight


def alarm_taken(number: str, name: str) -> str:
    """Somebody has taken an emergency; `name` is how they are called on duty."""
    return f"值班的{name}已经接手 {number}，正在处理。人有危险别等，先打 119、120 或 110。"


def need_accepted(number: str) -> str:
    """Somebody of the staff has taken it."""
    return f"{number} 有人接手了，办到哪一步会告诉您。回“查进度”随时看。"


def need_progress(number: str, note: str) -> str:
    """Work goes on."""
    return f"{number} 有进展：{_sentence(note)}办好了再告诉您。"


def need_resolved(number: str, done: str) -> str:
    """Staff say that it is done; the resident has the last word."""
    return f"{number} 办好了：{_sentence(done)}\n解决了吗？回“解决了”或“没解决”。三天没回话，就当解决了；以后再说也行。"


def need_referred(number: str, *, body: str, body_number: str) -> str:
    """Another body does it; the resident gets their number."""
    return (
        f"{number} 不归社区管，已转给{body}，那边的编号（电话）是 {body_number}，可以拿它去问。"
        "社区也会跟着催。解决了回“解决了”，没人管回“没解决”。"
    )


def need_declined(number: str, reason: str) -> str:
    """It cannot be done, and why."""
    return f"{number} 这件事社区办不了：{_sentence(reason)}\n觉得不对，回“不同意”，换个人再看一遍。"


def needs_joined(number: str, into: str) -> str:
    """Two needs were one trouble."""
    return f"您说的 {number} 和邻居反映的 {into} 是同一件事，合在一起办，有进展一起告诉您。"


def need_closed(number: str) -> str:
    """The resident says that it is solved."""
    return f"太好了，{number} 就办结了。谢谢您回话。要是又坏了，回“没解决”，就重新打开。"


def need_reopened(number: str) -> str:
    """The resident says that it is not solved, or contests a refusal."""
    return f"知道了，{number} 重新打开了，会有人再看。请再打几个字，说说现在是什么情况。"


NOTHING_TO_JUDGE = "您名下没有等您回话的事。要看办到哪了，回“查进度”；要反映问题，直接写给我。"


def said_of_it(judged: Sequence[tuple[str, str]], *, chat: str, source: str, at: datetime) -> str:
    """What stands about a statement: each part with its verdict, the correction, where from and when.

    `judged` is (statement in staff's words, verdict).
    """
    if len(judged) == 1:
        head = f"“{_quote(judged[0][0])}”：{Verdict(judged[0][1]).chinese}。"
    else:
        head = "\n".join(
            f"{number} “{_quote(what)}”：{Verdict(came).chinese}" for number, (what, came) in enumerate(judged, 1)
        )
    return f"{head}\n{chat}\n{source}（{_day(at)}核实）"


def correction(number: str, said: str, *, need_number: str) -> str:
    """Told to everybody who asked; `said` comes from `said_of_it`, `need_number` is empty where no need stands."""
    text = f"您问的 {number} 核实了。\n{said}"
    return f"{text}\n背后的难处已登记 {need_number}，有人在办。" if need_number else text


def better_correction(number: str, said: str, *, need_number: str) -> str:
    """Told to those who heard something else before."""
    return "更正：之前告诉您的说法有变，请以这次为准。" + correction(number, said, need_number=need_number)


def correction_withdrawn(number: str) -> str:
    """Told to those who got what was taken back."""
    return f"更正：之前告诉您的 {number} 的说法，社区收回了，正在重新核实。请先别转，有结论再告诉您。对不住。"


def headline(number: str, *, taken_back: bool, heard_before: bool) -> str:
    """The news of a correction in sixteen characters, for a template message; the first one begins the text itself."""
    if taken_back:
        return f"{number} 的说法收回了"
    return f"{number} 有了新的结论" if heard_before else f"您问的 {number} 核实了"


def rumour_set_aside(number: str, reason: str) -> str:
    """It ends without a correction."""
    return f"您问的 {number} 查到这里：{_sentence(reason)}拿不准的，还是先别转。"


def rumours_joined(number: str, into: str) -> str:
    """Two numbers, one statement; the answer follows, or `STILL_CHECKED`."""
    return f"您问的 {number} 和 {into} 是同一个说法，合在一起核实。\n"


STILL_CHECKED = "还没核实完，请先别转，有结论告诉您。"


def verdicts(judged: Sequence[str]) -> str:
    """The verdicts of a statement's parts, for a line in a list."""
    return "、".join(dict.fromkeys(Verdict(one).chinese for one in judged))


def _quote(statement: str) -> str:
    return statement if len(statement) <= LONGEST_QUOTE else statement[: LONGEST_QUOTE - 1] + "…"


def _sentence(words: str) -> str:
    return words if words[-1:] in {"。", "！", "？", "”"} else words + "。"


def _day(moment: datetime) -> str:
    day = local(moment)
    return f"{day.month}月{day.day}日"
