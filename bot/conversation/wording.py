"""Every sentence that the assistant says. Short, warm, concrete, and it says what happens next."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from bot.clock import local
from bot.duty import on_duty
from bot.stories.take_task import Came, Outcome
from community.linkage.task import Task

MOST_BYTES = 2048  # PLATFORM: a passive text reply

_NUMBERS = {"119": "119（火警、救援）", "120": "120（急救）", "110": "110（报警）"}
_CATEGORIES = {
    "supplies": "物资",
    "medical": "就医用药",
    "care": "照护",
    "mental": "心理支持",
    "utilities": "水电气暖网",
    "facilities": "公共设施",
    "sanitation": "环境卫生",
    "property": "物业与邻里",
    "access": "出行",
    "welfare": "救助保障",
    "fire": "消防燃气",
    "security": "治安反诈",
    "hazard": "险情隐患",
    "admin": "政务办事",
    "governance": "社区治理",
    "other": "其他",
}

MENU = (
    "回数字就行：\n"
    "1 问一问（防灾、健康、防骗、办事）\n"
    "2 要帮忙、反映问题\n"
    "3 查进度\n"
    "4 紧急电话\n"
    "5 我的数据\n"
    "也可以直接打字，像跟邻居说话一样。有危险先打 119、120 或 110。"
)
ASK = "请直接把问题打给我，比如“油锅着火怎么办”“孩子发烧要不要去医院”。我按社区采用的防护知识答，并告诉您出处。"
NEED_HELP = (
    "请说三样：什么事、在哪栋哪单元、急不急。比如“3栋2单元电梯停了，老人下不了楼”。有人有危险，先打 119、120 或 110。"
)
ERASE = (
    "要删除您的数据吗？删了以后：您发过的内容、住处和联系方式都不再保留；没办完的诉求会留着办，但不再知道是您提的。\n"
    "确定就回“确认删除”。不想删，不用理会。"
)
ERASED = "已删除。我这里不再有您的消息、住处和联系方式。以后再写给我，就当是新朋友。"
NOTICES_OFF = "好的，以后不给您发群发通知了。您自己的事有了结果，还是会告诉您。想再收，回“订阅”。"
NOTICES_ON = "好的，以后有跟您楼栋有关的通知，会发给您。不想收，回“退订”。"
NO_PROGRESS = "您名下还没有登记的事。要反映问题，直接写给我就行。"
UNKNOWN_CODE = "这个二维码我不认得，可能是旧的。请直接回您住哪栋哪单元，比如“3栋2单元”。"
UNKNOWN_HOME = "这个楼栋我没查到。请再写一次，比如“3栋2单元”，或扫楼下的码。"
CHAT = "在呢。想问防灾、健康、防骗、办事的事，或者有事要帮忙，直接说；回“菜单”看我能做什么。"
PRAISE = "谢谢您，这话我会转给大家看。有事随时说。"
SHARING = "收到，谢谢您告诉我。要是拿不准真假，先别往外转，问我一句“是真的吗”，社区来核实。"
NOT_SENT = "没有收到文字。请把要说的事打成字发给我；有危险先打 119、120 或 110。"
VOLUNTEER_WELCOME = "您的志愿者登记社区确认了，谢谢您！有任务我会发给您：能去回“接”，去不了回“放”，做完回“完成”。"
VOLUNTEER_DECLINED = "谢谢您报名当志愿者。这次先不安排，以后还可以再报名；有事随时找我。"
SIGNED_UP = "谢谢您！报名记下了，社区的人看过就告诉您。通过以后，有任务我发给您，回一个“接”字就能接。"
ALREADY_SIGNED_UP = "您已经报过名了，社区的人看过就告诉您。"
ALREADY_APPROVED = "您已经是志愿者了。有任务我会发给您，能去回“接”。"
SIGN_UP_HINT = "想在这里报名，回“报名”。"
VOLUNTEER_SLUG = "volunteer-signup"
NUMBERS_SLUG = "emergency-numbers"


def welcome(community: str, *, place: str) -> str:
    """The first words to somebody who follows the account."""
    lines = [f"您好，我是{community}的邻哨。"]
    if place:
        lines.append(f"记下了，您住{place}。不对的话，重新扫自家楼下的码。")
    else:
        lines.append("回一句您住哪栋哪单元（扫楼下的码也行），停水停电和险情的通知就能只发给用得上的人。")
    lines.append(MENU)
    return "\n".join(lines)


def settled(place: str) -> str:
    """The resident scanned a building's code, or said where they live."""
    return f"记下了，您住{place}。和这栋楼有关的事，我会告诉您。不对的话，回“我住×栋×单元”就能改。"


