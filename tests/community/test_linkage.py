"""Volunteers and tasks, on both databases: one word takes a task, and no place is given twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product

import pytest
import sqlalchemy as sa

from community.linkage import desk as linkage
from community.linkage import task as nouns
from community.linkage.desk import Plan
from community.linkage.task import LEASE, Full, NotAllowed, NotAVolunteer, Share, Standing, Status, Volunteer
from tests.instants import T0, T

PLAN = Plan("搬沙袋", "3号楼门口，穿雨靴", "c.g1.b3", 2, T0 + timedelta(days=2))


def volunteer(conn: sa.Connection, number: int = 1) -> Volunteer:
    offered = linkage.apply(
        conn, resident_id=f"r{number}", name=f"志愿者{number}", area_code="c.g1", skills=["搬运"], now=T0
    )
    return linkage.approve(conn, offered.id, actor="staff", now=T0)


def test_nobody_takes_a_task_before_a_person_approved_them(conn: sa.Connection) -> None:
    offered = linkage.apply(conn, resident_id="r1", name="周强", area_code="root", skills=[], now=T0)
    assert linkage.applicants(conn, "c") == [offered]
    task = linkage.make(conn, PLAN, actor="staff", now=T0)
    with pytest.raises(NotAVolunteer):
        linkage.take(conn, task.id, offered, now=T0)


def test_offering_again_changes_nothing_until_one_was_declined(conn: sa.Connection) -> None:
    def offer() -> Volunteer:
        return linkage.apply(conn, resident_id="r1", name="周强", area_code="c", skills=[], now=T0)

    first = offer()
    assert offer() == first
    linkage.decline(conn, first.id, actor="staff", why="太远", now=T0)
    assert offer().standing is Standing.APPLIED


def test_a_task_is_taken_given_back_taken_again_and_done(conn: sa.Connection) -> None:
    one, other = volunteer(conn, 1), volunteer(conn, 2)
    task = linkage.make(conn, PLAN, actor="staff", now=T0)
    assert linkage.take(conn, task.id, one, now=T(1)).free == 1
    assert linkage.take(conn, task.id, one, now=T(2)).free == 1
    assert linkage.release(conn, task.id, one, now=T(3)).free == 2
    linkage.take(conn, task.id, one, now=T(4))
    assert linkage.take(conn, task.id, other, now=T(4)).free == 0
    assert linkage.open_tasks(conn, now=T(5)) == []
    assert linkage.complete(conn, task.id, one, minutes=40, now=T(6)).status is Status.OPEN
    assert linkage.complete(conn, task.id, other, minutes=9999, now=T(7)).status is Status.DONE
    assert linkage.minutes_of(conn, one.id) == 40
    assert linkage.minutes_of(conn, other.id) == linkage.MOST_MINUTES


def test_a_full_task_is_full(conn: sa.Connection) -> None:
    task = linkage.make(conn, PLAN, actor="staff", now=T0)
    for number in (1, 2):
        linkage.take(conn, task.id, volunteer(conn, number), now=T0)
    with pytest.raises(Full):
        linkage.take(conn, task.id, volunteer(conn, 3), now=T0)


def test_twenty_at_once_never_oversell_the_places(engine: sa.Engine) -> None:
    with engine.begin() as conn:
        everybody = [volunteer(conn, number) for number in range(20)]
        task = linkage.make(conn, PLAN, actor="staff", now=T0)

    def take(one: Volunteer) -> bool:
        try:
            with engine.begin() as conn:
                linkage.take(conn, task.id, one, now=T(1))
        except Full:
            return False
        return True

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(take, everybody)) == 2
    with engine.connect() as conn:
        assert linkage.get(conn, task.id).taken == 2


def test_a_lease_that_runs_out_frees_the_place_and_time_ends_the_task(conn: sa.Connection) -> None:
    one = volunteer(conn)
    task = linkage.make(conn, PLAN, actor="staff", now=T0)
    linkage.take(conn, task.id, one, now=T0)
    assert linkage.lapse(conn, now=T0 + LEASE) == 1
    assert linkage.get(conn, task.id).free == 2
    with pytest.raises(NotAllowed):
        linkage.complete(conn, task.id, one, minutes=5, now=T0 + LEASE)
    assert linkage.lapse(conn, now=PLAN.until) == 1
    with pytest.raises(NotAllowed):
        linkage.take(conn, task.id, one, now=PLAN.until)


def test_an_erased_volunteer_leaves_free_places_and_no_name(conn: sa.Connection) -> None:
    one = volunteer(conn)
    task = linkage.make(conn, PLAN, actor="staff", now=T0)
    linkage.take(conn, task.id, one, now=T0)
    linkage.forget(conn, "r1")
    assert linkage.volunteer_of(conn, "r1") is None
    assert linkage.get(conn, task.id).free == 2


@pytest.mark.parametrize(("places", "until"), [(0, T(60)), (1, T0)])
def test_a_task_without_places_or_time_is_refused(conn: sa.Connection, places: int, until: object) -> None:
    with pytest.raises(ValueError, match="at least one place"):
        linkage.make(conn, Plan("搬", "", "c", places, until), actor="s", now=T0)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("before", "after"),
    [pair for pair in product(Status, Status) if pair[1] not in nouns.TRANSITIONS[pair[0]]],
)
def test_no_other_step_of_a_task_is_allowed(before: Status, after: Status) -> None:
    with pytest.raises(NotAllowed):
        nouns.move(before, after)


@pytest.mark.parametrize(
    ("before", "after"), [pair for pair in product(Share, Share) if pair[1] not in nouns.SHARES[pair[0]]]
)
def test_no_other_step_of_a_share_is_allowed(before: Share, after: Share) -> None:
    with pytest.raises(NotAllowed):
        nouns.move_share(before, after)


@pytest.mark.parametrize(
    ("before", "after"),
    [pair for pair in product(Standing, Standing) if pair[1] not in nouns.STANDINGS[pair[0]]],
)
def test_no_other_standing_is_allowed(before: Standing, after: Standing) -> None:
    with pytest.raises(NotAllowed):
        nouns.move_standing(before, after)
