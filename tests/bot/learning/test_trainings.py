"""Trainings on both databases: due in the database, one at a time, nothing lost with a worker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.clock import local
from bot.learning import desk as learning
from bot.learning.desk import Ending
from bot.learning.training import LEASE, MOST_ATTEMPTS, SYSTEM, AlreadyRunning, Status, Training, next_due
from bot.tables import Stale
from tests.instants import T0, T


def due(conn: sa.Connection) -> Training:
    """The training that is open."""
    found = learning.current(conn)
    assert found is not None
    return found


def begun(conn: sa.Connection, *, now: datetime = T0) -> Training:
    """A training that somebody asked for and a worker took."""
    learning.ask(conn, by="chen", now=now)
    taken = learning.claim(conn, now=now)
    assert taken is not None
    return taken


@pytest.mark.parametrize(
    ("now", "after", "expected"),
    [
        (T0, Status.USED, "Mon 20 03:00"),  # T0 is Friday the 17th
        (datetime(2026, 7, 19, 18, 59, tzinfo=UTC), Status.USED, "Mon 20 03:00"),  # a minute before
        (datetime(2026, 7, 19, 19, 0, tzinfo=UTC), Status.USED, "Mon 27 03:00"),
        (T0, Status.FAILED, "Sat 18 03:00"),
        (datetime(2026, 7, 16, 18, 0, tzinfo=UTC), Status.FAILED, "Fri 17 03:00"),
    ],
)
def test_a_training_is_due_in_the_night_to_monday_or_after_a_failure_the_next_night(
    now: datetime, after: Status, expected: str
) -> None:
    assert f"{local(next_due(now, after=after)):%a %d %H:%M}" == expected


def test_the_first_worker_plans_the_week_and_begins_when_it_is_due(conn: sa.Connection) -> None:
    assert learning.claim(conn, now=T0) is None
    planned = due(conn)
    assert (planned.asked_by, planned.status) == (SYSTEM, Status.WAITING)
    assert learning.claim(conn, now=planned.due_at - timedelta(seconds=1)) is None
    taken = learning.claim(conn, now=planned.due_at)
    assert taken is not None and taken.id == planned.id and taken.status is Status.RUNNING
    assert learning.claim(conn, now=planned.due_at) is None


def test_whoever_asks_brings_it_forward_but_never_makes_a_second(conn: sa.Connection) -> None:
    learning.plan(conn, now=T0)
    assert learning.ask(conn, by="chen", now=T0).id == due(conn).id
    assert (due(conn).asked_by, due(conn).due_at) == ("chen", T0)
    learning.claim(conn, now=T0)
    with pytest.raises(AlreadyRunning):
        learning.ask(conn, by="liu", now=T0)


def test_a_worker_that_is_not_heard_of_loses_the_training_to_another(conn: sa.Connection) -> None:
    dead = begun(conn)
    assert learning.claim(conn, now=T0 + LEASE - timedelta(seconds=1)) is None
    heir = learning.claim(conn, now=T0 + LEASE)
    assert heir is not None and (heir.id, heir.attempts) == (dead.id, 2)
    for too_late in (
        lambda: learning.end(conn, dead, Ending(Status.USED), now=T0 + LEASE),
        lambda: learning.renew(conn, dead, now=T0 + LEASE),
        lambda: learning.release(conn, dead, now=T0 + LEASE),
    ):
        with pytest.raises(Stale):
            too_late()
    assert due(conn).attempts == 2


def test_a_lease_that_is_renewed_holds(conn: sa.Connection) -> None:
    taken = begun(conn)
    learning.renew(conn, taken, now=T(200))
    assert learning.claim(conn, now=T0 + LEASE) is None
    learning.end(conn, taken, Ending(Status.NOTHING), now=T(400))


def test_a_training_that_takes_down_every_worker_is_given_up(conn: sa.Connection) -> None:
    now = T0
    begun(conn)
    for _ in range(MOST_ATTEMPTS - 1):
        now += LEASE
        assert learning.claim(conn, now=now) is not None
    assert learning.claim(conn, now=now + LEASE) is None
    (ended,) = learning.ended(conn)
    assert ended.status is Status.FAILED and ended.fault
    assert due(conn).status is Status.WAITING and due(conn).due_at > now


def test_a_worker_that_is_asked_to_end_hands_the_training_on_at_once(conn: sa.Connection) -> None:
    learning.release(conn, begun(conn), now=T(10))
    again = learning.claim(conn, now=T(10))
    assert again is not None and again.attempts == 1


def test_what_ended_is_kept_and_the_next_is_planned(conn: sa.Connection) -> None:
    report = {"figures": [], "changed": [["intent", "chat", "help", 2]]}
    learning.end(conn, begun(conn), Ending(Status.USED, 3, "basis", "hash", report), now=T(60))
    (ended,) = learning.ended(conn)
    assert (ended.status, ended.corrections, ended.model, ended.report) == (Status.USED, 3, "hash", report)
    assert learning.last_basis(conn) == "basis" and learning.by_model(conn)["hash"].id == ended.id
    assert due(conn).id != ended.id and due(conn).asked_by == SYSTEM
    learning.end(conn, begun(conn, now=T(70)), Ending(Status.FAILED, 4, "other"), now=T(80))
    assert learning.last_basis(conn) == "basis"
    assert [one.status for one in learning.ended(conn)] == [Status.FAILED, Status.USED]
