"""A group's robot speaks at most twenty times a minute, whoever asks it to."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from bot.channels.wecom_robot import MOST_BYTES, Robot, take_turn
from bot.outbox.item import Outcome
from tests.bot.channels.pushing import Answer, Clock, Server
from tests.instants import T0, T

WEBHOOK = "https://qyapi.example/cgi-bin/webhook/send?key=the-secret"


def _robot(engine: sa.Engine, *answers: Any) -> tuple[Robot, Server, Clock]:
    server, clock = Server(engine, list(answers)), Clock()
    return Robot(engine, server, name="duty", webhook=WEBHOOK, now=clock), server, clock


def test_a_text_arrives_with_whom_it_calls(engine: sa.Engine) -> None:
    robot, server, _clock = _robot(engine)
    assert robot.post("3栋停电", mention=["@all"]).outcome is Outcome.SENT
    body = {"msgtype": "text", "text": {"content": "3栋停电", "mentioned_list": ["@all"]}}
    assert server.asked == [(WEBHOOK, body)]


def test_a_long_text_is_cut_to_what_the_group_takes(engine: sa.Engine) -> None:
    robot, server, _clock = _robot(engine)
    robot.post("水" * 2000)
    assert len(server.asked[0][1]["text"]["content"].encode()) <= MOST_BYTES


def test_the_twenty_first_of_a_minute_waits_until_the_first_is_a_minute_old(engine: sa.Engine) -> None:
    robot, server, clock = _robot(engine)
    for second in range(20):
        clock.now = T(second)
        assert robot.post("一").outcome is Outcome.SENT
    pushed = robot.post("二")
    assert (pushed.outcome, pushed.until) == (Outcome.WAIT, T(60))
    assert len(server.asked) == 20
    clock.now = T(60)
    assert robot.post("二").outcome is Outcome.SENT
    assert robot.post("三").until == T(61)


def test_robots_have_each_their_own_minute(conn: sa.Connection) -> None:
    for _ in range(20):
        assert take_turn(conn, "one", now=T0) is None
    assert take_turn(conn, "one", now=T0) == T0 + timedelta(seconds=60)
    assert take_turn(conn, "two", now=T0) is None


def test_many_workers_together_keep_to_twenty(engine: sa.Engine) -> None:
    def take(_number: int) -> bool:
        with engine.begin() as conn:
            return take_turn(conn, "duty", now=T0) is None

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(take, range(40))) == 20


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (-1, Outcome.RETRY),
        (45009, Outcome.WAIT),
        (93000, Outcome.FAILED),
        (40008, Outcome.FAILED),
        (Answer("<html>", 502), Outcome.RETRY),
        (requests.ReadTimeout(), Outcome.UNKNOWN),
        (requests.ConnectTimeout(), Outcome.RETRY),
    ],
)
def test_a_refusal_has_its_consequence_and_no_key_in_it(engine: sa.Engine, answer: Any, outcome: Outcome) -> None:
    robot, _server, _clock = _robot(engine, answer)
    pushed = robot.post("一")
    assert pushed.outcome is outcome
    assert "the-secret" not in pushed.detail
