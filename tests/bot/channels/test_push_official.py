"""Pushing through the 公众号: every error code has its consequence, and nothing is sent in vain."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from bot.channels.customer_service import CUSTOM_SEND, TEMPLATE_SEND, OfficialOutlet, Template
from bot.channels.official_api import OfficialApi
from bot.channels.push import Letter
from bot.channels.push_pauses import Pauses, next_midnight, push_pauses
from bot.channels.tokens import IpNotAllowed, TokenRefused
from bot.outbox.item import Outcome
from bot.outbox.ledger import outbox
from bot.storage.engine import open_engine
from bot.tables import metadata
from tests.bot.channels.pushing import Answer, Clock, Server, Tokens
from tests.instants import T0

MIDNIGHT = datetime(2026, 7, 17, 16, 0, tzinfo=UTC)  # T0 is 10:00 in Shanghai
LETTER = Letter(
    *("i1", "o1", "【停水通知】\n今天停水"),
    title="停水通知",
    wrote_at=T0 - timedelta(hours=1),
    link="https://example.org/public",
)
NOTICE = Template("tpl", {"thing1": "{title}", "time2": "{time}"})


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/push.db")
    metadata.create_all(engine, tables=[push_pauses, outbox])
    yield engine
    engine.dispose()


class Account:
    """An account's outlet before a stand-in server."""

    def __init__(self, engine: sa.Engine, *answers: Any, template: Template | None = None) -> None:
        self.engine = engine
        self.server = Server(engine, list(answers))
        self.clock = Clock()
        self.tokens = Tokens()
        api = OfficialApi(
            self.tokens,
            self.server,
            Pauses(engine, "wx1"),
            api_base_url="https://api.example/",
            now=self.clock,
        )
        self.outlet = OfficialOutlet(api, verified=True, template=template, now=self.clock)

    def apis(self) -> list[str]:
        return [url.partition("/cgi-bin/")[2].partition("?")[0] for url, _json in self.server.asked]

    def told_to_staff(self) -> list[str]:
        with self.engine.connect() as conn:
            return [row.payload["why"] for row in conn.execute(sa.select(outbox.c.payload))]


def test_a_text_goes_out_as_a_customer_service_message(engine: sa.Engine) -> None:
    account = Account(engine)
    assert account.outlet.push(LETTER).outcome is Outcome.SENT
    assert account.server.asked == [
        (
            "https://api.example/cgi-bin/message/custom/send?access_token=token-1",
            {"touser": "o1", "msgtype": "text", "text": {"content": LETTER.text}},
        )
    ]


@pytest.mark.parametrize("errcode", [40001, 40014, 42001])
def test_a_refused_token_is_renewed_and_tried_once_more(engine: sa.Engine, errcode: int) -> None:
    account = Account(engine, errcode)
    assert account.outlet.push(LETTER).outcome is Outcome.SENT
    assert [url.rpartition("=")[2] for url, _json in account.server.asked] == ["token-1", "token-2"]


def test_a_token_that_is_refused_twice_waits(engine: sa.Engine) -> None:
    account = Account(engine, 40001, 40001)
    assert account.outlet.push(LETTER).outcome is Outcome.RETRY
    assert len(account.server.asked) == 2


@pytest.mark.parametrize("errcode", [-1, 45011])
def test_a_busy_server_is_tried_again(engine: sa.Engine, errcode: int) -> None:
    assert Account(engine, errcode).outlet.push(LETTER).outcome is Outcome.RETRY


@pytest.mark.parametrize("errcode", [43004, 40003])
def test_who_does_not_follow_is_marked(engine: sa.Engine, errcode: int) -> None:
    account = Account(engine, errcode, template=NOTICE)
    pushed = account.outlet.push(LETTER)
    assert (pushed.outcome, pushed.gone) == (Outcome.FAILED, True)
    assert account.apis() == [CUSTOM_SEND]


