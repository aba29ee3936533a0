"""The five-second path on both databases, with rules for a model and two articles for a library."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any, cast

import pytest
import sqlalchemy as sa

from bot.conversation import news
from bot.conversation.decision import CONFIDED
from bot.conversation.pipeline import Pipeline, TryAgain
from bot.conversation.turn import Setting
from bot.inbox.ledger import messages
from bot.inbox.message import Incoming, Kind
from bot.outbox import desk as outbox
from bot.outbox.item import Kind as Leaving
from bot.outbox.ledger import outbox as outbox_table
from bot.storage.writer import Unavailable, Writer, open_writer
from bot.stories.current import Current
from bot.stories.move_need import accept_need, refer_need, resolve_need
from bot.tables import metadata
from community.areas import desk as areas
from community.areas.area import Area, Level
from community.needs import desk
from community.needs.desk import Report
from community.needs.ledger import needs, reports
from community.needs.need import Forbidden
from community.residents import desk as residents
from community.residents.ledger import residents as residents_table
from community.rumours import correction_desk as corrections
from community.rumours import desk as rumours
from community.rumours.correction import Words
from community.rumours.rumour import Judgement, Likeness, Verdict
from knowledge_base.answer import Answers, Choices, Option, Reply, Told, Unknown
from nlp.analysis import Analyser
from tests.instants import T0, T

FLU = Told("flu", "流感", "多休息，多喝水。", "来源：《诊疗方案》（国家卫生健康委，2025年）", (), False, False)
FIRE = Told(
    "fire-escape-home", "家里着火", "关门，走楼梯。", "来源：《消防法》（全国人大，2021年）", ("119",), False, False
)


class Library:
    """Two articles; what is asked for decides what is found."""

    def answer(self, text: str, *, facts: Mapping[str, str], today: date, adopted: bool) -> Reply:
        if "坏掉" in text:
            raise RuntimeError("a fault of ours, with 赵钱孙 in its text")
        if "流感" in text:
            return FLU
        return Choices((Option("flu", "流感"),)) if "发烧" in text else Unknown()

    def told(self, slug: str, *, facts: Mapping[str, str], today: date, adopted: bool) -> Told | None:
        return {"flu": FLU, "fire-escape-home": FIRE}.get(slug)

    def article(self, slug: str) -> None:
        return None


@pytest.fixture
def write(engine: sa.Engine) -> Writer:
    with engine.begin() as conn:
        areas.plant(conn, [Area("c", Level.COMMUNITY, "社区"), Area("c.b3", Level.BUILDING, "3号楼", "3")])
    return open_writer(engine, seconds=3.0)


@pytest.fixture
def pipeline(write: Writer) -> Pipeline:
    current = Current(Analyser.without_model(), cast(Answers, Library()), {"duty_hours": "08:30-20:00"}, True)
    return Pipeline(
        write=write,
        unavailable=Unavailable,
        current=lambda: current,
        setting=Setting("c", "https://x.example", alike=lambda a, b: 0.0, match=lambda t, k: Likeness()),
        now=lambda: T0,
    )


def incoming(text: str = "", key: str = "k1", **values: Any) -> Incoming:
    return replace(Incoming("official", "gh", "oWang", key, Kind.TEXT, T0, text=text), **values)


def rows(engine: sa.Engine, table: sa.Table) -> list[sa.Row[Any]]:
    with engine.connect() as conn:
        return list(conn.execute(sa.select(table)))


def test_a_question_is_answered_with_source_and_link_and_remembered(pipeline: Pipeline, engine: sa.Engine) -> None:
    reply = pipeline.answer(incoming("流感怎么预防"))
    assert reply.startswith("多休息")
    assert "来源：《诊疗方案》" in reply
    assert "https://x.example/public/articles/flu" in reply
    (row,) = rows(engine, messages)
    assert (row.said, row.reply) == ("article", reply)


def test_the_same_message_again_gets_the_same_words_and_does_nothing(pipeline: Pipeline, engine: sa.Engine) -> None:
    first = pipeline.answer(incoming("这是什么呀"))
    assert "W-0717-1" in first
    assert pipeline.answer(incoming("这是什么呀")) == first
    assert "W-0717-2" in pipeline.answer(incoming("这是什么呀", key="k2"))


def test_a_choice_is_offered_and_picked_by_a_digit(pipeline: Pipeline) -> None:
    assert "流感" in pipeline.answer(incoming("发烧"))
    assert "多休息" in pipeline.answer(incoming("1", key="k2"))
    assert "回数字" in pipeline.answer(incoming("1", key="k3"))


def test_an_offer_is_forgotten_after_a_while(pipeline: Pipeline) -> None:
    pipeline.answer(incoming("发烧"))
    later = replace(pipeline, now=lambda: T(16 * 60))
    assert "回数字" in later.answer(incoming("1", key="k2"))


def test_an_accusation_is_confidential_joined_with_nothing_and_no_rumour(pipeline: Pipeline, engine: sa.Engine) -> None:
    text = "听说3栋502是传销窝点，打13812345678问过，是真的吗"
    first = pipeline.answer(incoming(text))
    second = pipeline.answer(incoming(text, key="k2", sender="oLi"))
    assert "110" in first and "派出所" in first and "S-0717-1" in first and "S-0717-2" in second
    found = rows(engine, needs)
    assert [(one.category, one.confidential, one.area_code) for one in found] == [("security", True, "c.b3")] * 2
    assert "138****5678" in found[0].summary
    with engine.begin() as conn:
        assert rumours.queue(conn, "c") == [] and desk.counts(conn, "c") == {}
        with pytest.raises(Forbidden):
            desk.join(conn, found[0].id, into=found[1].id, actor="liu", now=T0)
    assert {one.said for one in rows(engine, messages)} == {CONFIDED}


def test_an_ordinary_need_is_not_joined_with_a_confidential_one(pipeline: Pipeline, engine: sa.Engine) -> None:
    pipeline.answer(incoming("3栋502是传销窝点"))
    report = Report("security", "routine", "3栋502是传销窝点", "c.b3", "c.b3", None, "m")
    with engine.begin() as conn:
        assert not desk.tell(conn, report, alike=lambda _a, _b: 1.0, now=T0).joined


def test_danger_gets_number_steps_and_the_truth_about_the_alarm(pipeline: Pipeline, engine: sa.Engine) -> None:
    reply = pipeline.answer(incoming("我家着火了，在3栋"))
    assert reply.splitlines()[0].startswith("请马上打 119")
    assert "关门，走楼梯" in reply
    assert "还没有人接手" in reply
    (need,) = rows(engine, needs)
    assert (need.urgency, need.area_code) == ("emergency", "c.b3")
    assert [row.kind for row in rows(engine, outbox_table)] == [Leaving.DUTY_ALERT]


def test_where_the_place_is_not_known_it_is_asked_and_taken_up(pipeline: Pipeline, engine: sa.Engine) -> None:
    pipeline.answer(incoming("救命，家里着火了"))
    assert "3号楼" in pipeline.answer(incoming("3栋", key="k2"))
    (need,) = rows(engine, needs)
    assert need.area_code == "c.b3"


def _away(_work: Callable[[sa.Connection], str]) -> str:
    raise Unavailable("gone")


def test_without_a_database_danger_is_answered_and_everything_else_is_asked_for_again(pipeline: Pipeline) -> None:
    away = replace(pipeline, write=_away)
    reply = away.answer(incoming("我家着火了，在3栋"))
    assert "119" in reply.splitlines()[0]
    assert "记不下" in reply
    with pytest.raises(TryAgain):
        away.answer(incoming("流感怎么预防"))


def test_a_fault_of_ours_loses_no_message(
    pipeline: Pipeline, engine: sa.Engine, capsys: pytest.CaptureFixture[str]
) -> None:
    reply = pipeline.answer(incoming("路灯坏掉了"))
    assert "W-0717-1" in reply
    (row,) = rows(engine, messages)
    assert (row.said, row.text) == ("fallback", "路灯坏掉了")
    assert pipeline.answer(incoming("路灯坏掉了")) == reply
    written = capsys.readouterr()
    assert "赵钱孙" not in written.err + written.out


def test_a_fault_of_ours_in_danger_still_gives_first_aid(pipeline: Pipeline) -> None:
    reply = pipeline.answer(incoming("门坏掉了，家里着火了，出不去"))
    assert "119" in reply.splitlines()[0]
    assert "已登记 W-0717-1" in reply


def test_news_that_waited_comes_with_the_next_reply_once(pipeline: Pipeline, engine: sa.Engine) -> None:
    pipeline.answer(incoming("流感"))
    with engine.begin() as conn:
        resident = residents.find(conn, channel="official", app="gh", openid="oWang")
        assert resident is not None
        outbox.post(conn, Leaving.NEWS, {"text": "您问的水已经通了。"}, resident_id=resident.id, now=T0)
    assert "您问的水已经通了" in pipeline.answer(incoming("流感", key="k2"))
    assert "您问的水已经通了" not in pipeline.answer(incoming("流感", key="k3"))


def test_a_picture_goes_to_a_person_and_is_to_be_fetched(pipeline: Pipeline, engine: sa.Engine) -> None:
    reply = pipeline.answer(incoming(kind=Kind.IMAGE, media_id="mm"))
    assert "图片" in reply and "W-0717-1" in reply
    assert [row.kind for row in rows(engine, outbox_table)] == [Leaving.FETCH_MEDIA]


def test_a_code_at_the_door_tells_where_the_resident_lives(pipeline: Pipeline, engine: sa.Engine) -> None:
    assert "3号楼" in pipeline.answer(incoming(kind=Kind.SUBSCRIBE, event_key="c.b3"))
    assert [row.area_code for row in rows(engine, residents_table)] == ["c.b3"]
    assert "不认得" in pipeline.answer(incoming(key="k2", kind=Kind.SCAN, event_key="elsewhere"))


@pytest.mark.parametrize("leaving", ["unsubscribe", "order"])
def test_who_leaves_or_orders_it_is_erased_everywhere(pipeline: Pipeline, engine: sa.Engine, leaving: str) -> None:
    pipeline.answer(incoming(kind=Kind.SUBSCRIBE, event_key="c.b3", key="k0"))
    pipeline.answer(incoming("我家着火了，电话13812345678"))
    pipeline.answer(incoming("听说隔壁有人说赵钱孙不见了，赶紧转发", key="k2"))
    pipeline.answer(incoming("这是什么呀赵钱孙", key="k3"))
    if leaving == "order":
        assert "确认删除" in pipeline.answer(incoming("删除我的数据", key="k4"))
        assert "已删除" in pipeline.answer(incoming("确认删除", key="k5"))
    else:
        left = incoming(kind=Kind.UNSUBSCRIBE, key="k4")
        assert pipeline.answer(left) == ""
        assert pipeline.answer(left) == ""  # sent again: nobody comes back to life
    everything = " ".join(
        str(tuple(row))
        for table in metadata.sorted_tables
        if table.name not in {"rumours", "artefacts"}  # a statement is nobody's
        for row in rows(engine, table)
    )
    assert "oWang" not in everything
    assert "赵钱孙" not in everything
    assert "13812345678" not in everything
    assert len(rows(engine, needs)) == 1  # the open need stays, and nobody knows whose it was
    assert [row.resident_id for row in rows(engine, reports)] == [None]


def resident_of(conn: sa.Connection, openid: str) -> str:
    resident = residents.find(conn, channel="official", app="gh", openid=openid)
    assert resident is not None
    return resident.id


def test_what_was_done_is_told_and_the_resident_has_the_last_word(pipeline: Pipeline, engine: sa.Engine) -> None:
    pipeline.answer(incoming("我家着火了，在3栋"))
    with engine.begin() as conn:
        (need,) = desk.of_resident(conn, resident_of(conn, "oWang"))
        accept_need(conn, need.id, actor="liu", now=T(1))
        resolve_need(conn, need.id, actor="liu", done="换了保险", now=T(2))
    assert "等您回" in pipeline.answer(incoming("查进度", key="k2"))
    assert f"{need.number} 重新打开" in pipeline.answer(incoming("没解决", key="k3"))
    with engine.begin() as conn:
        accept_need(conn, need.id, actor="liu", now=T(4))
        refer_need(conn, need.id, actor="liu", body="供电公司", number="95598", now=T(5))
    progress = pipeline.answer(incoming("查进度", key="k4"))
    assert "供电公司" in progress and "95598" in progress
    assert f"{need.number} 就办结了" in pipeline.answer(incoming("解决了", key="k5"))
    assert "办结了" in pipeline.answer(incoming("查进度", key="k6"))


def test_one_word_from_somebody_who_told_of_nothing_closes_nothing(pipeline: Pipeline) -> None:
    assert pipeline.answer(incoming("解决了")) == news.NOTHING_TO_JUDGE


def test_until_it_is_checked_it_is_not_to_be_passed_on_and_then_the_correction_comes_at_once(
    pipeline: Pipeline, engine: sa.Engine
) -> None:
    alike = replace(pipeline.setting, match=lambda _text, known: Likeness(same=known[0][0] if known else None))
    asking = replace(pipeline, setting=alike)
    first, second = "听说今晚水库泄洪，赶紧转发", "都在传今晚水库要泄洪，赶紧转发"
    assert "还没核实" in asking.answer(incoming(first))
    assert "还在核实，请先别转" in asking.answer(incoming(second, key="k2", sender="oLi"))
    with engine.begin() as conn:
        (rumour,) = rumours.asked_by(conn, resident_of(conn, "oWang"))
        rumours.check(conn, rumour.id, actor="liu", now=T(1))
        rumours.note(conn, rumour.id, text="问过", source="水务局", actor="liu", now=T(2))
        rumours.judge(conn, rumour.id, [Judgement("今晚泄洪", Verdict.FALSE, "否认")], actor="liu", now=T(3))
        words = Words("没有泄洪通知。", "没有泄洪通知。", "来源：市水务局通报")
        draft = corrections.draft(conn, rumour.id, words, actor="liu", now=T(4))
        seen = corrections.submit(conn, draft.id, actor="liu", now=T(5)).revision
        corrections.approve(conn, draft.id, actor="chen", seen=seen, now=T(6))
    reply = asking.answer(incoming(second, key="k3", sender="oZhao"))
    for part in ("不实", "没有泄洪通知。", "来源：市水务局通报", "7月17日"):
        assert part in reply
    progress = asking.answer(incoming("查进度", key="k4", sender="oLi"))
    assert "核实过了：不实" in progress and "赶紧转发" not in progress


def test_a_notice_of_the_platform_is_not_answered_and_leaves_nothing(pipeline: Pipeline, engine: sa.Engine) -> None:
    assert pipeline.answer(incoming(kind=Kind.NOTICE)) == ""
    assert rows(engine, messages) == []


def test_news_never_stands_before_first_aid_and_waits_for_the_next_reply(pipeline: Pipeline, engine: sa.Engine) -> None:
    pipeline.answer(incoming("流感"))
    with engine.begin() as conn:
        resident = residents.find(conn, channel="official", app="gh", openid="oWang")
        assert resident is not None
        outbox.post(conn, Leaving.NEWS, {"text": "路灯修好了。"}, resident_id=resident.id, now=T0)
    assert "路灯" not in pipeline.answer(incoming("我家着火了，在3栋", key="k2"))
    assert "路灯修好了" in pipeline.answer(incoming("流感", key="k3"))


def test_long_news_waits_until_it_fits_and_is_never_cut(pipeline: Pipeline, engine: sa.Engine) -> None:
    pipeline.answer(incoming("流感"))
    with engine.begin() as conn:
        resident = residents.find(conn, channel="official", app="gh", openid="oWang")
        assert resident is not None
        for number in range(4):
            text = f"第{number}条" + "长" * 300
            outbox.post(conn, Leaving.NEWS, {"text": text}, resident_id=resident.id, now=T(number))
    told = ""
    for number in range(6):
        reply = pipeline.answer(incoming("流感", key=f"n{number}"))
        assert len(reply.encode()) <= 2048
        told += reply
    assert [told.count(f"第{number}条") for number in range(4)] == [1, 1, 1, 1]
