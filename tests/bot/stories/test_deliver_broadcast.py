"""Carrying letters: nobody is lost when a worker is killed, and nobody is told twice but on purpose."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.channels.push import Letter, Outlet, Pushed
from bot.outbox import desk as outbox
from bot.outbox.item import LEASE, MOST_ATTEMPTS, Item, Kind, Outcome, Result
from bot.stories.deliver import (
    MOST_REPEATS,
    SLOW_RETRY,
    Address,
    Post,
    deliver_broadcast,
    deliver_news,
    result_of,
)
from bot.stories.send_broadcast import send_due
from bot.stories.tell_group import deliver_to_group, tell_group
from broadcasts import desk
from broadcasts.audience import Audience
from broadcasts.broadcast import Severity, Status
from broadcasts.delivery import Door
from broadcasts.delivery import Status as DeliveryStatus
from tests.broadcasts.notices import NOTICE, THIRD, anybody, approved, notice, person
from tests.instants import T0, T

SENT = Pushed(Outcome.SENT)
BEGINS = T(1)


class Killed(BaseException):
    """The worker is gone in the middle of a push, as after kill -9: nothing is settled."""


@dataclass
class Phones:
    """An outlet that keeps what arrived and answers as it was told."""

    answers: list[Pushed | BaseException] = field(default_factory=list)
    arrived: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)

    def push(self, letter: Letter) -> Pushed:
        self.links.append(letter.link)
        answer = self.answers.pop(0) if self.answers else SENT
        if isinstance(answer, Killed) or (isinstance(answer, Pushed) and answer.outcome is Outcome.UNKNOWN):
            self.arrived.append(letter.openid)  # it arrived, only the answer did not
        if isinstance(answer, BaseException):
            raise answer
        if answer.outcome is Outcome.SENT:
            self.arrived.append(letter.openid)
        return answer


@dataclass
class Worker:
    """What the worker does with its handlers, one step at a time, on a clock of its own."""

    engine: sa.Engine
    outlets: Mapping[str, Outlet]
    now: datetime = BEGINS

    def post(self) -> Post:
        return Post(self.engine, self.outlets, _address_of, _wrote_at, lambda: self.now, "https://x.example")

    def work(self) -> int:
        with self.engine.begin() as conn:
            items = outbox.claim(conn, [Kind.BROADCAST, Kind.NEWS], now=self.now)
        for item in items:
            carry = deliver_broadcast if item.kind is Kind.BROADCAST else deliver_news
            self.settle(item, carry(self.post(), item))
        return len(items)

    def settle(self, item: Item, result: Result) -> None:
        with self.engine.begin() as conn:
            outbox.settle(
                conn,
                item,
                result.outcome,
                detail=result.detail,
                due_at=result.due_at,
                jitter=0,
                now=self.now,
            )

    def until_done(self) -> None:
        while self.work():
            pass

    def tick(self) -> int:
        return send_due(self.engine, may_approve=anybody, now=lambda: self.now)


def _address_of(_conn: sa.Connection, resident_id: str) -> Address | None:
    return None if resident_id == "erased" else Address("official", f"o-{resident_id}")


def _wrote_at(_conn: sa.Connection, ids: Collection[str]) -> Mapping[str, datetime]:
    return dict.fromkeys(ids, T0)


def _approve(engine: sa.Engine, people: int, **words: object) -> str:
    with engine.begin() as conn:
        return approved(conn, [person(number) for number in range(people)], notice(**words)).id


def _counts(engine: sa.Engine, broadcast_id: str) -> Mapping[DeliveryStatus, int]:
    with engine.begin() as conn:
        return desk.progress(conn, broadcast_id).by_status


def test_everybody_gets_it_once(engine: sa.Engine) -> None:
    made = _approve(engine, 60)
    phones = Phones()
    worker = Worker(engine, {"official": phones})
    assert worker.tick() == 60
    worker.until_done()
    worker.tick()
    assert sorted(phones.arrived) == sorted(f"o{number}" for number in range(60))
    assert _counts(engine, made) == {DeliveryStatus.SENT: 60}
    with engine.begin() as conn:
        assert desk.get(conn, made).status is Status.SENT


@pytest.mark.parametrize(
    ("severity", "twice", "counts"),
    [
        (Severity.MODERATE, 0, {DeliveryStatus.SENT: 39, DeliveryStatus.UNKNOWN: 1}),
        (Severity.SEVERE, 1, {DeliveryStatus.SENT: 40}),
    ],
)
def test_a_killed_worker_loses_nobody(
    engine: sa.Engine, severity: Severity, twice: int, counts: Mapping[DeliveryStatus, int]
) -> None:
    made = _approve(engine, 40, severity=severity)
    phones = Phones([*[SENT] * 25, Killed()])
    worker = Worker(engine, {"official": phones})
    worker.tick()
    with pytest.raises(Killed):
        worker.until_done()
    assert len(phones.arrived) == 26
    another = Worker(engine, {"official": phones}, now=worker.now + LEASE)
    another.until_done()
    another.tick()
    times = Counter(phones.arrived)
    assert len(times) == 40
    assert sum(count - 1 for count in times.values()) == twice
    assert _counts(engine, made) == counts


def test_a_lease_that_is_nearly_over_is_given_back_unsent(engine: sa.Engine) -> None:
    _approve(engine, 1)
    phones = Phones()
    worker = Worker(engine, {"official": phones})
    worker.tick()
    with engine.begin() as conn:
        (item,) = outbox.claim(conn, [Kind.BROADCAST], now=worker.now)
    worker.now += LEASE - timedelta(seconds=5)
    result = deliver_broadcast(worker.post(), item)
    assert (result.outcome, phones.arrived) == (Outcome.WAIT, [])
    worker.settle(item, result)
    worker.until_done()
    assert phones.arrived == ["o0"]


def test_a_worker_that_lost_its_lease_sends_nothing(engine: sa.Engine) -> None:
    _approve(engine, 1)
    phones = Phones()
    slow, quick = Worker(engine, {"official": phones}), Worker(engine, {"official": phones})
    slow.tick()
    with engine.begin() as conn:
        (item,) = outbox.claim(conn, [Kind.BROADCAST], now=slow.now)
    quick.now = slow.now + LEASE
    quick.until_done()
    assert deliver_broadcast(slow.post(), item).outcome is Outcome.WAIT
    assert phones.arrived == ["o0"]


def test_a_cancelled_notice_stops_in_the_middle(engine: sa.Engine) -> None:
    made = _approve(engine, 30)
    phones = Phones()
    worker = Worker(engine, {"official": phones})
    worker.tick()
    worker.work()
    with engine.begin() as conn:
        (leased,) = outbox.claim(conn, [Kind.BROADCAST], now=worker.now, limit=1)
        desk.cancel(conn, made, actor=THIRD, why="水来了", now=worker.now)
    worker.settle(leased, deliver_broadcast(worker.post(), leased))
    worker.until_done()
    worker.tick()
    assert len(phones.arrived) == 20
    assert _counts(engine, made) == {DeliveryStatus.SENT: 20, DeliveryStatus.WITHDRAWN: 10}


def test_nothing_is_pushed_after_the_end_of_its_validity(engine: sa.Engine) -> None:
    _approve(engine, 1)
    phones = Phones()
    worker = Worker(engine, {"official": phones})
    worker.tick()
    with engine.begin() as conn:
        (item,) = outbox.claim(conn, [Kind.BROADCAST], now=worker.now)
    worker.now = NOTICE.valid_until
    assert deliver_broadcast(worker.post(), item).outcome is Outcome.WITHDRAWN
    assert phones.arrived == []


def test_who_does_not_follow_any_more_stands_on_the_door_list(engine: sa.Engine) -> None:
    made = _approve(engine, 2)
    worker = Worker(engine, {"official": Phones([Pushed(Outcome.FAILED, "errcode 43004", gone=True)])})
    worker.tick()
    worker.until_done()
    worker.tick()
    assert _counts(engine, made) == {DeliveryStatus.SENT: 1, DeliveryStatus.UNREACHABLE: 1}
    with engine.begin() as conn:
        assert desk.doors(conn, made) == [Door("c.g1.b3.u1", 1)]


@pytest.mark.parametrize("channels", [[], ["official"]])
def test_where_no_push_is_possible_it_comes_with_the_next_message(engine: sa.Engine, channels: list[str]) -> None:
    made = _approve(engine, 1, asks_receipt=True)
    worker = Worker(engine, {one: Phones([Pushed(Outcome.WAIT, "outside the window")]) for one in channels})
    worker.tick()
    assert worker.work() == 1
    assert worker.work() == 0  # it does not spin
    worker.tick()
    assert _counts(engine, made) == {DeliveryStatus.WAITING: 1}
    with engine.begin() as conn:
        assert outbox.take_news(conn, "r00000", now=worker.now)[0].endswith("看到了，请回“收到”。")
        assert desk.receive(conn, "r00000", now=worker.now) == "停水通知"
    worker.tick()
    assert _counts(engine, made) == {DeliveryStatus.SENT: 1}


def test_a_paused_api_is_asked_again_when_the_pause_is_over(engine: sa.Engine) -> None:
    _approve(engine, 1)
    phones = Phones([Pushed(Outcome.WAIT, "45009", until=T(3600))])
    worker = Worker(engine, {"official": phones})
    worker.tick()
    worker.until_done()
    worker.now = T(3599)
    assert worker.work() == 0
    worker.now = T(3600)
    worker.until_done()
    assert phones.arrived == ["o0"]


def test_a_server_that_is_away_for_an_hour_loses_nobody(engine: sa.Engine) -> None:
    _approve(engine, 1)
    phones = Phones([Pushed(Outcome.RETRY, "status 502")] * 14)
    worker = Worker(engine, {"official": phones})
    worker.tick()
    for _ in range(90):
        worker.until_done()
        worker.now += timedelta(minutes=1)
    assert phones.arrived == ["o0"]


def _item(attempts: int = 0) -> Item:
    return Item("i1", Kind.NEWS, "r1", {}, attempts, T0, T(60))


@pytest.mark.parametrize(
    ("pushed", "attempts", "repeat", "expected"),
    [
        (SENT, 0, False, Result(Outcome.SENT)),
        (Pushed(Outcome.UNKNOWN), 0, False, Result(Outcome.UNKNOWN)),
        (Pushed(Outcome.UNKNOWN), 0, True, Result(Outcome.RETRY)),
        (Pushed(Outcome.UNKNOWN), MOST_REPEATS, True, Result(Outcome.UNKNOWN)),
        (Pushed(Outcome.RETRY), 0, False, Result(Outcome.RETRY)),
        (Pushed(Outcome.RETRY), MOST_ATTEMPTS - 1, False, Result(Outcome.WAIT, "", T0 + SLOW_RETRY)),
        (Pushed(Outcome.FAILED, "errcode 43004"), 0, True, Result(Outcome.FAILED, "errcode 43004")),
    ],
)
def test_what_an_attempt_comes_to(pushed: Pushed, attempts: int, repeat: bool, expected: Result) -> None:
    assert result_of(pushed, _item(attempts), repeat=repeat, now=T0) == expected


@pytest.mark.parametrize(("tags", "leads"), [((), True), (("独居老人",), False)])
def test_a_notice_leads_to_its_public_page_unless_it_picks_people_out(
    engine: sa.Engine, tags: tuple[str, ...], leads: bool
) -> None:
    phones = Phones([])
    worker = Worker(engine, {"official": phones})
    _approve(engine, 1, audience=Audience(("c.g1.b3",), tags))
    worker.tick()
    worker.until_done()
    assert phones.links == ["https://x.example/public/notices/T-0717-1" if leads else ""]


def test_the_news_of_a_correction_leads_to_all_corrections_and_other_news_nowhere(engine: sa.Engine) -> None:
    phones = Phones([])
    worker = Worker(engine, {"official": phones})
    with engine.begin() as conn:
        outbox.post(conn, Kind.NEWS, {"text": "核实了", "page": "Y-0717-1"}, resident_id="r1", now=T(0))
        outbox.post(conn, Kind.NEWS, {"text": "电来了"}, resident_id="r1", now=T(0.5))
    worker.until_done()
    assert phones.links == ["https://x.example/public/corrections#Y-0717-1", ""]


def test_a_late_answer_is_pushed_or_waits_for_the_next_message(engine: sa.Engine) -> None:
    phones = Phones([SENT, Pushed(Outcome.WAIT)])
    worker = Worker(engine, {"official": phones})
    with engine.begin() as conn:
        outbox.post(conn, Kind.NEWS, {"text": "核实了：不实"}, resident_id="r1", now=T(0))
        outbox.post(conn, Kind.NEWS, {"text": "电来了"}, resident_id="r2", now=T(0.5))
        outbox.post(conn, Kind.NEWS, {"text": "给谁？"}, resident_id="erased", now=T(0.5))
    worker.until_done()
    assert phones.arrived == ["o-r1"]
    with engine.begin() as conn:
        assert outbox.take_news(conn, "r1", now=T(2)) == []
        assert outbox.take_news(conn, "r2", now=T(2)) == ["电来了"]
        assert outbox.waiting(conn) == {}


@dataclass
class Group:
    """A robot that keeps what it said."""

    said: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def post(self, text: str, *, mention: Collection[str] = ()) -> Pushed:
        self.said.append((text, tuple(mention)))
        return SENT


def test_a_group_is_told_by_its_robot(engine: sa.Engine) -> None:
    group = Group()
    with engine.begin() as conn:
        tell_group(conn, "duty", "3栋停电", mention=["@all"], now=T0)
        tell_group(conn, "nobody", "……", now=T0)
        items = outbox.claim(conn, [Kind.GROUP_MESSAGE], now=T0)
    results = [deliver_to_group(engine, item, robots={"duty": group}, now=lambda: T0) for item in items]
    assert {result.outcome for result in results} == {Outcome.SENT, Outcome.FAILED}
    assert group.said == [("3栋停电", ("@all",))]


def test_danger_overtakes_a_notice_to_thousands(engine: sa.Engine) -> None:
    _approve(engine, 100)
    worker = Worker(engine, {})
    worker.tick()
    with engine.begin() as conn:
        outbox.post(conn, Kind.DUTY_ALERT, {"need_id": "n1"}, now=T(1))
        first, *_others = outbox.claim(conn, [Kind.BROADCAST, Kind.DUTY_ALERT], now=T(2), limit=5)
    assert first.kind is Kind.DUTY_ALERT


def test_news_that_does_not_fit_whole_waits_for_the_next_reply(engine: sa.Engine) -> None:
    with engine.begin() as conn:
        for number in range(3):
            outbox.post(conn, Kind.NEWS, {"text": "水" * 200}, resident_id="r1", now=T(number))
        assert outbox.take_news(conn, "r1", room=600, now=T(9)) == []
        assert len(outbox.take_news(conn, "r1", room=700, now=T(9))) == 1
        assert len(outbox.take_news(conn, "r1", now=T(9))) == 2