@pytest.mark.parametrize("errcode", [45015, 45047, 43101, 48001])
def test_where_the_window_is_closed_the_template_goes(engine: sa.Engine, errcode: int) -> None:
    account = Account(engine, errcode, template=NOTICE)
    assert account.outlet.push(LETTER).outcome is Outcome.SENT
    assert account.apis() == [CUSTOM_SEND, TEMPLATE_SEND]
    assert account.server.asked[1][1] == {
        "touser": "o1",
        "template_id": "tpl",
        "client_msg_id": "i1",
        "url": "https://example.org/public",
        "data": {"thing1": {"value": "停水通知"}, "time2": {"value": "2026-07-17 10:00"}},
    }


@pytest.mark.parametrize("errcode", [45015, 45047, 43101])
def test_without_a_template_it_waits_for_the_next_message(engine: sa.Engine, errcode: int) -> None:
    account = Account(engine, errcode)
    pushed = account.outlet.push(LETTER)
    assert (pushed.outcome, pushed.until) == (Outcome.WAIT, None)
    assert account.outlet.push(LETTER).outcome is Outcome.SENT  # one person's window closes nobody else's


def test_outside_the_window_nothing_is_tried_in_vain(engine: sa.Engine) -> None:
    account = Account(engine, template=NOTICE)
    old = Letter("i1", "o1", "话", title="题", wrote_at=T0 - timedelta(hours=48))
    assert account.outlet.push(old).outcome is Outcome.SENT
    assert account.apis() == [TEMPLATE_SEND]


def test_a_personal_answer_is_no_template_message(engine: sa.Engine) -> None:
    account = Account(engine, 45015, template=NOTICE)
    assert account.outlet.push(Letter("i1", "o1", "您的事办好了")).outcome is Outcome.WAIT
    assert account.apis() == [CUSTOM_SEND]


def test_a_used_up_quota_stops_the_api_until_midnight_and_staff_are_told_once(engine: sa.Engine) -> None:
    account = Account(engine, 45009)
    for _ in range(3):
        pushed = account.outlet.push(LETTER)
        assert (pushed.outcome, pushed.until) == (Outcome.WAIT, MIDNIGHT)
    assert len(account.server.asked) == 1
    assert account.told_to_staff() == ["45009: the day's quota is used up"]
    account.clock.now = MIDNIGHT
    assert account.outlet.push(LETTER).outcome is Outcome.SENT


def test_a_used_up_quota_leaves_the_template_open(engine: sa.Engine) -> None:
    account = Account(engine, 45009, template=NOTICE)
    assert account.outlet.push(LETTER).outcome is Outcome.SENT
    assert account.outlet.push(LETTER).outcome is Outcome.SENT
    assert account.apis() == [CUSTOM_SEND, TEMPLATE_SEND, TEMPLATE_SEND]


def test_a_closed_window_and_a_used_up_template_quota_wait_for_midnight(engine: sa.Engine) -> None:
    pushed = Account(engine, 45015, 45009, template=NOTICE).outlet.push(LETTER)
    assert (pushed.outcome, pushed.until) == (Outcome.WAIT, MIDNIGHT)


@pytest.mark.parametrize("errcode", [48001, 48004, 50001])
def test_a_missing_right_switches_the_api_off_for_a_day(engine: sa.Engine, errcode: int) -> None:
    account = Account(engine, errcode)
    pushed = account.outlet.push(LETTER)
    assert (pushed.outcome, pushed.until) == (Outcome.WAIT, T0 + timedelta(hours=24))
    account.outlet.push(LETTER)
    assert len(account.server.asked) == 1
    assert account.told_to_staff() == [f"{errcode}: the account may not"]


def test_an_address_that_is_not_on_the_list_waits_for_operations(engine: sa.Engine) -> None:
    for account in (Account(engine, 40164), Account(engine)):
        account.tokens.error = None if account.server.answers else IpNotAllowed("no", errcode=40164)
        pushed = account.outlet.push(LETTER)
        assert (pushed.outcome, pushed.until) == (Outcome.WAIT, T0 + timedelta(minutes=10))
    assert len(account.told_to_staff()) == 1


