"""A volunteer in the chat: one word takes a task, gives it back, ends it."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.conversation.pipeline import Pipeline
from community.linkage import desk as linkage
from community.linkage.desk import Plan
from community.residents import desk as residents
from tests.bot.conversation.test_pipeline import incoming, pipeline, write  # noqa: F401 - fixtures
from tests.instants import T0


@pytest.fixture
def talk(pipeline: Pipeline, engine: sa.Engine):  # type: ignore[no-untyped-def]  # noqa: F811
    """Write as an approved volunteer; returns the reply."""
    with engine.begin() as conn:
        resident = residents.meet(conn, channel="official", app="gh", openid="oWang", now=T0)
        offered = linkage.apply(conn, resident_id=resident.id, name="周强", area_code="c", skills=[], now=T0)
        linkage.approve(conn, offered.id, actor="staff", now=T0)
    sent = iter(range(1000))
    return lambda text: pipeline.answer(incoming(text, key=f"v{next(sent)}"))


def open_task(engine: sa.Engine, title: str) -> str:
    with engine.begin() as conn:
        plan = Plan(title, "3号楼门口集合", "c.b3", 1, T0 + timedelta(hours=4))
        return linkage.make(conn, plan, actor="staff", now=T0).number


def test_a_plain_word_is_enough_when_only_one_task_fits(talk, engine: sa.Engine) -> None:  # type: ignore[no-untyped-def]
    open_task(engine, "搬沙袋")
    assert "接好了：搬沙袋" in talk("接")
    assert "没有您能接" in talk("接")
    assert "让给别人" in talk("放")
    assert "接好了" in talk("接")
    assert "1 小时 30 分" in talk("完成 90分钟")


def test_of_several_the_number_tells_which(talk, engine: sa.Engine) -> None:  # type: ignore[no-untyped-def]
    open_task(engine, "搬沙袋")
    second = open_task(engine, "送药")
    which = talk("接")
    assert "哪一个" in which and "搬沙袋" in which and "送药" in which
    assert "接好了：送药" in talk(f"接{second.rpartition('-')[2]}")


def test_who_is_no_volunteer_is_told_how_to_become_one(pipeline: Pipeline) -> None:  # noqa: F811
    assert "当志愿者" in pipeline.answer(incoming("接"))
