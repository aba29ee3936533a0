"""Every ledger, on SQLite and on PostgreSQL: the same stories, the same answers."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.conversation import context
from bot.conversation.context import Context, Waiting
from bot.inbox import desk as inbox
from bot.inbox.desk import Answered
from bot.inbox.message import Incoming, Kind
from bot.outbox import desk as outbox
from bot.outbox.item import LEASE, MOST_ATTEMPTS, Outcome, Status
from bot.outbox.item import Kind as Leaving
from bot.outbox.ledger import attempts
from bot.outbox.ledger import outbox as outbox_table
from bot.tables import Stale
from community.areas import desk as areas
from community.areas.area import Area, Level
from community.needs import desk as needs
from community.needs.desk import Report
from community.needs.ledger import history as need_history
from community.needs.need import Forbidden
from community.residents import desk as residents
from community.rumours import correction_desk as corrections
from community.rumours import desk as rumours
from community.rumours.correction import Correction, Words
from community.rumours.desk import Claim
from community.rumours.rumour import Forbidden as RumourForbidden
from community.rumours.rumour import Judgement, Likeness, Verdict
from tests.instants import T0, T

TREE = [
    Area("c", Level.COMMUNITY, "邻水社区"),
    Area("c.g1", Level.GRID, "第1网格", "1"),
    Area("c.g1.b3", Level.BUILDING, "3号楼", "3"),
    Area("c.g1.b3.u2", Level.UNIT, "2单元", "2"),
    Area("c.g1.b30", Level.BUILDING, "30号楼", "30"),
    Area("c.g2", Level.GRID, "第2网格", "2"),
    Area("c.g2.b30", Level.BUILDING, "30号楼", "30"),
]


def _incoming(key: str = "k1", **values: object) -> Incoming:
    return replace(Incoming("official", "gh", "o1", key, Kind.TEXT, T0, text="停电了"), **values)


def _report(**values: object) -> Report:
    report = Report("utilities", "routine", "3栋停电了", "c.g1.b3.u2", "c.g1.b3", "r1", "m1")
    return replace(report, **values)


def _unlike(_one: str, _other: str) -> float:
    return 0.0


def _same_text(text: str, known: Sequence[tuple[str, str]]) -> Likeness:
    return Likeness(same=next((one for one, statement in known if statement == text), None))


class TestAreas:
    def test_a_tree_planted_twice_stands_once(self, conn: sa.Connection) -> None:
        assert areas.plant(conn, TREE) == len(TREE)
        assert areas.plant(conn, TREE) == 0

    def test_a_building_and_its_unit_are_found_by_number(self, conn: sa.Connection) -> None:
        areas.plant(conn, TREE)
        unit = areas.locate(conn, "c", building="3", unit="2")
        assert unit is not None and unit.code == "c.g1.b3.u2"
        assert areas.name(conn, "c.g1.b3.u2") == "3号楼2单元"
        building = areas.locate(conn, "c", building="3", unit="9")
        assert building is not None and building.code == "c.g1.b3"

    def test_a_number_that_stands_for_two_buildings_is_no_place(self, conn: sa.Connection) -> None:
        areas.plant(conn, TREE)
        assert areas.locate(conn, "c", building="30", unit=None) is None
        only = areas.locate(conn, "c.g2", building="30", unit=None)
        assert only is not None and only.code == "c.g2.b30"


class TestResidents:
    def test_a_stranger_becomes_one_resident_however_often_met(self, conn: sa.Connection) -> None:
        first = residents.meet(conn, channel="official", app="gh", openid="o1", now=T0)
        again = residents.meet(conn, channel="official", app="gh", openid="o1", now=T(9))
        assert first == again
        assert first.area_code == "root"

    def test_the_same_openid_of_another_account_is_somebody_else(self, conn: sa.Connection) -> None:
        one = residents.meet(conn, channel="official", app="gh", openid="o1", now=T0)
        other = residents.meet(conn, channel="simulator", app="gh", openid="o1", now=T0)
        assert one.id != other.id

    def test_an_erased_resident_is_gone(self, conn: sa.Connection) -> None:
        one = residents.meet(conn, channel="official", app="gh", openid="o1", now=T0)
        residents.introduce(conn, one.id, name="王阿姨", tags=("独居老人",))
        residents.erase(conn, one.id)
        assert residents.find(conn, channel="official", app="gh", openid="o1") is None


class TestInbox:
    def test_a_repeat_is_not_admitted_and_gets_the_remembered_reply(self, conn: sa.Connection) -> None:
        message_id = inbox.admit(conn, _incoming(), now=T0)
        assert message_id is not None
        inbox.remember(conn, message_id, Answered("need", "记下了", "r1", "c"))
        assert inbox.admit(conn, _incoming(), now=T(5)) is None
        assert inbox.reply_to(conn, "k1") == "记下了"
        assert inbox.reply_to(conn, "k2") is None

    def test_a_conversation_is_told_in_its_order(self, conn: sa.Connection) -> None:
        for number in range(3):
            message_id = inbox.admit(conn, _incoming(f"k{number}", text=f"第{number}句"), now=T(number))
            assert message_id is not None
            inbox.remember(conn, message_id, Answered("article", f"答{number}", "r1", "c"))
        told = inbox.conversation(conn, "r1", limit=2)
        assert [(one.text, one.reply) for one in told] == [("第1句", "答1"), ("第2句", "答2")]

    def test_media_of_an_erased_message_is_not_kept(self, conn: sa.Connection) -> None:
        message_id = inbox.admit(conn, _incoming(kind=Kind.IMAGE, media_id="mm"), now=T0)
        assert message_id is not None
        inbox.remember(conn, message_id, Answered("media", "收到", "r1", "c"))
        assert inbox.keep_media(conn, message_id, content_type="image/jpeg", content=b"x", now=T0)
        inbox.erase(conn, "r1")
        assert not inbox.keep_media(conn, message_id, content_type="image/jpeg", content=b"x", now=T0)
        assert inbox.conversation(conn, "r1") == []


class TestOutbox:
    def test_an_item_is_claimed_by_one_and_settled_once(self, conn: sa.Connection) -> None:
        outbox.post(conn, Leaving.FETCH_MEDIA, {"message_id": "m"}, now=T0)
        (item,) = outbox.claim(conn, [Leaving.FETCH_MEDIA], now=T(1))
        assert outbox.claim(conn, [Leaving.FETCH_MEDIA], now=T(1)) == []
        outbox.settle(conn, item, Outcome.SENT, jitter=0, now=T(2))
        assert outbox.waiting(conn) == {}
        with pytest.raises(Stale):
            outbox.settle(conn, item, Outcome.SENT, jitter=0, now=T(3))

    def test_a_lapsed_lease_frees_the_item_and_the_first_worker_has_lost_it(self, conn: sa.Connection) -> None:
        outbox.post(conn, Leaving.FETCH_MEDIA, {}, now=T0)
        (first,) = outbox.claim(conn, [Leaving.FETCH_MEDIA], now=T0)
        (second,) = outbox.claim(conn, [Leaving.FETCH_MEDIA], now=T0 + LEASE)
        assert second.id == first.id
        with pytest.raises(Stale):
            outbox.settle(conn, first, Outcome.SENT, jitter=0, now=T0 + LEASE)
        outbox.settle(conn, second, Outcome.SENT, jitter=0, now=T0 + LEASE)

    def test_a_retry_waits_longer_each_time_and_ends_in_failure(self, conn: sa.Connection) -> None:
        outbox.post(conn, Leaving.FETCH_MEDIA, {}, now=T0)
        now, waits = T0, []
        for _ in range(MOST_ATTEMPTS):
            (item,) = outbox.claim(conn, [Leaving.FETCH_MEDIA], now=now)
            outbox.settle(conn, item, Outcome.RETRY, detail="busy", jitter=1, now=now)
            due = conn.execute(sa.select(outbox_table.c.due_at)).scalar_one()
            waits.append(due - now)
            now = due
        assert waits == sorted(waits) and waits[0] == timedelta(seconds=2)
        assert conn.execute(sa.select(outbox_table.c.status)).scalar_one() == Status.FAILED
        assert conn.execute(sa.select(sa.func.count()).select_from(attempts)).scalar_one() == MOST_ATTEMPTS

    def test_kinds_without_a_handler_are_left_alone(self, conn: sa.Connection) -> None:
        outbox.post(conn, Leaving.DUTY_ALERT, {}, now=T0)
        assert outbox.claim(conn, [Leaving.FETCH_MEDIA], now=T0) == []
        assert outbox.waiting(conn) == {Leaving.DUTY_ALERT: 1}

    def test_news_is_taken_once_oldest_first(self, conn: sa.Connection) -> None:
        outbox.post(conn, Leaving.NEWS, {"text": "一"}, resident_id="r1", now=T(0))
        outbox.post(conn, Leaving.NEWS, {"text": "二"}, resident_id="r1", now=T(1))
        outbox.post(conn, Leaving.NEWS, {"text": "别人的"}, resident_id="r2", now=T(1))
        assert outbox.take_news(conn, "r1", now=T(2)) == ["一", "二"]
        assert outbox.take_news(conn, "r1", now=T(2)) == []

    def test_workers_at_once_never_get_the_same_item(self, engine: sa.Engine) -> None:
        with engine.begin() as conn:
            for _ in range(120):
                outbox.post(conn, Leaving.FETCH_MEDIA, {}, now=T0)

        def drain(_worker: int) -> list[str]:
            got: list[str] = []
            while True:
                with engine.begin() as conn:
                    items = outbox.claim(conn, [Leaving.FETCH_MEDIA], now=T(1), limit=7)
                if not items:
                    return got
                got += [item.id for item in items]

        with ThreadPoolExecutor(4) as pool:
            claimed = [one for got in pool.map(drain, range(4)) for one in got]
        assert len(claimed) == len(set(claimed)) == 120


class TestNeeds:
    def test_a_neighbour_joins_and_the_households_are_counted(self, conn: sa.Connection) -> None:
        first = needs.tell(conn, _report(), alike=_unlike, now=T0)
        again = needs.tell(conn, _report(message_id="m2"), alike=_unlike, now=T(1))
        other = needs.tell(conn, _report(resident_id="r2", text="几点来电啊"), alike=_unlike, now=T(2))
        assert (first.joined, again.joined, other.joined) == (False, True, True)
        assert other.need.number == first.need.number == "S-0717-1"
        assert other.need.households == 2

    @pytest.mark.parametrize(
        "different",
        [
            {"category": "facilities", "text": "路灯坏了"},
            {"building": "c.g1.b30", "area_code": "c.g1.b30"},
            {"text": "3栋停水了"},
            {"building": None, "area_code": "root", "resident_id": "r2"},
        ],
    )
    def test_another_trouble_or_place_is_another_need(self, conn: sa.Connection, different: dict[str, object]) -> None:
        needs.tell(conn, _report(), alike=_unlike, now=T0)
        assert not needs.tell(conn, _report(**different), alike=_unlike, now=T(1)).joined

    def test_after_two_days_it_is_a_new_trouble(self, conn: sa.Connection) -> None:
        needs.tell(conn, _report(), alike=_unlike, now=T0)
        assert not needs.tell(conn, _report(), alike=_unlike, now=T0 + timedelta(hours=49)).joined

    def test_an_emergency_is_never_joined(self, conn: sa.Connection) -> None:
        needs.tell(conn, _report(urgency="emergency"), alike=_unlike, now=T0)
        assert not needs.tell(conn, _report(urgency="emergency"), alike=_unlike, now=T(1)).joined

    def test_neighbours_at_once_open_one_need(self, engine: sa.Engine) -> None:
        def tell(number: int) -> str:
            with engine.begin() as conn:
                report = _report(resident_id=f"r{number}", message_id=f"m{number}")
                return needs.tell(conn, report, alike=_unlike, now=T(number)).need.id

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(tell, range(16)))) == 1

    def test_of_staff_at_once_one_takes_it(self, engine: sa.Engine) -> None:
        with engine.begin() as conn:
            need = needs.tell(conn, _report(), alike=_unlike, now=T0).need

        def take(number: int) -> str:
            try:
                with engine.begin() as conn:
                    return needs.accept(conn, need.id, actor=f"s{number}", now=T(number)).taken_by
            except (Stale, Forbidden):
                return ""

        with ThreadPoolExecutor(4) as pool:
            took = [actor for actor in pool.map(take, range(8)) if actor]
        with engine.begin() as conn:
            assert took == [needs.get(conn, need.id).taken_by]
            assert len(needs.history(conn, need.id)) == 2

    def test_numbers_and_phones_are_masked_and_erasure_leaves_the_need(self, conn: sa.Connection) -> None:
        told = needs.tell(conn, _report(text="找我13812345678，3栋停电"), alike=_unlike, now=T0)
        assert told.need.summary == "找我138****5678，3栋停电"
        needs.forget(conn, "r1")
        assert needs.of_resident(conn, "r1") == []
        assert needs.tell(conn, _report(resident_id="r2"), alike=_unlike, now=T(1)).need.households == 2

    def test_the_place_is_told_afterwards_and_the_history_says_so(self, conn: sa.Connection) -> None:
        told = needs.tell(conn, _report(area_code="root", building=None), alike=_unlike, now=T0)
        needs.place(conn, told.need.id, area_code="c.g1.b3", now=T(60))
        assert needs.of_resident(conn, "r1")[0].area_code == "c.g1.b3"
        rows = conn.execute(sa.select(need_history.c.was, need_history.c.became)).all()
        assert rows[-1] == ("root", "c.g1.b3")


class TestRumours:
    def test_a_repeated_claim_is_filed_under_the_first(self, conn: sa.Connection) -> None:
        claim = Claim("今晚泄洪", "life", "c.g1", "r1", "m1")
        first = rumours.report(conn, claim, match=_same_text, now=T0)
        again = rumours.report(conn, replace(claim, resident_id="r2"), match=_same_text, now=T(1))
        other = rumours.report(conn, replace(claim, text="明天停水"), match=_same_text, now=T(2))
        assert (first.known, again.known, other.known) == (False, True, False)
        assert again.rumour.number == first.rumour.number == "Y-0717-1"
        assert other.rumour.number == "Y-0717-2"

    def test_who_asked_is_told_and_can_be_forgotten(self, conn: sa.Connection) -> None:
        claim = Claim("今晚泄洪", "life", "c.g1", "r1", "m1")
        rumours.report(conn, claim, match=_same_text, now=T0)
        assert [one.statement for one in rumours.asked_by(conn, "r1")] == ["今晚泄洪"]
        rumours.forget(conn, "r1")
        assert rumours.asked_by(conn, "r1") == []

    def test_approvers_at_once_publish_once_and_workers_at_once_tell_everybody_once(self, engine: sa.Engine) -> None:
        with engine.begin() as conn:
            correction = _submitted_correction(conn, askers=60)

        def approve(number: int) -> bool:
            try:
                with engine.begin() as conn:
                    seen = correction.revision
                    corrections.approve(conn, correction.id, actor=f"s{number}", seen=seen, now=T(number))
                    return True
            except (Stale, RumourForbidden):
                return False

        def drain(_worker: int) -> list[str]:
            got: list[str] = []
            while True:
                with engine.begin() as conn:
                    told = corrections.next_to_tell(conn, correction.rumour_id, limit=7)
                    left = corrections.untold(conn)
                got += [one.resident_id for one in told]
                if not left:
                    return got

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(approve, range(4))) == 1
            heard = [one for got in pool.map(drain, range(4)) for one in got]
        assert sorted(heard) == sorted(f"r{number}" for number in range(60))


def _submitted_correction(conn: sa.Connection, *, askers: int) -> Correction:
    """A correction that waits for its second person, of a rumour that so many residents asked about."""
    for number in range(askers):
        claim = Claim("今晚泄洪", "life", "c.g1", f"r{number}", f"m{number}")
        rumour = rumours.report(conn, claim, match=_same_text, now=T(number)).rumour
    rumours.check(conn, rumour.id, actor="liu", now=T0)
    judged = [Judgement("今晚泄洪", Verdict.UNCHECKABLE, "没有消息")]
    rumours.judge(conn, rumour.id, judged, actor="liu", now=T(1))
    draft = corrections.draft(
        conn, rumour.id, Words("还没有消息。", "没有消息。", "来源：水务局"), actor="liu", now=T(2)
    )
    return corrections.submit(conn, draft.id, actor="liu", now=T(3))


class TestContext:
    def test_what_is_waited_for_is_recalled_until_it_expires(self, conn: sa.Connection) -> None:
        offered = Context(Waiting.CHOICE, ("flu", "fever-when-to-go"))
        context.keep(conn, "r1", offered, now=T0)
        assert context.recall(conn, "r1", now=T(60)) == offered
        late = T0 + context.LIVES
        assert context.recall(conn, "r1", now=late) == context.NONE
        assert context.sweep(conn, now=late) == 1

    def test_the_newest_question_is_the_one_that_is_waited_for(self, conn: sa.Connection) -> None:
        context.keep(conn, "r1", Context(Waiting.MENU), now=T0)
        context.keep(conn, "r1", Context(Waiting.ERASURE), now=T(1))
        assert context.recall(conn, "r1", now=T(2)).waiting is Waiting.ERASURE
        context.keep(conn, "r1", context.NONE, now=T(3))
        assert context.recall(conn, "r1", now=T(4)) == context.NONE