def test_no_token_is_no_attempt(engine: sa.Engine) -> None:
    account = Account(engine)
    account.tokens.error = TokenRefused("wrong secret", errcode=40125)
    assert account.outlet.push(LETTER).outcome is Outcome.RETRY
    assert account.server.asked == []


def test_any_other_refusal_waits_for_the_next_message(engine: sa.Engine) -> None:
    pushed = Account(engine, 45002).outlet.push(LETTER)
    assert (pushed.outcome, pushed.detail) == (Outcome.WAIT, "errcode 45002")


def _never_connected() -> requests.ConnectionError:
    reason = NewConnectionError(None, "refused")  # type: ignore[arg-type]
    return requests.ConnectionError(MaxRetryError(None, "/?access_token=token-1", reason))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (_never_connected(), Outcome.RETRY),
        (requests.ConnectTimeout(), Outcome.RETRY),
        (requests.exceptions.SSLError(), Outcome.RETRY),
        (requests.ReadTimeout(), Outcome.UNKNOWN),
        (requests.ConnectionError(ProtocolError("Connection aborted.")), Outcome.UNKNOWN),
        (requests.exceptions.ChunkedEncodingError(), Outcome.UNKNOWN),
        (Answer("<html>", 502), Outcome.RETRY),
        (Answer("<html>", 500), Outcome.RETRY),
        (Answer("<html>", 504), Outcome.UNKNOWN),
        (Answer(ValueError(), 200), Outcome.UNKNOWN),
        (Answer({"msgid": 1}, 200), Outcome.UNKNOWN),
        (Answer([], 200), Outcome.UNKNOWN),
    ],
)
def test_a_lost_answer_is_told_from_a_request_that_never_left(engine: sa.Engine, answer: Any, outcome: Outcome) -> None:
    pushed = Account(engine, answer).outlet.push(LETTER)
    assert pushed.outcome is outcome
    assert "token-1" not in pushed.detail


def test_an_unverified_account_sends_nothing(engine: sa.Engine) -> None:
    server = Server(engine)
    api = OfficialApi(Tokens(), server, Pauses(engine, "wx1"), api_base_url="https://a", now=Clock())
    outlet = OfficialOutlet(api, verified=False, now=Clock())
    assert outlet.push(LETTER).outcome is Outcome.WAIT
    assert server.asked == []


def test_a_long_thing_field_is_cut_for_wechat(engine: sa.Engine) -> None:
    account = Account(engine, template=Template("tpl", {"thing1": "{text}", "const2": "{text}"}))
    account.outlet.push(Letter("i1", "o1", "水\n" * 30, title="题", wrote_at=T0 - timedelta(hours=49)))
    data = account.server.asked[0][1]["data"]
    assert len(data["thing1"]["value"]) == 20
    assert len(data["const2"]["value"]) == 59


@pytest.mark.parametrize(
    ("now", "midnight"),
    [(T0, MIDNIGHT), (MIDNIGHT - timedelta(seconds=1), MIDNIGHT), (MIDNIGHT, MIDNIGHT + timedelta(days=1))],
)
def test_midnight_is_shanghais(now: datetime, midnight: datetime) -> None:
    assert next_midnight(now) == midnight


def test_one_accounts_pause_is_not_anothers(engine: sa.Engine) -> None:
    Pauses(engine, "wx1").pause(CUSTOM_SEND, MIDNIGHT, why="45009", now=T0)
    assert Pauses(engine, "wx1").until(CUSTOM_SEND, now=T0) == MIDNIGHT
    assert Pauses(engine, "wx1").until(TEMPLATE_SEND, now=T0) is None
    assert Pauses(engine, "wx2").until(CUSTOM_SEND, now=T0) is None