def call_first(numbers: Sequence[str]) -> str:
    """The line above everything else in danger."""
    known = [_NUMBERS.get(number, number) for number in numbers] or [_NUMBERS["110"]]
    return f"请马上打 {known[0]}" + (f"，也可打 {'、'.join(known[1:])}" if known[1:] else "") + "。"


def alarm_state(number: str | None, facts: Mapping[str, str], now: datetime) -> str:
    """What has become of the alarm, and no more than is so. `number` is None when it could not be kept."""
    if number is None:
        return "社区的系统这会儿记不下您的消息，请不要等我们，直接打上面的电话。"
    phone = facts.get("duty_phone", "")
    call = f"，值班电话 {phone}" if phone else ""
    on = on_duty(facts.get("duty_hours", ""), now)
    if on is False:
        return f"已登记 {number}，排在最前。现在不是值班时间，不要等社区回话{call}。"
    return f"已登记 {number}，排在最前；还没有人接手，有人接手就告诉您{call}。"


def need_opened(
    number: str, category: str, *, urgency: str, place: str, facts: Mapping[str, str], now: datetime
) -> str:
    """A need is on the ledger."""
    where = f"（{place}）" if place else ""
    text = f"记下了：{_CATEGORIES.get(category, '其他')}{where}，编号 {number}。{_when(urgency, facts, now)}"
    return text if place else text + "\n请再回一句在哪栋哪单元，比如“3栋2单元”，好派人。"


def need_joined(number: str, category: str, *, households: int, place: str) -> str:
    """A neighbour told of it before, or the resident did."""
    if households > 1:
        return (
            f"这件事已经记着，编号 {number}：{place}共有 {households} 户反映（含您）。"
            "有进展一起告诉。回“查进度”随时看。"
        )
    return f"您说过的这件事在台账上，编号 {number}，又记了一笔。回“查进度”随时看。"


def _when(urgency: str, facts: Mapping[str, str], now: datetime) -> str:
    on = on_duty(facts.get("duty_hours", ""), now)
    phone = facts.get("duty_phone", "")
    if urgency == "urgent":
        call = f"等不及请打值班电话 {phone}；" if phone else ""
        return f"这事急，已排到前面。{call}有危险打 119、120 或 110。"
    if on is False:
        return "现在不是值班时间，上班后有人看，有结果告诉您。回“查进度”随时看。"
    return "会有人看，有结果告诉您。回“查进度”随时看。"


def placed(number: str, place: str) -> str:
    """The resident told where the need is."""
    return f"好，{number} 的地点记为{place}。"


def place_unknown(number: str) -> str:
    """The place told is none that the tree knows."""
    return f"这个楼栋我没查到，{number} 先按您的原话记着，工作人员会看。"


def confided(number: str, facts: Mapping[str, str]) -> str:
    """Somebody was accused: whose matter it is, who reads it, and what not to do."""
    police = facts.get("police", "").strip()
    call = f"打派出所 {police}" if police else "打当地派出所"
    return (
        f"这样的事由警察来查。正在发生、有人有危险，马上打 110；现在不急，也请直接{call}说一遍。\n"
        f"您说的已保密登记，编号 {number}：只有社区值班的人和管理员能看，用来转给派出所，不公开，不当传言发。"
        "请先别在群里传、别自己去对质。还有别的事，请另发一条。"
    )


