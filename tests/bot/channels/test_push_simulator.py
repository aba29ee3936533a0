"""What is pushed to the simulator stands in its chat, once, until it is erased."""

from __future__ import annotations

import sqlalchemy as sa

from bot.channels import simulator_push
from bot.channels.push import Letter
from bot.channels.simulator_push import Shown, SimulatorOutlet
from bot.outbox.item import Outcome
from tests.bot.channels.pushing import Clock
from tests.instants import T0


def test_a_pushed_letter_shows_once_however_often_it_is_sent(engine: sa.Engine) -> None:
    outlet = SimulatorOutlet(engine, now=Clock())
    for _ in range(2):
        assert outlet.push(Letter("i1", "o1", "停水")).outcome is Outcome.SENT
    outlet.push(Letter("i2", "o2", "别人的"))
    with engine.begin() as conn:
        assert simulator_push.shown_to(conn, "o1") == [Shown("i1", "停水", T0)]
        simulator_push.erase(conn, "o1")
        assert simulator_push.shown_to(conn, "o1") == []
        assert len(simulator_push.shown_to(conn, "o2")) == 1
