"""Operations read in the group, in Chinese, what stopped and until when."""

from __future__ import annotations

import sqlalchemy as sa

from bot.channels.push_pauses import Pauses, next_midnight
from bot.outbox import desk as outbox
from bot.outbox.item import Kind, Outcome
from bot.stories.tell_operations import deliver_to_operations, words
from tests.instants import T0


def test_a_paused_push_is_told_to_the_group_once(engine: sa.Engine) -> None:
    for _ in range(2):
        Pauses(engine, "wx1").pause("message/custom/send", next_midnight(T0), why="45009", now=T0)
    with engine.begin() as conn:
        (item,) = outbox.claim(conn, [Kind.OPERATIONS], now=T0)
    assert deliver_to_operations(engine, item, group="ops", now=lambda: T0).outcome is Outcome.SENT
    with engine.begin() as conn:
        (told,) = outbox.claim(conn, [Kind.GROUP_MESSAGE], now=T0)
    assert told.payload["group"] == "ops"
    assert "到07月18日00:00再试（45009" in told.payload["text"]


def test_without_a_group_it_stands_in_the_log(engine: sa.Engine) -> None:
    with engine.begin() as conn:
        outbox.post(conn, Kind.OPERATIONS, {"about": "approval fell", "broadcast_id": "b1"}, now=T0)
        (item,) = outbox.claim(conn, [Kind.OPERATIONS], now=T0)
    assert deliver_to_operations(engine, item, group=None, now=lambda: T0).detail == "logged"
    with engine.begin() as conn:
        assert outbox.claim(conn, [Kind.GROUP_MESSAGE], now=T0) == []


def test_what_nobody_has_words_for_is_told_all_the_same() -> None:
    assert words({"about": "disk full"}) == "有一件事要看一下：disk full。"
