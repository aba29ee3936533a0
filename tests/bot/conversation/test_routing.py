"""From an analysis and a context to a decision: a table."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.conversation.commands import Command
from bot.conversation.context import NONE, Context, Waiting
from bot.conversation.decision import (
    Acknowledge,
    Confide,
    FileQuestion,
    Forget,
    GiveFirstAid,
    JudgeNeed,
    KeepMedia,
    LiveAt,
    Obey,
    OfferChoices,
    OpenNeed,
    PlaceNeed,
    ReportClaim,
    SettleAt,
    Step,
    TellArticle,
    Welcome,
)
from bot.conversation.look_up import Found
from bot.conversation.routing import decide
from bot.inbox.message import Incoming, Kind
from community.needs.need import Answer
from nlp.analysis import Analysis, Label
from nlp.emergency import Emergency
from nlp.emergency.kinds import KINDS
from nlp.places import Place
from nlp.taxonomy import Harm, Intent, Need, Urgency
from tests.instants import T0

PLACE = Place(building="3", unit="2", room=None, text="3栋2单元")
FIRE = Emergency("fire", "fire-escape-home", ("119",), ("着火",))
NOTHING = Found()
SURE = Found(told=("flu",))
UNSURE = Found(choices=("flu", "fever-when-to-go"))


def incoming(text: str = "", kind: Kind = Kind.TEXT, event_key: str = "") -> Incoming:
    return Incoming("official", "gh", "o1", "k", kind, T0, text=text, event_key=event_key)


def analysis(
    text: str = "话", intent: Intent | None = None, need: Need | None = None, best: Intent | None = None, **more: Any
) -> Analysis:
    values: dict[str, Any] = {
        "text": text,
        "emergency": None,
        "intent": Label(intent, 0.9, (), best),
        "need": Label(need, 0.9, ()),
        "urgency": Urgency.ROUTINE,
        "claim": False,
        "claim_score": 0.0,
        "harm": None,
        "places": (),
        "parts": (),
        "reasons": (),
    }
    return Analysis(**{**values, **more})


def steps(
    text: str,
    judged: Analysis | None,
    *,
    found: Found = NOTHING,
    context: Context = NONE,
    kind: Kind = Kind.TEXT,
) -> list[Step]:
    return list(decide(incoming(text, kind), judged, context, lambda _text: found).steps)


HELP = analysis("停电了", Intent.HELP, Need.UTILITIES)
CLAIM = analysis("今晚泄洪", Intent.SHARING, claim=True, harm=Harm.LIFE)


@pytest.mark.parametrize(
    ("judged", "found", "expected"),
    [
        (analysis("流感", Intent.INQUIRY), SURE, [TellArticle("flu")]),
        (analysis("流感", Intent.INQUIRY), UNSURE, [OfferChoices(("flu", "fever-when-to-go"))]),
        (analysis("流感", Intent.INQUIRY), NOTHING, [FileQuestion("流感")]),
        (analysis("流感", None), SURE, [TellArticle("flu")]),
        (analysis("啥", None), NOTHING, [FileQuestion("啥")]),
        (HELP, NOTHING, [OpenNeed("utilities", "routine", "停电了", (), False)]),
        (HELP, SURE, [OpenNeed("utilities", "routine", "停电了", (), False), TellArticle("flu")]),
        (
            analysis("物业不管", Intent.COMPLAINT, Need.PROPERTY),
            SURE,
            [OpenNeed("property", "routine", "物业不管", (), False)],
        ),
        (analysis("帮帮我", Intent.HELP), NOTHING, [OpenNeed("other", "routine", "帮帮我", (), False)]),
        (
            analysis("几点来电", Intent.INQUIRY, Need.UTILITIES),
            NOTHING,
            [OpenNeed("utilities", "routine", "几点来电", (), True)],
        ),
        (CLAIM, NOTHING, [ReportClaim("今晚泄洪", "life")]),
        (CLAIM, UNSURE, [ReportClaim("今晚泄洪", "life", ("flu",))]),
        (
            analysis("听说停水三天，先送点水", Intent.HELP, Need.SUPPLIES, claim=True, harm=Harm.ORDER),
            NOTHING,
            [
                ReportClaim("听说停水三天，先送点水", "order"),
                OpenNeed("supplies", "routine", "听说停水三天，先送点水", (), False),
            ],
        ),
        (analysis("谢谢", Intent.PRAISE), SURE, [Acknowledge("praise", "谢谢")]),
        (analysis("早", Intent.CHAT), NOTHING, [Acknowledge("chat", "早")]),
        (analysis("嗯嗯", intent=None, best=Intent.CHAT), NOTHING, [Acknowledge("chat", "嗯嗯")]),
        (analysis("流感", Intent.CHAT), SURE, [TellArticle("flu")]),
        (analysis("流感", Intent.CHAT), UNSURE, [Acknowledge("chat", "流感")]),
    ],
)
def test_what_a_text_leads_to(judged: Analysis, found: Found, expected: list[Step]) -> None:
    assert steps(judged.text, judged, found=found) == expected


def test_danger_comes_before_orders_and_before_what_was_waited_for() -> None:
    judged = replace(HELP, emergency=FIRE, places=(PLACE,))
    expected = [GiveFirstAid(FIRE, "fire", "停电了", (PLACE,))]
    for context in (NONE, Context(Waiting.CHOICE, ("flu",)), Context(Waiting.PLACE, ("n1",))):
        assert steps("菜单", judged, context=context) == expected


def test_an_accusation_is_confided_whole_whatever_else_is_in_it_or_was_waited_for() -> None:
    judged = replace(CLAIM, accusation=("5栋2702", "窝点"), places=(PLACE,), parts=(HELP, CLAIM))
    for context in (NONE, Context(Waiting.HOME), Context(Waiting.PLACE, ("n1",)), Context(Waiting.CHOICE, ("flu",))):
        assert steps("5栋2702是窝点", judged, context=context) == [Confide("routine", judged.text, (PLACE,))]


def test_danger_comes_before_an_accusation() -> None:
    judged = replace(CLAIM, emergency=FIRE, accusation=("隔壁", "杀人"))
    (step,) = steps("隔壁杀人了", judged)
    assert isinstance(step, GiveFirstAid)


@pytest.mark.parametrize(
    ("found", "slug"),
    [
        (Found(told=("kitchen-oil-fire",), calls=("119",)), "kitchen-oil-fire"),
        (Found(told=("stroke-signs",), calls=("120",)), "fire-escape-home"),
        (Found(told=("fireworks",)), "fire-escape-home"),
        (Found(choices=("kitchen-oil-fire",)), "fire-escape-home"),
        (NOTHING, "fire-escape-home"),
    ],
)
def test_the_first_steps_are_those_of_the_article_that_fits_best(found: Found, slug: str) -> None:
    (step,) = steps("油锅着火了", replace(HELP, emergency=FIRE), found=found)
    assert isinstance(step, GiveFirstAid)
    assert step.emergency.slug == slug


@pytest.mark.parametrize(
    ("text", "context", "expected"),
    [
        ("2", Context(Waiting.CHOICE, ("flu", "typhoon")), TellArticle("typhoon")),
        ("3", Context(Waiting.CHOICE, ("flu", "typhoon")), Obey(Command.MENU)),
        ("3", Context(Waiting.MENU), Obey(Command.PROGRESS)),
        ("9", Context(Waiting.MENU), Obey(Command.MENU)),
        ("2", NONE, Obey(Command.MENU)),
        ("0", Context(Waiting.CHOICE, ("flu",)), Obey(Command.MENU)),
        ("查进度", NONE, Obey(Command.PROGRESS)),
        ("删除我的数据", NONE, Obey(Command.ERASE)),
        ("确认删除", Context(Waiting.ERASURE), Obey(Command.CONFIRM_ERASURE)),
        ("确认删除", NONE, Obey(Command.ERASE)),
        ("  ", NONE, Obey(Command.MENU)),
    ],
)
def test_short_words_and_digits(text: str, context: Context, expected: Step) -> None:
    assert steps(text, analysis(text), context=context) == [expected]


@pytest.mark.parametrize(
    ("text", "context", "settles"),
    [
        ("我住3栋2单元", NONE, True),
        ("我家住3栋2单元", Context(Waiting.PLACE, ("n1",)), True),
        ("3栋2单元", Context(Waiting.HOME), True),
        ("3栋2单元", NONE, False),
        ("我住3栋2单元，楼上天天漏水到我家厨房，找谁管", NONE, False),
    ],
)
def test_who_says_where_they_live_is_settled_there(text: str, context: Context, settles: bool) -> None:
    found = steps(text, analysis(text, places=(PLACE,)), context=context)
    assert (found == [LiveAt((PLACE,))]) is settles


@pytest.mark.parametrize(
    ("text", "answer", "number"),
    [
        ("解决了", Answer.SOLVED, ""),
        ("已经解决了！", Answer.SOLVED, ""),
        ("解决了 S-0717-12", Answer.SOLVED, "S-0717-12"),
        ("没解决", Answer.UNSOLVED, ""),
        ("还没有解决。", Answer.UNSOLVED, ""),
        ("s-0717-2，没解决", Answer.UNSOLVED, "S-0717-2"),
        ("“没解决”", Answer.UNSOLVED, ""),
        ("不同意", Answer.CONTESTED, ""),
    ],
)
def test_one_word_judges_what_was_done(text: str, answer: Answer, number: str) -> None:
    for context in (NONE, Context(Waiting.CHOICE, ("flu",)), Context(Waiting.PLACE, ("n1",))):
        assert steps(text, analysis(text, Intent.CHAT), context=context) == [JudgeNeed(answer, number)]


@pytest.mark.parametrize("text", ["解决了吗", "这事怎么解决", "没解决，水又漏了", "我不同意加装电梯"])
def test_a_sentence_about_solving_is_an_ordinary_message(text: str) -> None:
    assert steps(text, analysis(text, Intent.HELP)) == [OpenNeed("other", "routine", text, (), False)]


def test_danger_comes_before_judging() -> None:
    (step,) = steps("没解决", replace(HELP, emergency=FIRE))
    assert isinstance(step, GiveFirstAid)


def test_a_place_answers_the_question_where() -> None:
    where = analysis("3栋2单元", places=(PLACE,))
    asked = Context(Waiting.PLACE, ("n1",))
    assert steps("3栋2单元", where, context=asked) == [PlaceNeed("n1", (PLACE,))]
    assert steps("3栋2单元", where) == [FileQuestion("3栋2单元")]


@pytest.mark.parametrize(
    ("kind", "event_key", "expected"),
    [
        (Kind.SUBSCRIBE, "", Welcome()),
        (Kind.SUBSCRIBE, "c.g1.b3", SettleAt("c.g1.b3", welcome=True)),
        (Kind.SCAN, "c.g1.b3", SettleAt("c.g1.b3", welcome=False)),
        (Kind.CLICK, "progress", Obey(Command.PROGRESS)),
        (Kind.CLICK, "gone", Obey(Command.MENU)),
        (Kind.UNSUBSCRIBE, "", Forget()),
    ],
)
def test_events(kind: Kind, event_key: str, expected: Step) -> None:
    assert list(decide(incoming(kind=kind, event_key=event_key), None, NONE, lambda _t: NOTHING).steps) == [expected]


@pytest.mark.parametrize("kind", [Kind.IMAGE, Kind.VOICE, Kind.VIDEO, Kind.LOCATION, Kind.OTHER])
def test_what_has_no_words_goes_to_a_person(kind: Kind) -> None:
    assert steps("", None, kind=kind) == [KeepMedia(kind)]


def test_each_request_of_a_long_message_is_heard_and_small_talk_around_it_is_not() -> None:
    parts = (
        analysis("你好", Intent.CHAT),
        analysis("停电了", Intent.HELP, Need.UTILITIES),
        analysis("楼道有垃圾", Intent.REPORT, Need.SANITATION),
    )
    whole = analysis("你好……", Intent.HELP, Need.UTILITIES, parts=parts)
    found = steps("你好……", whole)
    assert [type(step) for step in found] == [OpenNeed, OpenNeed]
    assert [step.category for step in found if isinstance(step, OpenNeed)] == ["utilities", "sanitation"]


def test_two_parts_about_one_trouble_open_one_need() -> None:
    parts = (HELP, analysis("冰箱里的菜要坏", Intent.HELP, Need.UTILITIES))
    assert len(steps("…", analysis("…", Intent.HELP, Need.UTILITIES, parts=parts))) == 1


@pytest.mark.parametrize(
    ("kind", "said", "ledger"),
    [
        ("flood", Need.MEDICAL, "hazard"),
        ("home_violence", None, "security"),
        ("explosion", None, "fire"),
        ("stroke", Need.CARE, "medical"),
        ("suspected", Need.CARE, "care"),
        ("suspected", None, "other"),
    ],
)
def test_an_emergency_goes_to_its_kinds_ledger_and_a_suspected_one_to_the_models(
    kind: str, said: Need | None, ledger: str
) -> None:
    judged = analysis("快来人", need=said, emergency=Emergency(kind, "emergency-numbers", ("120",), ()))
    (step,) = steps("快来人", judged)
    assert isinstance(step, GiveFirstAid)
    assert step.category == ledger


def test_every_kind_of_emergency_names_a_need_of_the_taxonomy() -> None:
    assert {kind.need for kind in KINDS.values()} <= set(Need)
