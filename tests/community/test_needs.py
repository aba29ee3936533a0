"""The life of a need: every step of the table, every step that is none, the clocks, both databases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa

from bot.tables import Stale
from community.needs import desk as needs
from community.needs import ledger
from community.needs import need as nouns
from community.needs.desk import Report
from community.needs.need import (
    ACCEPT_WITHIN,
    CONFIRM_WITHIN,
    TRANSITIONS,
    UNFINISHED,
    WORD_WITHIN,
    Answer,
    Forbidden,
    Need,
    Status,
    Unsaid,
)
from tests.instants import T0, T

ALLOWED = {
    *product([Status.OPEN, Status.REOPENED], [Status.ACCEPTED, Status.REFERRED, Status.DECLINED, Status.JOINED]),
    *product(
        [Status.ACCEPTED, Status.IN_PROGRESS],
        [Status.IN_PROGRESS, Status.RESOLVED, Status.REFERRED, Status.DECLINED, Status.JOINED],
    ),
    *product([Status.REFERRED], [Status.ACCEPTED, Status.RESOLVED, Status.CLOSED, Status.REOPENED]),
    *product([Status.RESOLVED], [Status.CLOSED, Status.REOPENED]),
    (Status.DECLINED, Status.REOPENED),
    (Status.CLOSED, Status.REOPENED),
}
FORBIDDEN = sorted(set(product(Status, Status)) - ALLOWED)

Verb = Callable[[sa.Connection, str], Need]
VERBS: dict[Status, Verb] = {
    Status.ACCEPTED: lambda conn, one: needs.accept(conn, one, actor="liu", now=T(100)),
    Status.IN_PROGRESS: lambda conn, one: needs.progress(conn, one, actor="liu", note="在修", now=T(100)),
    Status.RESOLVED: lambda conn, one: needs.resolve(conn, one, actor="liu", done="修好了", now=T(100)),
    Status.REFERRED: lambda conn, one: needs.refer(conn, one, actor="liu", body="供电", number="95598", now=T(100)),
    Status.DECLINED: lambda conn, one: needs.decline(conn, one, actor="liu", reason="没预算", now=T(100)),
    Status.CLOSED: lambda conn, one: needs.confirm(conn, one, actor="resident", now=T(100)),
    Status.REOPENED: lambda conn, one: needs.reopen(conn, one, actor="resident", why="not solved", now=T(100)),
}


def report(**values: Any) -> Report:
    one = Report("utilities", "routine", "3栋停电了", "c.g1.b3", "c.g1.b3", "r1", "m1")
    return replace(one, **values)


def told(conn: sa.Connection, seconds: float = 0, **values: Any) -> Need:
    return needs.tell(conn, report(**values), alike=lambda _one, _other: 0.0, now=T(seconds)).need


def standing(conn: sa.Connection, status: Status, **values: Any) -> Need:
    """A need that stands at `status`, however it came there."""
    need = told(conn, **values)
    conn.execute(sa.update(ledger.needs).where(ledger.needs.c.id == need.id).values(status=status))
    return needs.get(conn, need.id)


@pytest.mark.parametrize(("before", "after"), sorted(ALLOWED))
def test_a_step_of_the_table_is_taken(before: Status, after: Status) -> None:
    nouns.require_transition(before, after)


@pytest.mark.parametrize(("before", "after"), FORBIDDEN)
def test_any_other_step_is_refused(before: Status, after: Status) -> None:
    with pytest.raises(Forbidden):
        nouns.require_transition(before, after)


def test_every_state_stands_in_the_table() -> None:
    assert set(TRANSITIONS) == set(Status)


@pytest.mark.parametrize("after", VERBS)
def test_a_verb_that_is_refused_changes_nothing(conn: sa.Connection, after: Status) -> None:
    for before in [one for one, other in FORBIDDEN if other is after]:
        need = standing(conn, before)
        with pytest.raises(Forbidden):
            VERBS[after](conn, need.id)
        assert needs.get(conn, need.id) == need
        assert len(needs.history(conn, need.id)) == 1
        needs.clear(conn, "c")


def test_a_need_walks_from_open_to_closed_and_each_step_is_written_down(conn: sa.Connection) -> None:
    need = told(conn)
    assert needs.accept(conn, need.id, actor="liu", now=T(1)).taken_by == "liu"
    needs.progress(conn, need.id, actor="liu", note="电工在路上", now=T(2))
    needs.progress(conn, need.id, actor="chen", note="在换保险", now=T(3))
    assert needs.resolve(conn, need.id, actor="liu", done="换了保险", now=T(4)).outcome == "换了保险"
    needs.confirm(conn, need.id, actor="resident", now=T(5))
    history = needs.history(conn, need.id)
    assert [one.became for one in history] == ["open", "accepted", "in progress", "in progress", "resolved", "closed"]
    assert [one.actor for one in history] == ["resident", "liu", "liu", "chen", "liu", "resident"]
    assert [one.why for one in history][2:5] == ["电工在路上", "在换保险", "换了保险"]
    assert [one.at for one in history] == [T(second) for second in range(6)]


def test_a_reopened_need_is_nobodys_and_has_a_fresh_clock(conn: sa.Connection) -> None:
    need = told(conn)
    needs.accept(conn, need.id, actor="liu", now=T(1))
    needs.resolve(conn, need.id, actor="liu", done="修好了", now=T(2))
    again = needs.reopen(conn, need.id, actor="resident", why="not solved", now=T(3))
    assert (again.status, again.taken_by, again.due_at) == (Status.REOPENED, "", T(3) + ACCEPT_WITHIN["routine"])
    assert needs.get(conn, need.id) == again


@pytest.mark.parametrize(
    "unsaid",
    [
        lambda conn, one: needs.progress(conn, one, actor="liu", note=" ", now=T0),
        lambda conn, one: needs.resolve(conn, one, actor="liu", done="", now=T0),
        lambda conn, one: needs.refer(conn, one, actor="liu", body="供电", number=" ", now=T0),
        lambda conn, one: needs.refer(conn, one, actor="liu", body="", number="95598", now=T0),
        lambda conn, one: needs.decline(conn, one, actor="liu", reason="\n", now=T0),
    ],
)
def test_nothing_is_done_without_the_words_for_it(conn: sa.Connection, unsaid: Verb) -> None:
    need = standing(conn, Status.ACCEPTED)
    with pytest.raises(Unsaid):
        unsaid(conn, need.id)


def test_of_two_who_take_it_at_once_one_is_told_so(conn: sa.Connection) -> None:
    before = told(conn)
    needs.accept(conn, before.id, actor="liu", now=T(1))
    late = nouns.move(before, Status.ACCEPTED, now=T(2), taken_by="chen")
    with pytest.raises(Stale):
        ledger.move(conn, before, late)
    with pytest.raises(Forbidden):
        needs.accept(conn, before.id, actor="chen", now=T(2))
    assert needs.get(conn, before.id).taken_by == "liu"


@pytest.mark.parametrize(("urgency", "seconds"), [("emergency", 5 * 60), ("urgent", 2 * 3600), ("routine", 24 * 3600)])
def test_silence_is_overdue_when_the_urgencys_time_is_up(conn: sa.Connection, urgency: str, seconds: int) -> None:
    need = told(conn, urgency=urgency)
    assert needs.overdue(conn, "c", T(seconds - 1)) == []
    assert [one.id for one in needs.overdue(conn, "c", T(seconds))] == [need.id]
    needs.accept(conn, need.id, actor="liu", now=T(seconds))
    assert needs.overdue(conn, "c", T(seconds)) == []


def test_what_is_dangerous_comes_before_what_is_late(conn: sa.Connection) -> None:
    late = told(conn, category="property")
    danger = told(conn, 60, urgency="emergency")
    urgent = told(conn, 120, urgency="urgent", category="medical")
    listed = needs.listing(conn, "c")
    assert [one.id for one in listed] == [danger.id, urgent.id, late.id]
    assert [one.id for one in needs.overdue(conn, "c", T(8 * 86400))] == [danger.id, urgent.id, late.id]


def test_staff_see_their_branch_and_what_has_no_place_yet(conn: sa.Connection) -> None:
    ours = told(conn)
    nowhere = told(conn, area_code="root", building=None, resident_id="r2")
    theirs = told(conn, area_code="d.g1.b1", building="d.g1.b1", resident_id="r3")
    assert {one.id for one in needs.listing(conn, "c")} == {ours.id, nowhere.id}
    assert {one.id for one in needs.overdue(conn, "c", T(9**9))} == {ours.id, nowhere.id}
    assert needs.counts(conn, "c") == {Status.OPEN: 2}
    assert needs.find(conn, theirs.id, branch="c") is None
    assert needs.find(conn, ours.id, branch="c") == ours


@pytest.mark.parametrize("status", UNFINISHED)
def test_a_neighbour_joins_whatever_is_still_worked_on(conn: sa.Connection, status: Status) -> None:
    need = standing(conn, status)
    assert told(conn, 60, resident_id="r2").id == need.id


def test_who_joins_may_raise_the_urgency_and_the_clock_and_nobody_lowers_it(conn: sa.Connection) -> None:
    need = told(conn)
    joining = needs.tell(conn, report(urgency="urgent", resident_id="r2"), alike=lambda _a, _b: 0.0, now=T(60))
    assert (joining.joined, joining.raised, joining.need.urgency) == (True, True, "urgent")
    assert joining.need.due_at == T(60) + ACCEPT_WITHIN["urgent"]
    assert needs.history(conn, need.id)[-1].became == "urgent"
    later = needs.tell(conn, report(resident_id="r3"), alike=lambda _a, _b: 0.0, now=T(120))
    assert (later.raised, later.need.urgency) == (False, "urgent")


@pytest.mark.parametrize("status", sorted(set(Status) - set(UNFINISHED)))
def test_what_is_over_and_comes_again_is_a_new_trouble(conn: sa.Connection, status: Status) -> None:
    need = standing(conn, status)
    assert told(conn, 60, resident_id="r2").id != need.id


def test_joined_needs_count_their_households_together(conn: sa.Connection) -> None:
    stays = told(conn)
    goes = told(conn, 1, text="楼道黑", category="facilities", resident_id="r2", message_id="m2")
    joined = needs.join(conn, goes.id, into=stays.id, actor="liu", now=T(9))
    assert (joined.id, joined.households) == (stays.id, 2)
    gone = needs.get(conn, goes.id)
    assert (gone.status, gone.joined_into, gone.households, gone.due_at) == (Status.JOINED, stays.id, 0, None)
    assert needs.reporters(conn, stays.id) == ["r1", "r2"]
    assert needs.messages(conn, stays.id) == ["m1", "m2"]


def test_a_need_joins_neither_itself_nor_what_is_over(conn: sa.Connection) -> None:
    need = told(conn)
    over = standing(conn, Status.CLOSED, category="property")
    for into in (need.id, over.id):
        with pytest.raises(Forbidden):
            needs.join(conn, need.id, into=into, actor="liu", now=T(9))


def test_a_resolved_need_closes_by_itself_when_nobody_says_otherwise(conn: sa.Connection) -> None:
    need = standing(conn, Status.ACCEPTED)
    needs.resolve(conn, need.id, actor="liu", done="修好了", now=T0)
    assert needs.close_lapsed(conn, now=T0 + CONFIRM_WITHIN - timedelta(seconds=1)) == 0
    assert needs.close_lapsed(conn, now=T0 + CONFIRM_WITHIN) == 1
    assert needs.get(conn, need.id).status is Status.CLOSED
    assert needs.history(conn, need.id)[-1].actor == "system"


@pytest.mark.parametrize(
    ("answer", "statuses", "meant"),
    [
        (Answer.SOLVED, [Status.CLOSED, Status.REFERRED, Status.RESOLVED], Status.RESOLVED),
        (Answer.SOLVED, [Status.CLOSED, Status.REFERRED], Status.REFERRED),
        (Answer.SOLVED, [Status.CLOSED, Status.OPEN], Status.CLOSED),
        (Answer.UNSOLVED, [Status.REFERRED, Status.RESOLVED], Status.RESOLVED),
        (Answer.UNSOLVED, [Status.DECLINED], Status.DECLINED),
        (Answer.CONTESTED, [Status.RESOLVED, Status.DECLINED], Status.DECLINED),
        (Answer.SOLVED, [Status.OPEN, Status.ACCEPTED, Status.DECLINED, Status.JOINED], None),
        (Answer.CONTESTED, [Status.RESOLVED, Status.REFERRED], None),
    ],
)
def test_which_need_a_word_means(
    conn: sa.Connection, answer: Answer, statuses: list[Status], meant: Status | None
) -> None:
    for number, status in enumerate(statuses):
        standing(conn, status, seconds=number, building=f"c.g1.b{number}", area_code=f"c.g1.b{number}")
    found = needs.to_be_judged(conn, "r1", answer, now=T(60))
    assert (found.status if found else None) == meant
    assert needs.to_be_judged(conn, "r9", answer, now=T(60)) is None
    assert needs.to_be_judged(conn, "r1", answer, now=T(60) + WORD_WITHIN) is None


def test_of_two_that_fit_the_word_means_the_last_or_the_one_named(conn: sa.Connection) -> None:
    first = standing(conn, Status.RESOLVED)
    last = standing(conn, Status.RESOLVED, seconds=9, category="property")
    assert needs.to_be_judged(conn, "r1", Answer.SOLVED, now=T(60)) == last
    assert needs.to_be_judged(conn, "r1", Answer.SOLVED, number=first.number, now=T(60)) == first
    assert needs.to_be_judged(conn, "r2", Answer.SOLVED, number=first.number, now=T(60)) is None


def test_who_is_forgotten_still_counts_as_one_household(conn: sa.Connection) -> None:
    for number in range(3):
        need = told(conn, number, message_id=f"m{number}")
    told(conn, 9, resident_id="r2")
    needs.forget(conn, "r1")
    assert needs.get(conn, need.id).households == 2
    assert needs.reporters(conn, need.id) == ["r2"]
