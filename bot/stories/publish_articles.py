"""What two people approved becomes the snapshot in use: one building at a time, whoever does it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
import structlog

from bot.tables import Stale
from community.staff import desk as staff
from knowledge_base import version_desk as versions
from knowledge_base.revision_desk import MayApprove
from knowledge_base.version_desk import Built, Job

log = structlog.get_logger()

Keep = Callable[[], bool]
Build = Callable[[Job, Keep], Built]


class Stopped(Exception):
    """The building was broken off because the worker ends, or the turn was lost."""


class BuildFailed(Exception):
    """The building came to nothing. The text says at what."""


def publish_due(
    engine: sa.Engine,
    *,
    build: Build,
    outdated: str | None,
    may_approve: MayApprove,
    now: Callable[[], datetime],
) -> bool:
    """Build and use what is due; returns whether anything was.

    `build` makes the snapshot with no transaction open, asks `Keep` every few seconds whether to go on, and raises
    Stopped or BuildFailed. `outdated` as in `version_desk.begin`.
    """
    with engine.begin() as conn:
        job = versions.begin(conn, outdated=outdated, now=now())
    if job is not None:
        _carry_out(engine, job, build, may_approve=may_approve, now=now)
    return job is not None


def _carry_out(
    engine: sa.Engine, job: Job, build: Build, *, may_approve: MayApprove, now: Callable[[], datetime]
) -> None:
    try:
        tried, made = _built(job, build, lambda: _keep(engine, job, now()))
        with engine.begin() as conn:
            _settle(conn, tried, made, may_approve=may_approve, now=now())
    except Stale:
        log.warning("the turn to build was lost")
    except Stopped:
        _let_go(engine, job)
    except BuildFailed as error:
        log.error("no snapshot was built", reason=str(error))
        with engine.begin() as conn:
            versions.fail(conn, job, str(error), now=now())


def _built(job: Job, build: Build, keep: Keep) -> tuple[Job, Built]:
    """All that is due together; where questions miss and several may be to blame, the oldest alone."""
    made = build(job, keep)
    if made.missed and len(job.revisions) > 1:
        job = replace(job, revisions=job.revisions[:1])
        made = build(job, keep)
    return job, made


def _keep(engine: sa.Engine, job: Job, now: datetime) -> bool:
    """Renew the lease; a database that is away for a moment is outlived, for the last word is said at the end."""
    try:
        with engine.begin() as conn:
            return versions.keep(conn, job, now=now)
    except sa.exc.OperationalError:
        return True


def _settle(conn: sa.Connection, job: Job, made: Built, *, may_approve: MayApprove, now: datetime) -> None:
    if made.missed:
        versions.miss(conn, job, made.missed, now=now)
        return
    name = versions.publish(conn, job, made.content, may_approve=may_approve, now=now)
    if name is not None:
        changed = [one.slug for one in job.revisions]
        staff.record(conn, "articles-published", actor="system", subject="", now=now, snapshot=name, articles=changed)


def _let_go(engine: sa.Engine, job: Job) -> None:
    try:
        with engine.begin() as conn:
            versions.leave(conn, job)
    except Stale:
        log.warning("the turn to build was lost")
