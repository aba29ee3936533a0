"""Needs across rooms: what is done to them is told to those who reported them, and to nobody else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from bot.outbox import desk as outbox
from bot.outbox.item import Kind
from bot.outbox.ledger import outbox as outbox_table
from bot.stories.acknowledge_alarm import acknowledge_alarm
from bot.stories.judge_need import judge_need
from bot.stories.move_need import (
    accept_need,
    decline_need,
    join_needs,
    record_progress,
    refer_need,
    resolve_need,
)
from bot.stories.raise_alarm import raise_alarm
from community.needs import desk as needs
from community.needs.desk import Report
from community.needs.need import Answer, Forbidden, Need, Status
from tests.instants import T0, T


def told(conn: sa.Connection, resident_id: str = "r1", *, urgency: str = "routine", building: str = "c.b3") -> Need:
    report = Report("utilities", urgency, "停电了", building, building, resident_id, "m")
    return needs.tell(conn, report, alike=lambda _one, _other: 0.0, now=T0).need


def news_of(conn: sa.Connection, resident_id: str) -> str:
    return "\n".join(outbox.take_news(conn, resident_id, now=T(900), limit=9))


def alerts(conn: sa.Connection) -> list[Any]:
    query = sa.select(outbox_table.c.payload).where(outbox_table.c.kind == Kind.DUTY_ALERT)
    return list(conn.execute(query).scalars())


@pytest.mark.parametrize(
    ("do", "heard"),
    [
        (lambda conn, one: record_progress(conn, one, actor="liu", note="电工在路上", now=T(9)), ["电工在路上"]),
        (
            lambda conn, one: resolve_need(conn, one, actor="liu", done="换了保险", now=T(9)),
            ["换了保险", "解决了", "没解决"],
        ),
        (
            lambda conn, one: refer_need(conn, one, actor="liu", body="供电公司", number="95598", now=T(9)),
            ["供电公司", "95598"],
        ),
        (
            lambda conn, one: decline_need(conn, one, actor="liu", reason="那是小区外的路", now=T(9)),
            ["那是小区外的路", "不同意"],
        ),
    ],
)
def test_everybody_who_told_of_it_hears_what_was_done_once(
    conn: sa.Connection, do: Callable[[sa.Connection, str], Need], heard: list[str]
) -> None:
    need = told(conn)
    told(conn, "r2")
    told(conn, "r2")
    told(conn, "r3", building="c.b4")
    accept_need(conn, need.id, actor="liu", now=T(1))
    for resident_id in ("r1", "r2"):
        assert news_of(conn, resident_id).count(need.number) == 1
    do(conn, need.id)
    for resident_id in ("r1", "r2"):
        news = news_of(conn, resident_id)
        assert news.count(need.number) == 1
        assert all(words in news for words in heard)
    assert news_of(conn, "r3") == ""


def test_a_refused_step_is_told_to_nobody(conn: sa.Connection) -> None:
    need = told(conn)
    with pytest.raises(Forbidden):
        resolve_need(conn, need.id, actor="liu", done="修好了", now=T(9))
    assert news_of(conn, "r1") == ""


def test_who_was_erased_hears_nothing(conn: sa.Connection) -> None:
    need = told(conn)
    needs.forget(conn, "r1")
    accept_need(conn, need.id, actor="liu", now=T(9))
    assert outbox.waiting(conn) == {}


def test_only_when_somebody_takes_the_alarm_is_the_resident_told(conn: sa.Connection) -> None:
    need = raise_alarm(conn, Report("fire", "emergency", "着火了", "c.b3", "c.b3", "r1", "m"), now=T0)
    assert news_of(conn, "r1") == ""
    taken = acknowledge_alarm(conn, need.id, actor="liu", name="小刘", now=T(60))
    assert (taken.status, taken.taken_by) == (Status.ACCEPTED, "liu")
    news = news_of(conn, "r1")
    assert "小刘" in news and "接手" in news and need.number in news
    with pytest.raises(Forbidden):
        acknowledge_alarm(conn, need.id, actor="chen", name="小陈", now=T(61))
    assert news_of(conn, "r1") == ""


def test_joined_needs_are_told_to_whose_number_changes(conn: sa.Connection) -> None:
    stays, goes = told(conn), told(conn, "r2", building="c.b4")
    join_needs(conn, goes.id, into=stays.id, actor="liu", now=T(9))
    assert stays.number in news_of(conn, "r2")
    assert news_of(conn, "r1") == ""


def _resolved(conn: sa.Connection, urgency: str = "routine") -> Need:
    need = told(conn, urgency=urgency)
    accept_need(conn, need.id, actor="liu", now=T(1))
    return resolve_need(conn, need.id, actor="liu", done="修好了", now=T(2))


def test_one_word_closes_it_and_another_opens_it_again(conn: sa.Connection) -> None:
    need = _resolved(conn)
    closed = judge_need(conn, "r1", Answer.SOLVED, number="", now=T(3))
    assert closed is not None and (closed.id, closed.status) == (need.id, Status.CLOSED)
    again = judge_need(conn, "r1", Answer.SOLVED, number="", now=T(4))
    assert again is not None and again.status is Status.CLOSED
    reopened = judge_need(conn, "r1", Answer.UNSOLVED, number=need.number, now=T(5))
    assert reopened is not None and reopened.status is Status.REOPENED
    assert needs.history(conn, need.id)[-1].actor == "resident"
    assert alerts(conn) == []


def test_an_urgent_one_that_is_not_solved_calls_the_staff_again(conn: sa.Connection) -> None:
    need = _resolved(conn, urgency="urgent")
    judge_need(conn, "r1", Answer.UNSOLVED, number="", now=T(3))
    assert alerts(conn) == [{"need_id": need.id}]


def test_a_refusal_may_be_contested(conn: sa.Connection) -> None:
    need = told(conn)
    decline_need(conn, need.id, actor="liu", reason="不归社区", now=T(1))
    reopened = judge_need(conn, "r1", Answer.CONTESTED, number="", now=T(2))
    assert reopened is not None and reopened.status is Status.REOPENED
    assert needs.history(conn, need.id)[-1].why == "the refusal is contested"


def test_nobody_judges_what_others_told_of(conn: sa.Connection) -> None:
    need = _resolved(conn)
    assert judge_need(conn, "r2", Answer.UNSOLVED, number=need.number, now=T(3)) is None
    assert needs.get(conn, need.id).status is Status.RESOLVED
