"""The snapshot's versions on both databases: one builder at a time, nothing lost, the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from bot.tables import Stale
from knowledge_base import desk, revision_desk, version_desk
from knowledge_base.revision import Missed, Revision, Status
from knowledge_base.version_desk import LEASE, Job
from tests.instants import T0, T
from tests.knowledge_base.shelf import fit_shelf
from tests.knowledge_base.test_revision_desk import SHELF, WORDS

MISSED = (Missed("gas-leak", "漏气了", ("lift",)),)
AFTER = T0 + LEASE + timedelta(seconds=1)


@pytest.fixture
def shipped(conn: sa.Connection) -> str:
    """The snapshot in use; its hash."""
    desk.use_shipped(conn, desk.SNAPSHOT, b"shipped", now=T0)
    return desk.current_artefact(conn, desk.SNAPSHOT) or ""


def anybody(_conn: sa.Connection, _who: str) -> bool:
    return True


def reviewed(conn: sa.Connection, slug: str = "gas-leak") -> Revision:
    """A revision that 陈 approved."""
    if slug == "gas-leak":
        made = revision_desk.draft(conn, slug, WORDS, actor="liu", now=T0)
        made = revision_desk.submit(conn, made.id, shelf=SHELF, actor="liu", seen=made.count, now=T0)
    else:
        article = next(one for one in fit_shelf() if one.slug == slug)
        made = revision_desk.withdraw_article(conn, article, actor="liu", why="重复", now=T0)
    return revision_desk.approve(conn, made.id, may_approve=anybody, actor="chen", seen=made.count, now=T0)


def begun(conn: sa.Connection, outdated: str | None = None) -> Job:
    job = version_desk.begin(conn, outdated=outdated, now=T0)
    assert job is not None
    return job


def test_nothing_is_built_while_nothing_is_approved(conn: sa.Connection, shipped: str) -> None:
    assert version_desk.begin(conn, outdated=None, now=T0) is None
    assert version_desk.begin(conn, outdated="another", now=T0) is None


def test_all_that_is_approved_goes_into_one_snapshot(conn: sa.Connection, shipped: str) -> None:
    ones = [reviewed(conn), reviewed(conn, "lift")]
    job = begun(conn)
    assert (job.base, job.content, {one.slug for one in job.revisions}) == (shipped, b"shipped", {"gas-leak", "lift"})
    name = version_desk.publish(conn, job, b"new", may_approve=anybody, now=T(90))
    assert desk.current_artefact(conn, desk.SNAPSHOT) == name
    assert desk.artefact(conn, name or "") == b"new"
    for one in ones:
        told = revision_desk.get(conn, one.id)
        assert (told.status, told.snapshot) == (Status.PUBLISHED, name)
    assert version_desk.begin(conn, outdated=None, now=T(91)) is None


def test_one_builds_at_a_time_and_a_killed_ones_turn_is_taken_over(conn: sa.Connection, shipped: str) -> None:
    reviewed(conn)
    killed = begun(conn)
    assert version_desk.begin(conn, outdated=None, now=T(30)) is None
    assert version_desk.keep(conn, killed, now=T(30))
    assert version_desk.begin(conn, outdated=None, now=AFTER) is None, "the lease was renewed"
    other = version_desk.begin(conn, outdated=None, now=T(30) + LEASE)
    assert other is not None and other.revisions == killed.revisions
    assert not version_desk.keep(conn, killed, now=T(31) + LEASE)
    with pytest.raises(Stale):
        version_desk.publish(conn, killed, b"late", may_approve=anybody, now=T(32) + LEASE)
    assert version_desk.publish(conn, other, b"new", may_approve=anybody, now=T(33) + LEASE)


def test_a_worker_that_ends_leaves_its_turn_to_others_at_once(conn: sa.Connection, shipped: str) -> None:
    reviewed(conn)
    version_desk.leave(conn, begun(conn))
    assert version_desk.begin(conn, outdated=None, now=T(1)) is not None


def test_a_building_that_breaks_off_is_tried_again_after_a_growing_pause(conn: sa.Connection, shipped: str) -> None:
    reviewed(conn)
    now = T0
    for failures, minutes in ((1, 1), (2, 2), (3, 4)):
        job = version_desk.begin(conn, outdated=None, now=now)
        assert job is not None
        version_desk.fail(conn, job, "MemoryError", now=now)
        told = version_desk.building(conn, now=now)
        now += timedelta(minutes=minutes)
        assert (told.under_way, told.failures, told.trouble, told.again_at) == (False, failures, "MemoryError", now)
        assert version_desk.begin(conn, outdated=None, now=now - timedelta(seconds=1)) is None
    job = version_desk.begin(conn, outdated=None, now=now)
    assert job is not None
    version_desk.publish(conn, job, b"new", may_approve=anybody, now=now)
    assert version_desk.building(conn, now=now).failures == 0


def test_questions_that_miss_send_it_back_to_its_author_with_them(conn: sa.Connection, shipped: str) -> None:
    one = reviewed(conn)
    version_desk.miss(conn, begun(conn), MISSED, now=T(90))
    told = revision_desk.get(conn, one.id)
    assert (told.status, told.missed) == (Status.RETURNED, MISSED)
    assert revision_desk.history(conn, one.id)[-1].why == "questions miss"
    assert desk.current_artefact(conn, desk.SNAPSHOT) == shipped


def test_what_was_changed_while_it_was_built_is_not_published(conn: sa.Connection, shipped: str) -> None:
    one = reviewed(conn)
    job = begun(conn)
    revision_desk.drop(conn, one.id, actor="liu", why="先不发", now=T(30))
    assert version_desk.publish(conn, job, b"new", may_approve=anybody, now=T(90)) is None
    assert desk.current_artefact(conn, desk.SNAPSHOT) == shipped


def test_an_approval_that_no_longer_stands_is_not_published(conn: sa.Connection, shipped: str) -> None:
    one = reviewed(conn)
    job = begun(conn)
    assert version_desk.publish(conn, job, b"new", may_approve=lambda _conn, _who: False, now=T(90)) is None
    assert revision_desk.get(conn, one.id).status is Status.RETURNED
    assert desk.current_artefact(conn, desk.SNAPSHOT) == shipped


@pytest.mark.parametrize("adopted", [True, False])
def test_a_new_version_is_adopted_if_the_one_before_was(conn: sa.Connection, shipped: str, adopted: bool) -> None:
    if adopted:
        desk.adopt(conn, by="主任", now=T0)
    reviewed(conn)
    version_desk.publish(conn, begun(conn), b"new", may_approve=anybody, now=T(90))
    assert desk.is_adopted(conn) is adopted
    assert desk.adoption(conn) == ((T0, "主任") if adopted else None)


def test_going_back_is_one_step_and_stands_among_the_versions(conn: sa.Connection, shipped: str) -> None:
    one = reviewed(conn)
    new = version_desk.publish(conn, begun(conn), b"new", may_approve=anybody, now=T(90)) or ""
    with pytest.raises(Stale):
        version_desk.go_back(conn, shipped, seen=shipped, by="admin", now=T(100))
    with pytest.raises(desk.NoSuchArtefact):
        version_desk.go_back(conn, "0" * 64, seen=new, by="admin", now=T(100))
    version_desk.go_back(conn, shipped, seen=new, by="admin", now=T(100))
    assert desk.current_artefact(conn, desk.SNAPSHOT) == shipped
    told = [(v.name, v.by, [r.id for r in v.revisions], v.again) for v in version_desk.versions(conn)]
    assert told == [(shipped, "admin", [], True), (new, "chen", [one.id], False), (shipped, "shipped", [], False)]


def test_whoever_goes_back_while_a_version_is_built_is_not_overruled_by_it(conn: sa.Connection, shipped: str) -> None:
    reviewed(conn)
    new = version_desk.publish(conn, begun(conn), b"new", may_approve=anybody, now=T(90)) or ""
    reviewed(conn, "lift")
    job = version_desk.begin(conn, outdated=None, now=T(91))
    assert job is not None
    version_desk.go_back(conn, shipped, seen=new, by="admin", now=T(92))
    with pytest.raises(Stale):
        version_desk.publish(conn, job, b"newer", may_approve=anybody, now=T(93))
    again = version_desk.begin(conn, outdated=None, now=T(94))
    assert again is not None and again.base == shipped


def test_a_snapshot_of_an_older_program_is_built_anew_before_anything_else(conn: sa.Connection, shipped: str) -> None:
    desk.adopt(conn, by="主任", now=T0)
    waiting = reviewed(conn)
    job = begun(conn, outdated=shipped)
    assert job.revisions == ()
    name = version_desk.publish(conn, job, b"anew", may_approve=anybody, now=T(90))
    assert desk.is_adopted(conn)
    assert revision_desk.get(conn, waiting.id) == waiting
    after = version_desk.begin(conn, outdated=None, now=T(91))
    assert after is not None and (after.base, after.revisions) == (name, (waiting,))
