"""The desk, on both databases: approval, freezing, sending, cancelling, erasing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot import approval
from bot.outbox import desk as outbox
from bot.outbox.item import FAR, Kind, Outcome
from bot.outbox.ledger import outbox as items
from bot.tables import Stale
from broadcasts import broadcast as nouns
from broadcasts import desk, ledger
from broadcasts.audience import Audience
from broadcasts.broadcast import BadNotice, Forbidden, Severity, Status
from broadcasts.delivery import BATCH, Door
from broadcasts.delivery import Status as DeliveryStatus
from broadcasts.delivery_ledger import deliveries
from broadcasts.scheduler import Due, due
from tests.broadcasts.notices import (
    AUTHOR,
    NOTICE,
    SECOND,
    THIRD,
    anybody,
    approved,
    consent,
    nobody,
    notice,
    person,
    submitted,
)
from tests.instants import T0, T

OVER = NOTICE.valid_until


def _run(conn: sa.Connection, *, at: float = 1) -> Due:
    return due(conn, may_approve=anybody, now=T(at))


def _settle_all(conn: sa.Connection, outcome: Outcome, *, at: float = 2, limit: int = 1000) -> int:
    claimed = outbox.claim(conn, [Kind.BROADCAST], now=T(at), limit=limit)
    for item in claimed:
        outbox.settle(conn, item, outcome, jitter=0, now=T(at))
    return len(claimed)


def test_a_notice_goes_its_whole_way_and_every_step_is_told(conn: sa.Connection) -> None:
    made = approved(conn, [person(1), person(2)])
    assert _run(conn) == Due(started=1, posted=2)
    assert _settle_all(conn, Outcome.SENT) == 2
    assert _run(conn, at=3) == Due(finished=1)
    assert desk.get(conn, made.id).status is Status.SENT
    assert desk.progress(conn, made.id).by_status == {DeliveryStatus.SENT: 2}
    steps = [(one.actor, one.was, one.became) for one in desk.history(conn, made.id)]
    assert steps == [
        (AUTHOR, "", "draft"),
        (AUTHOR, "draft", "submitted"),
        (SECOND, "submitted", "approved"),
        ("system", "approved", "sending"),
        ("system", "sending", "sent"),
    ]


def test_what_is_read_is_what_was_written(conn: sa.Connection) -> None:
    words = notice(audience=Audience(("c.g1", "c.g2"), tags=("独居老人",)), asks_receipt=True)
    made = desk.draft(conn, words, area_code="c", actor=AUTHOR, origin="rumour:Y-0717-1", now=T0)
    assert desk.get(conn, made.id) == made
    assert made.number == "T-0717-1"


def test_nobody_addresses_people_outside_their_branch(conn: sa.Connection) -> None:
    with pytest.raises(BadNotice):
        desk.draft(conn, NOTICE, area_code="c.g2", actor=AUTHOR, now=T0)
    made = desk.draft(conn, NOTICE, area_code="c.g1", actor=AUTHOR, now=T0)
    wider = notice(audience=Audience(("c",)))
    with pytest.raises(BadNotice):
        desk.rewrite(conn, made.id, wider, actor=AUTHOR, seen=made.revision, now=T0)


def test_the_author_cannot_approve_and_nothing_is_frozen(conn: sa.Connection) -> None:
    made = submitted(conn)
    with pytest.raises(approval.SameHand):
        desk.approve(conn, made.id, consent([person(1)], made), actor=AUTHOR, now=T0)
    assert desk.frozen(conn, made.id) is None
    assert _run(conn) == Due()


def test_who_has_no_right_to_approve_is_refused(conn: sa.Connection) -> None:
    made = submitted(conn)
    with pytest.raises(approval.NoAuthority):
        desk.approve(conn, made.id, consent([], made, may_approve=nobody), actor=SECOND, now=T0)
    assert desk.get(conn, made.id).status is Status.SUBMITTED


def test_nobody_approves_words_that_changed_after_they_were_shown(conn: sa.Connection) -> None:
    shown = submitted(conn)
    desk.give_back(conn, shown.id, actor=THIRD, why="写清楚时间", now=T0)
    again = desk.reopen(conn, shown.id, actor=AUTHOR, now=T0)
    desk.rewrite(conn, shown.id, notice(text="别的话"), actor=AUTHOR, seen=again.revision, now=T0)
    desk.submit(conn, shown.id, actor=AUTHOR, emergency=False, now=T0)
    with pytest.raises(Stale):
        desk.approve(conn, shown.id, consent([], shown), actor=SECOND, now=T0)


def test_an_extreme_notice_is_frozen_only_by_the_second_approver(conn: sa.Connection) -> None:
    made = submitted(conn, notice(severity=Severity.EXTREME))
    once = desk.approve(conn, made.id, consent([person(1)], made), actor=SECOND, now=T0)
    assert (once.status, desk.frozen(conn, made.id)) == (Status.SUBMITTED, None)
    assert _run(conn) == Due()
    twice = desk.approve(conn, made.id, consent([person(1)], once), actor=THIRD, now=T0)
    assert twice.status is Status.APPROVED
    assert _run(conn) == Due(started=1, posted=1)


def test_the_second_look_is_asked_for_until_somebody_has_looked(conn: sa.Connection) -> None:
    made = submitted(conn, notice(severity=Severity.EXTREME))
    desk.approve(conn, made.id, consent([], made, emergency=True), actor=SECOND, now=T0)
    assert [one.id for one in desk.second_looks(conn, "c")] == [made.id]
    assert desk.second_looks(conn, "d") == []
    desk.look_again(conn, made.id, actor=THIRD, may_approve=anybody, now=T0)
    assert desk.second_looks(conn, "c") == []


def test_it_waits_for_its_time(conn: sa.Connection) -> None:
    made = submitted(conn)
    desk.approve(conn, made.id, consent([person(1)], made, send_at=T(600)), actor=SECOND, now=T0)
    assert _run(conn, at=599) == Due()
    assert _run(conn, at=600) == Due(started=1, posted=1)


def test_an_approver_who_lost_the_right_meanwhile_starts_nothing(conn: sa.Connection) -> None:
    made = approved(conn, [person(1)])
    assert due(conn, may_approve=nobody, now=T(1)) == Due(refused=1)
    assert desk.get(conn, made.id).status is Status.RETURNED
    assert desk.frozen(conn, made.id) is None
    assert desk.history(conn, made.id)[-1].why == f"NoAuthority: {SECOND}"
    assert outbox.waiting(conn) == {Kind.OPERATIONS: 1}
    again = desk.reopen(conn, made.id, actor=AUTHOR, now=T(2))
    again = desk.submit(conn, again.id, actor=AUTHOR, emergency=False, now=T(2))
    desk.approve(conn, again.id, consent([person(1)], again), actor=THIRD, now=T(2))
    assert _run(conn, at=3) == Due(started=1, posted=1)


def test_what_is_sent_was_frozen_at_approval(conn: sa.Connection) -> None:
    people = [person(1)]
    made = approved(conn, people)
    people.append(person(2))  # moved in after the approval
    _run(conn)
    (item,) = outbox.claim(conn, [Kind.BROADCAST], now=T(2))
    assert item.resident_id == "r00001"
    assert item.payload == {
        "broadcast_id": made.id,
        "title": "停水通知",
        "text": "【停水通知】\n3号楼今天14:00至18:00停水，请先存水。",
        "repeat": False,
        "channel": "official",
        "app": "gh",
        "openid": "o1",
        "page": "T-0717-1",
    }


def test_many_are_posted_in_batches_and_each_gets_one_item(conn: sa.Connection) -> None:
    approved(conn, [person(number) for number in range(BATCH + 20)])
    assert _run(conn) == Due(started=1, posted=BATCH)
    assert _run(conn) == Due(posted=20)
    assert _run(conn) == Due()
    whose = conn.execute(sa.select(items.c.resident_id)).scalars().all()
    assert len(whose) == len(set(whose)) == BATCH + 20


def test_who_wants_no_notices_gets_none_and_stands_on_the_door_list(conn: sa.Connection) -> None:
    made = approved(conn, [person(1), person(2, notices=False, area_code="c.g1.b3.u2")])
    assert _run(conn) == Due(started=1, posted=1)
    assert desk.doors(conn, made.id) == [Door("c.g1.b3.u2", 1)]


def test_a_notice_to_nobody_is_sent_at_once(conn: sa.Connection) -> None:
    approved(conn, [])
    assert _run(conn) == Due(started=1, finished=1)


@pytest.mark.parametrize(
    ("outcome", "status"),
    [(Outcome.FAILED, DeliveryStatus.FAILED), (Outcome.UNKNOWN, DeliveryStatus.UNKNOWN)],
)
def test_who_was_not_told_for_sure_stands_on_the_door_list(
    conn: sa.Connection, outcome: Outcome, status: DeliveryStatus
) -> None:
    made = approved(conn, [person(1)])
    _run(conn)
    _settle_all(conn, outcome)
    assert _run(conn, at=3) == Due(finished=1)
    assert desk.progress(conn, made.id).by_status == {status: 1}
    assert desk.doors(conn, made.id) == [Door("c.g1.b3.u1", 1)]


def test_who_cannot_be_pushed_to_gets_it_with_their_next_message(conn: sa.Connection) -> None:
    made = approved(conn, [person(1)])
    _run(conn)
    _settle_all(conn, Outcome.WAIT)
    assert outbox.claim(conn, [Kind.BROADCAST], now=FAR - timedelta(days=1)) == []  # it does not spin
    assert _run(conn, at=3) == Due(finished=1)
    assert desk.doors(conn, made.id) == [Door("c.g1.b3.u1", 1)]
    assert outbox.take_news(conn, "r00001", now=T(4)) == ["【停水通知】\n3号楼今天14:00至18:00停水，请先存水。"]
    _run(conn, at=5)
    assert desk.progress(conn, made.id).by_status == {DeliveryStatus.SENT: 1}
    assert desk.doors(conn, made.id) == []


def test_a_cancelled_one_stops_and_what_waited_does_not_come(conn: sa.Connection) -> None:
    made = approved(conn, [person(number) for number in range(BATCH + 5)])
    _run(conn)
    assert _settle_all(conn, Outcome.SENT, limit=10) == 10
    desk.cancel(conn, made.id, actor=THIRD, why="水已经来了", now=T(3))
    assert desk.progress(conn, made.id).by_status == {
        DeliveryStatus.SENT: 10,
        DeliveryStatus.WITHDRAWN: BATCH - 5,
    }
    assert outbox.claim(conn, [Kind.BROADCAST], now=T(4)) == []
    assert outbox.take_news(conn, "r00400", now=T(4)) == []
    assert _run(conn, at=5) == Due()
    with pytest.raises(Forbidden):
        desk.cancel(conn, made.id, actor=THIRD, why="", now=T(6))


def test_nothing_leaves_after_the_end_of_its_validity(conn: sa.Connection) -> None:
    made = approved(conn, [person(1), person(2)])
    _run(conn)
    assert outbox.claim(conn, [Kind.BROADCAST], now=OVER) == []
    assert outbox.take_news(conn, "r00001", now=OVER) + outbox.take_news(conn, "r00002", now=OVER) == []
    assert not desk.may_leave(conn, made.id, now=OVER)
    assert due(conn, may_approve=anybody, now=OVER).expired == 1
    assert desk.get(conn, made.id).status is Status.EXPIRED
    assert desk.progress(conn, made.id).by_status[DeliveryStatus.WITHDRAWN] == 2


def test_what_still_waits_when_a_sent_notice_is_over_is_withdrawn(conn: sa.Connection) -> None:
    made = approved(conn, [person(1)])
    _run(conn)
    _settle_all(conn, Outcome.WAIT)
    _run(conn, at=3)
    due(conn, may_approve=anybody, now=OVER)
    assert desk.get(conn, made.id).status is Status.SENT
    assert desk.progress(conn, made.id).by_status == {DeliveryStatus.WITHDRAWN: 1}


@pytest.mark.parametrize("submit", [False, True])
def test_what_nobody_approved_in_time_expires(conn: sa.Connection, submit: bool) -> None:
    made = submitted(conn) if submit else desk.draft(conn, NOTICE, area_code="c", actor=AUTHOR, now=T0)
    assert due(conn, may_approve=anybody, now=OVER) == Due(expired=1)
    assert desk.get(conn, made.id).status is Status.EXPIRED


def test_the_branch_sees_its_own(conn: sa.Connection) -> None:
    made = submitted(conn)
    assert [one.id for one in desk.to_decide(conn, "c")] == [made.id]
    assert desk.to_decide(conn, "d") == []
    assert desk.of_branch(conn, "c", statuses=[Status.SENT]) == []


def test_received_is_counted_once_and_who_has_not_answered_is_listed(conn: sa.Connection) -> None:
    made = approved(conn, [person(1), person(2, area_code="c.g1.b3.u2")], notice(asks_receipt=True))
    assert desk.receive(conn, "r00001", now=T(1)) is None  # it has not been sent yet
    _run(conn)
    _settle_all(conn, Outcome.SENT)
    _run(conn, at=3)
    assert desk.receive(conn, "r00001", now=T(4)) == "停水通知"
    assert desk.receive(conn, "r00001", now=T(5)) is None
    assert desk.receive(conn, "r00002", now=OVER) is None
    assert desk.progress(conn, made.id).receipts == 1
    assert desk.unanswered(conn, made.id) == [Door("c.g1.b3.u2", 1)]


def test_an_erased_resident_is_named_nowhere_and_gets_nothing(conn: sa.Connection) -> None:
    made = approved(conn, [person(1), person(2)])
    desk.forget(conn, "r00001")
    assert _run(conn) == Due(started=1, posted=1)
    rows = conn.execute(sa.select(deliveries.c.resident_id, deliveries.c.openid)).all()
    assert sorted(rows, key=str) == [("r00002", "o2"), (None, "")]
    assert desk.progress(conn, made.id).people == 2


def test_the_demo_begins_again_without_notices(conn: sa.Connection) -> None:
    made = approved(conn, [person(1)])
    desk.clear(conn, "c")
    assert desk.of_branch(conn, "c") == []
    assert desk.progress(conn, made.id).people == 0


def test_many_nodes_that_look_at_once_post_each_person_once(engine: sa.Engine) -> None:
    with engine.begin() as conn:
        made = approved(conn, [person(number) for number in range(3 * BATCH)])

    def tick(_node: int) -> int:
        posted = 0
        for _ in range(6):
            with engine.begin() as conn:
                posted += _run(conn).posted
        return posted

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(tick, range(4))) == 3 * BATCH
    with engine.begin() as conn:
        whose = conn.execute(sa.select(items.c.resident_id)).scalars().all()
        steps = [one.became for one in desk.history(conn, made.id)]
    assert len(whose) == len(set(whose)) == 3 * BATCH
    assert steps.count("sending") == 1


def test_two_approvers_at_once_do_not_both_win(engine: sa.Engine) -> None:
    with engine.begin() as conn:
        made = submitted(conn)

    def approve(actor: str) -> bool:
        try:
            with engine.begin() as conn:
                desk.approve(conn, made.id, consent([person(1)], made), actor=actor, now=T0)
        except Stale:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(approve, [SECOND, THIRD])) == [False, True]


def test_what_changed_since_it_was_read_is_not_overwritten(conn: sa.Connection) -> None:
    made = submitted(conn, notice(severity=Severity.EXTREME))
    one = nouns.approve(made, actor=SECOND, send_at=T0, emergency=False, now=T0)
    other = nouns.approve(made, actor=THIRD, send_at=T0, emergency=False, now=T0)
    ledger.move(conn, made, one)
    with pytest.raises(Stale):
        ledger.move(conn, made, other)