def claim_reported(number: str, *, known: bool, title: str) -> str:
    """An unverified statement is being checked. Nobody is blamed for asking."""
    lead = "这个说法也有邻居问过，社区还在核实" if known else "这个说法还没核实，已交给社区去查"
    text = f"{lead}，请先别转。编号 {number}，有结论告诉您。"
    return f"{text}\n先看《{title}》请回 1。" if title else text


def told(text: str, source: str, *, guidance: bool, link: str) -> str:
    """An answer from the knowledge base with where it comes from."""
    lines = [text.strip(), source + ("　通用指引，非本社区专门发布" if guidance else "")]
    if link:
        lines.append(f"全文：{link}")
    return "\n".join(lines)


def choices(titles: Sequence[str]) -> str:
    """Not sure which is meant."""
    if len(titles) == 1:
        return f"您想问的是“{titles[0]}”吗？是就回 1。\n不是，请换个说法再说一遍，或回“菜单”。"
    lines = [f"{number} {title}" for number, title in enumerate(titles, 1)]
    return "\n".join(["您想问的是哪个？回数字：", *lines, "都不是，请换个说法再说一遍，或回“菜单”。"])


def question_filed(number: str, facts: Mapping[str, str], now: datetime) -> str:
    """Honest: nobody here knows; a person gets it."""
    when = "上班后" if on_duty(facts.get("duty_hours", ""), now) is False else ""
    return (
        f"这个我不知道，不乱说。已记给社区的人，编号 {number}，{when}有答复告诉您。"
        "急事请打值班电话" + (f" {facts['duty_phone']}" if facts.get("duty_phone") else "或 12345") + "。"
    )


def media_kept(kind: str, number: str) -> str:
    """A picture, voice or place is kept for a person."""
    names = {"image": "图片", "voice": "语音", "video": "视频", "location": "位置"}
    return (
        f"收到您的{names.get(kind, '消息')}，我看不懂，已记给社区的人看，编号 {number}。"
        "请再打几个字说是什么事、在哪里。有危险先打 119、120 或 110。"
    )


def acknowledged(intent: str, number: str | None) -> str:
    """Thanks, an idea, an offer, something passed on, small talk."""
    if intent == "suggestion":
        return f"这个主意记下了，编号 {number}，社区商量后告诉您。"
    if intent == "offer":
        return f"谢谢您愿意帮忙！记下了，编号 {number}，社区会跟您联系。回“当志愿者”看怎么登记。"
    return {"praise": PRAISE, "sharing": SHARING}.get(intent, CHAT)


def claim_known(number: str, said: str) -> str:
    """The statement was checked before: what stands about it, with its source and date, at once."""
    return f"这个说法核实过了（{number}）。\n{said}"


def received(title: str) -> str:
    """The resident confirmed a notice that asked for it."""
    return f"好的，记下您收到了《{title}》。"


def task_offered(task: Task) -> str:
    """A new task, to volunteers. It names nobody."""
    return (
        f"任务 {task.number}：{task.title}\n{task.details}\n需要 {task.places} 人，{_moment(task.until)}前。"
        f"能去回“接”，几个任务时回“接{task.number.rpartition('-')[2]}”。"
    )


def task_outcome(outcome: Outcome) -> str:
    """What came of a volunteer's word about a task."""
    if outcome.came is Came.NOT_A_VOLUNTEER:
        return "接任务要先登记成志愿者。回“当志愿者”看怎么登记，社区确认后就能接。"
    if outcome.came is Came.NOTHING_FITS:
        return "现在没有您能接（或手上）的这个任务。有新任务我会告诉您。"
    if outcome.came is Came.WHICH:
        lines = [f"{task.number.rpartition('-')[2]} {task.title}（{task.number}）" for task in outcome.tasks[:6]]
        return "\n".join(["您说的是哪一个？在“接”“放”或“完成”后面加上数字：", *lines])
    return _TASK_CAME[outcome.came](outcome.tasks[0], outcome.minutes)


