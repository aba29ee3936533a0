"""The staff on duty are called until somebody takes it, by group and SMS, without anybody's words."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.channels.push import Pushed
from bot.channels.sms_hook import SmsHook
from bot.outbox import desk as outbox
from bot.outbox.item import Item, Kind, Outcome, Result
from bot.stories.acknowledge_alarm import acknowledge_alarm
from bot.stories.call_duty import AGAIN, GIVE_UP, call_duty
from bot.stories.raise_alarm import raise_alarm
from community.needs.desk import Report
from tests.instants import T0, T


class Pager:
    """An SMS hook that writes down what it was to send."""

    def __init__(self, outcome: Outcome = Outcome.SENT) -> None:
        self.sent: list[str] = []
        self.outcome = outcome

    def send(self, text: str) -> Pushed:
        self.sent.append(text)
        return Pushed(self.outcome, "status 200")


def alarm(engine: sa.Engine) -> Item:
    """Somebody's kitchen is on fire; the claimed alert."""
    report = Report("fire", "emergency", "我是赵钱孙，厨房着火了", "root", None, "r1", "m1")
    with engine.begin() as conn:
        raise_alarm(conn, report, now=T0)
        (item,) = outbox.claim(conn, [Kind.DUTY_ALERT], now=T0)
    return item


def call(engine: sa.Engine, item: Item, pager: Pager, *, now: datetime, group: str | None = "duty") -> Result:
    return call_duty(engine, item, group=group, sms=pager, now=lambda: now)


def group_texts(engine: sa.Engine) -> list[str]:
    with engine.begin() as conn:
        return [item.payload["text"] for item in outbox.claim(conn, [Kind.GROUP_MESSAGE], now=T(10_000))]


def test_it_is_called_out_again_until_somebody_takes_it(engine: sa.Engine) -> None:
    item, pager = alarm(engine), Pager()
    assert call(engine, item, pager, now=T(1)) == Result(Outcome.WAIT, "called: group, sms", T(1) + AGAIN)
    assert call(engine, item, pager, now=T(121)).outcome is Outcome.WAIT
    assert "已等 2 分钟" in pager.sent[1]
    with engine.begin() as conn:
        acknowledge_alarm(conn, item.payload["need_id"], actor="liu", name="小刘", now=T(130))
    assert call(engine, item, pager, now=T(241)).outcome is Outcome.SENT
    assert len(pager.sent) == len(group_texts(engine)) == 2


def test_the_call_names_number_and_place_and_nobodys_words(engine: sa.Engine) -> None:
    pager = Pager()
    call(engine, alarm(engine), pager, now=T(1))
    (text,) = pager.sent
    assert "S-0717-1" in text and "【紧急】" in text
    assert "赵钱孙" not in text + "".join(group_texts(engine))


def test_without_a_route_only_the_console_shows_it_and_the_item_says_so(engine: sa.Engine) -> None:
    result = call_duty(engine, alarm(engine), group=None, sms=None, now=lambda: T(1))
    assert result.detail == "called: only the console shows it"
    assert result.outcome is Outcome.WAIT


def test_a_failing_provider_is_written_down_and_tried_again(engine: sa.Engine) -> None:
    result = call(engine, alarm(engine), Pager(Outcome.RETRY), now=T(1))
    assert result.outcome is Outcome.WAIT
    assert "sms status 200" in result.detail


def test_after_a_day_it_is_given_up(engine: sa.Engine) -> None:
    assert call(engine, alarm(engine), Pager(), now=T0 + GIVE_UP + timedelta(1)).outcome is Outcome.FAILED


class Provider:
    """An SMS provider that answers with one status."""

    def __init__(self, status: int) -> None:
        self.status_code = status
        self.bodies: list[bytes] = []

    def request(self, method: str, url: str, *, data: bytes, headers: object, timeout: object) -> Provider:
        self.bodies.append(data)
        return self


@pytest.mark.parametrize(
    ("status", "outcome"),
    [(200, Outcome.SENT), (204, Outcome.SENT), (400, Outcome.FAILED), (429, Outcome.RETRY), (502, Outcome.RETRY)],
)
def test_the_hook_fills_its_template_and_reads_the_status(status: int, outcome: Outcome) -> None:
    provider = Provider(status)
    hook = SmsHook(provider, "https://sms.example", '{"content": "{text}"}', {})
    assert hook.send('3号楼 "急"').outcome is outcome
    assert provider.bodies == ['{"content": "3号楼 \\"急\\""}'.encode()]
