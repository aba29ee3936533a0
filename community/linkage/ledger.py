"""Tables and queries of volunteers and tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.tables import Code, Time, changed_one, metadata, within
from community.linkage.task import Share, Standing, Status, Task, Volunteer

volunteers = sa.Table(
    "volunteers",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("resident_id", sa.String, nullable=False, unique=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("area_code", Code, nullable=False, index=True),
    sa.Column("skills", sa.JSON, nullable=False),
    sa.Column("standing", sa.String, nullable=False),
    sa.Column("since", Time, nullable=False),
)

tasks = sa.Table(
    "tasks",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("number", sa.String, nullable=False),
    sa.Column("title", sa.String, nullable=False),
    sa.Column("details", sa.Text, nullable=False),
    sa.Column("area_code", Code, nullable=False),
    sa.Column("need_id", sa.String, nullable=True, index=True),
    sa.Column("places", sa.Integer, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("until", Time, nullable=False),
    sa.Column("made_by", sa.String, nullable=False),
    sa.Column("made_at", Time, nullable=False),
    sa.Index("ix_tasks_open", "status", "until"),
)

shares = sa.Table(
    "task_shares",
    metadata,
    sa.Column("task_id", sa.String, primary_key=True),
    sa.Column("volunteer_id", sa.String, primary_key=True),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("taken_at", Time, nullable=False),
    sa.Column("lease_until", Time, nullable=False),
    sa.Column("minutes", sa.Integer, nullable=False),
)

history = sa.Table(
    "task_history",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("subject_id", sa.String, nullable=False, index=True),  # a task or a volunteer
    sa.Column("at", Time, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("was", sa.String, nullable=False),
    sa.Column("became", sa.String, nullable=False),
    sa.Column("why", sa.String, nullable=False),
)

_HELD = (Share.TAKEN, Share.DONE)
_taken = (
    sa.select(sa.func.count())
    .where(shares.c.task_id == tasks.c.id, shares.c.status.in_(_HELD))
    .scalar_subquery()
    .label("taken")
)
_TASKS = sa.select(tasks, _taken)


def add_volunteer(conn: sa.Connection, volunteer: Volunteer) -> None:
    """Write a new volunteer."""
    conn.execute(sa.insert(volunteers).values(**{**vars(volunteer), "skills": list(volunteer.skills)}))


def volunteer_of(conn: sa.Connection, resident_id: str) -> Volunteer | None:
    """The volunteer that a resident is, None if they never offered."""
    row = conn.execute(sa.select(volunteers).where(volunteers.c.resident_id == resident_id)).one_or_none()
    return _volunteer(row) if row else None


def volunteer(conn: sa.Connection, volunteer_id: str) -> Volunteer:
    """The volunteer of that id. Raises NoResultFound."""
    return _volunteer(conn.execute(sa.select(volunteers).where(volunteers.c.id == volunteer_id)).one())


def of_branch(conn: sa.Connection, branch: str, standing: Standing) -> list[Volunteer]:
    """Volunteers of a branch (and those whose place is not known) with that standing, oldest first."""
    c = volunteers.c
    here = sa.or_(within(c.area_code, branch), c.area_code == "root")
    query = sa.select(volunteers).where(here, c.standing == standing).order_by(c.since, c.id)
    return [_volunteer(row) for row in conn.execute(query)]


def set_standing(conn: sa.Connection, before: Volunteer, after: Standing) -> None:
    """Conditional update. Raises Stale."""
    same = sa.and_(volunteers.c.id == before.id, volunteers.c.standing == before.standing)
    changed_one(conn.execute(sa.update(volunteers).where(same).values(standing=after)), what=before.id)


def remove_volunteer(conn: sa.Connection, volunteer_id: str) -> None:
    """The volunteer's row goes; shares keep their id, which names nobody any more."""
    conn.execute(sa.delete(volunteers).where(volunteers.c.id == volunteer_id))


def add_task(conn: sa.Connection, task: Task, *, now: datetime) -> None:
    """Write a new task."""
    row = {name: getattr(task, name) for name in tasks.c.keys() if name != "made_at"}  # noqa: SIM118
    conn.execute(sa.insert(tasks).values(**row, made_at=now))


def task(conn: sa.Connection, task_id: str) -> Task:
    """The task of that id. Raises NoResultFound."""
    return _task(conn.execute(_TASKS.where(tasks.c.id == task_id)).one())


def lock(conn: sa.Connection, task_id: str) -> None:
    """Nobody else changes who holds the task until this transaction ends (SQLite's writer is alone already)."""
    conn.execute(sa.select(tasks.c.id).where(tasks.c.id == task_id).with_for_update())


def open_tasks(conn: sa.Connection, *, now: datetime) -> list[Task]:
    """Every task that still looks for people, oldest first."""
    query = _TASKS.where(tasks.c.status == Status.OPEN, tasks.c.until > now).order_by(tasks.c.made_at, tasks.c.id)
    return [_task(row) for row in conn.execute(query)]