_TASK_CAME: dict[Came, Callable[[Task, int], str]] = {
    Came.FULL: lambda task, _m: f"{task.title}的人已经够了，谢谢您！有别的任务再告诉您。",
    Came.OVER: lambda task, _m: f"{task.title}已经结束，或您还没有接它。",
    Came.TAKEN: lambda task, _m: (
        f"接好了：{task.title}（{task.number}）。{task.details}\n"
        + (f"还差 {task.free} 人。" if task.free else "人齐了。")
        + "做完回“完成”，去不了回“放”。两人以上一起去，先顾自己安全。"
    ),
    Came.RELEASED: lambda task, _m: f"好的，{task.title}让给别人了。没关系，下次再来。",
    Came.DONE: lambda task, minutes: (
        f"辛苦了！{task.title}记为完成。"
        + (f"您一共帮了 {minutes // 60} 小时 {minutes % 60} 分。" if minutes else "想记时长，下次回“完成 40分钟”。")
    ),
}


def progress(lines: Sequence[tuple[str, str, datetime, str]]) -> str:
    """What the resident has on the ledgers: number, what, when it was told, and how it stands in words."""
    if not lines:
        return NO_PROGRESS
    told_of = [f"{number} {what}\n{_day(at)}登记，{stands}" for number, what, at, stands in lines]
    return "\n".join(["您登记的事：", *told_of])


def need_line(category: str, place: str, households: int) -> str:
    """One need in the list of progress."""
    where = f"（{place}）" if place else ""
    return _CATEGORIES.get(category, "其他") + where + (f"，{households} 户反映" if households > 1 else "")


_NEED_STANDS = {
    "open": "还没有人接手",
    "accepted": "有人接手了，正在安排",
    "reopened": "重新打开了，等人再看",
    "closed": "办结了",
    "joined": "和邻居的合在一起办",
}


def need_stands(status: str, *, outcome: str, body: str, body_number: str) -> str:
    """Where a need stands, in words; with the other body's number where it was referred."""
    if status == "referred":
        return f"已转给{body}，那边的编号（电话）{body_number}"
    lead = {
        "in progress": "正在办",
        "resolved": "说是办好了，等您回“解决了”或“没解决”",
        "declined": "办不了，觉得不对回“不同意”",
    }
    return f"{lead[status]}：{_short(outcome)}" if status in lead else _NEED_STANDS[status]


def claim_line(statement: str) -> str:
    """One statement in the list of progress; empty until staff have put it in their words."""
    return f"“{_short(statement)}”" if statement else "您问的说法"


def claim_stands(verdicts: str) -> str:
    """Where a statement stands; `verdicts` is empty while it is being checked."""
    return f"核实过了：{verdicts}" if verdicts else "还在核实，请先别转"


def _short(words: str) -> str:
    return words if len(words) <= 40 else words[:39] + "…"


def my_data(*, place: str, name: str, notices: bool, messages: int, since: datetime) -> str:
    """What is kept about the resident."""
    return (
        "我这里有您的：\n"
        f"住处：{place or '没登记'}\n"
        + (f"称呼：{name}\n" if name else "")
        + f"消息：{messages} 条，从{_day(since)}起\n"
        f"群发通知：{'收' if notices else '不收'}\n"
        "不打分、不排名，只用来办您的事。要全部删除，回“删除我的数据”。"
    )


def with_news(reply: str, news: Sequence[str]) -> str:
    """News that waited comes before the answer, as far as both fit into one reply."""
    text = reply
    for item in reversed(news):
        text = f"【给您的消息】{item}\n——\n{text}"
    return text


def fits(text: str) -> bool:
    """True if the text goes into one passive reply."""
    return len(text.encode()) <= MOST_BYTES


def _moment(moment: datetime) -> str:
    clock = local(moment)
    return f"{_day(moment)}{clock:%H:%M}"


def _day(moment: datetime) -> str:
    day = local(moment)
    return f"{day.month}月{day.day}日"
