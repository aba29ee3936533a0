"""What two people approved becomes the snapshot in use, whatever happens to the worker meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.stories.publish_articles import Build, BuildFailed, Keep, Stopped, publish_due
from community.staff import desk as staff
from knowledge_base import desk, revision_desk, version_desk
from knowledge_base.revision import Missed, Status
from knowledge_base.version_desk import LEASE, Built, Job
from tests.databases import sqlite_url
from tests.instants import T0, T
from tests.knowledge_base.test_version_desk import anybody, reviewed

MISSED = Missed("gas-leak", "漏气了", ("lift",))


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """SQLite only: what the story asks of the database is tried on both in test_version_desk.py."""
    with sqlite_url(tmp_path) as url:
        yield url


@pytest.fixture
def approved(engine: sa.Engine) -> str:
    """A revision that is due; its id."""
    with engine.begin() as conn:
        desk.use_shipped(conn, desk.SNAPSHOT, b"shipped", now=T0)
        return reviewed(conn).id


def publish(engine: sa.Engine, build: Build, *, now: datetime = T0, outdated: str | None = None) -> bool:
    return publish_due(engine, build=build, outdated=outdated, may_approve=anybody, now=lambda: now)


def status(engine: sa.Engine, revision_id: str) -> Status:
    with engine.connect() as conn:
        return revision_desk.get(conn, revision_id).status


def in_use(engine: sa.Engine) -> bytes:
    with engine.connect() as conn:
        return desk.artefact(conn, desk.current_artefact(conn, desk.SNAPSHOT) or "")


def good(job: Job, keep: Keep) -> Built:
    return Built(b"new " + b" ".join(one.slug.encode() for one in job.revisions), ())


def raising(error: BaseException) -> Callable[[Job, Keep], Built]:
    def build(_job: Job, _keep: Keep) -> Built:
        raise error

    return build


def test_what_was_approved_is_built_used_and_audited(engine: sa.Engine, approved: str) -> None:
    assert publish(engine, good)
    assert (status(engine, approved), in_use(engine)) == (Status.PUBLISHED, b"new gas-leak")
    with engine.connect() as conn:
        entry = staff.audited(conn)[0]
    assert (entry.event, entry.details["articles"]) == ("articles-published", ["gas-leak"])
    assert not publish(engine, raising(AssertionError("nothing is due")))


def test_no_transaction_is_open_while_it_is_built(engine: sa.Engine, approved: str) -> None:
    def build(job: Job, keep: Keep) -> Built:
        with engine.begin() as conn:  # on SQLite this would wait for the worker's own
            desk.set_fact(conn, area_code="c", name="duty_phone", value="1", by="liu", now=T0)
        assert keep()
        return good(job, keep)

    assert publish(engine, build)
    assert status(engine, approved) is Status.PUBLISHED


def test_a_worker_killed_while_building_loses_nothing_and_another_takes_over(engine: sa.Engine, approved: str) -> None:
    with pytest.raises(KeyboardInterrupt):
        publish(engine, raising(KeyboardInterrupt()))  # what a kill leaves behind: nothing is settled
    assert (status(engine, approved), in_use(engine)) == (Status.REVIEWED, b"shipped")
    assert not publish(engine, good, now=T(30)), "its lease has not run out"
    assert publish(engine, good, now=T0 + LEASE)
    assert (status(engine, approved), in_use(engine)) == (Status.PUBLISHED, b"new gas-leak")


def test_one_that_comes_back_after_another_took_over_publishes_nothing(engine: sa.Engine, approved: str) -> None:
    def slow(job: Job, keep: Keep) -> Built:
        assert publish(engine, good, now=T0 + LEASE)
        assert not keep()
        return Built(b"late", ())

    assert publish(engine, slow)
    assert in_use(engine) == b"new gas-leak"


def test_a_worker_that_is_asked_to_end_leaves_the_turn_to_others_at_once(engine: sa.Engine, approved: str) -> None:
    publish(engine, raising(Stopped()))
    assert publish(engine, good, now=T(1))
    assert status(engine, approved) is Status.PUBLISHED


def test_an_edit_whose_questions_miss_is_not_published(engine: sa.Engine, approved: str) -> None:
    publish(engine, lambda _job, _keep: Built(b"worse", (MISSED,)))
    assert (status(engine, approved), in_use(engine)) == (Status.RETURNED, b"shipped")
    with engine.connect() as conn:
        assert revision_desk.get(conn, approved).missed == (MISSED,)


def test_of_several_only_the_one_to_blame_goes_back(engine: sa.Engine, approved: str) -> None:
    with engine.begin() as conn:
        innocent = reviewed(conn, "lift").id

    def build(job: Job, keep: Keep) -> Built:
        return Built(b"worse", (MISSED,)) if approved in {one.id for one in job.revisions} else good(job, keep)

    for _ in range(3):
        publish(engine, build)
    assert (status(engine, approved), status(engine, innocent)) == (Status.RETURNED, Status.PUBLISHED)
    assert in_use(engine) == b"new lift"


def test_a_building_that_fails_is_told_and_tried_again_later(engine: sa.Engine, approved: str) -> None:
    assert publish(engine, raising(BuildFailed("MemoryError")))
    with engine.connect() as conn:
        assert version_desk.building(conn, now=T(1)).trouble == "MemoryError"
    assert not publish(engine, good, now=T(59))
    assert publish(engine, good, now=T(60))
    assert status(engine, approved) is Status.PUBLISHED