def in_branch(conn: sa.Connection, branch: str, *, limit: int) -> list[Task]:
    """The newest tasks of a branch."""
    here = sa.or_(within(tasks.c.area_code, branch), tasks.c.area_code == "root")
    query = _TASKS.where(here).order_by(tasks.c.made_at.desc(), tasks.c.id).limit(limit)
    return [_task(row) for row in conn.execute(query)]


def held_by(conn: sa.Connection, volunteer_id: str) -> list[Task]:
    """Tasks that the volunteer has taken and not finished."""
    held = sa.select(shares.c.task_id).where(shares.c.volunteer_id == volunteer_id, shares.c.status == Share.TAKEN)
    query = _TASKS.where(tasks.c.id.in_(held)).order_by(tasks.c.made_at, tasks.c.id)
    return [_task(row) for row in conn.execute(query)]


def holders(conn: sa.Connection, task_id: str) -> list[Volunteer]:
    """Volunteers who have taken the task and not finished."""
    held = sa.select(shares.c.volunteer_id).where(shares.c.task_id == task_id, shares.c.status == Share.TAKEN)
    return [_volunteer(row) for row in conn.execute(sa.select(volunteers).where(volunteers.c.id.in_(held)))]


def set_status(conn: sa.Connection, before: Task, after: Status) -> None:
    """Conditional update. Raises Stale."""
    same = sa.and_(tasks.c.id == before.id, tasks.c.status == before.status)
    changed_one(conn.execute(sa.update(tasks).where(same).values(status=after)), what=before.id)


def share(conn: sa.Connection, task_id: str, volunteer_id: str) -> Share | None:
    """How a volunteer stands to a task, None if they never took it."""
    c = shares.c
    query = sa.select(c.status).where(c.task_id == task_id, c.volunteer_id == volunteer_id)
    found = conn.execute(query).scalar_one_or_none()
    return Share(found) if found else None


def add_share(conn: sa.Connection, *, task_id: str, volunteer_id: str, now: datetime, lease_until: datetime) -> None:
    """The volunteer takes the task for the first time."""
    row = {"task_id": task_id, "volunteer_id": volunteer_id, "status": Share.TAKEN, "taken_at": now, "minutes": 0}
    conn.execute(sa.insert(shares).values(**row, lease_until=lease_until))


def set_share(conn: sa.Connection, *, task_id: str, volunteer_id: str, was: Share, **values: Any) -> None:
    """Conditional update. Raises Stale."""
    c = shares.c
    same = sa.and_(c.task_id == task_id, c.volunteer_id == volunteer_id, c.status == was)
    changed_one(conn.execute(sa.update(shares).where(same).values(**values)), what=task_id)


def statuses(conn: sa.Connection, task_id: str) -> list[Share]:
    """How every volunteer of a task stands to it."""
    return [Share(one) for one in conn.execute(sa.select(shares.c.status).where(shares.c.task_id == task_id)).scalars()]


def lapsed_shares(conn: sa.Connection, *, now: datetime) -> list[tuple[str, str]]:
    """(task, volunteer) of every lease that ran out."""
    c = shares.c
    query = sa.select(c.task_id, c.volunteer_id).where(c.status == Share.TAKEN, c.lease_until <= now)
    return [(row.task_id, row.volunteer_id) for row in conn.execute(query)]


def lapsed_tasks(conn: sa.Connection, *, now: datetime) -> list[Task]:
    """Open tasks whose time is over."""
    return [_task(row) for row in conn.execute(_TASKS.where(tasks.c.status == Status.OPEN, tasks.c.until <= now))]


def minutes_of(conn: sa.Connection, volunteer_id: str) -> int:
    """Minutes that the volunteer gave, over all tasks done."""
    query = sa.select(sa.func.coalesce(sa.func.sum(shares.c.minutes), 0)).where(shares.c.volunteer_id == volunteer_id)
    return int(conn.execute(query).scalar_one())


def append(conn: sa.Connection, subject_id: str, *, actor: str, was: str, became: str, why: str, now: datetime) -> None:
    """Append to the history."""
    row = {"subject_id": subject_id, "at": now, "actor": actor, "was": was, "became": became, "why": why}
    conn.execute(sa.insert(history), row)


def _task(row: Any) -> Task:
    values = {name: getattr(row, name) for name in tasks.c.keys() if name != "made_at"}  # noqa: SIM118
    return Task(**{**values, "status": Status(row.status)}, taken=row.taken)


def _volunteer(row: Any) -> Volunteer:
    values = {name: getattr(row, name) for name in volunteers.c.keys()}  # noqa: SIM118 - a ColumnCollection
    return Volunteer(**{**values, "skills": tuple(row.skills), "standing": Standing(row.standing)})
