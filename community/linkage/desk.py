"""The verbs of the linkage room."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.clock import local
from bot.tables import new_id, next_number
from community.linkage import ledger
from community.linkage import task as nouns
from community.linkage.task import Full, NotAllowed, NotAVolunteer, Share, Standing, Status, Task, Volunteer

MOST_MINUTES = 12 * 60  # hours nobody gives in one go; more is a slip of the pen


@dataclass(frozen=True)
class Plan:
    """What a new task is to be."""

    title: str
    details: str
    area_code: str
    places: int
    until: datetime
    need_id: str | None = None


def apply(
    conn: sa.Connection, *, resident_id: str, name: str, area_code: str, skills: Collection[str], now: datetime
) -> Volunteer:
    """A resident offers to help; a person has to approve. Who applied or was approved before stays so."""
    known = ledger.volunteer_of(conn, resident_id)
    if known is None:
        volunteer = Volunteer(new_id(), resident_id, name, area_code, tuple(skills), Standing.APPLIED, now)
        ledger.add_volunteer(conn, volunteer)
        ledger.append(conn, volunteer.id, actor="resident", was="", became=Standing.APPLIED, why="", now=now)
        return volunteer
    if known.standing in {Standing.DECLINED, Standing.LEFT}:
        return _stand(conn, known, Standing.APPLIED, actor="resident", why="applied again", now=now)
    return known


def approve(conn: sa.Connection, volunteer_id: str, *, actor: str, now: datetime) -> Volunteer:
    """From now on they may take tasks. Raises NotAllowed, Stale."""
    return _stand(conn, ledger.volunteer(conn, volunteer_id), Standing.APPROVED, actor=actor, why="", now=now)


def decline(conn: sa.Connection, volunteer_id: str, *, actor: str, why: str, now: datetime) -> Volunteer:
    """Not now; they may apply again. Raises NotAllowed, Stale."""
    return _stand(conn, ledger.volunteer(conn, volunteer_id), Standing.DECLINED, actor=actor, why=why, now=now)


def volunteer_of(conn: sa.Connection, resident_id: str) -> Volunteer | None:
    """The volunteer that a resident is, None if they never offered."""
    return ledger.volunteer_of(conn, resident_id)


def applicants(conn: sa.Connection, branch: str) -> list[Volunteer]:
    """Who waits for approval, oldest first."""
    return ledger.of_branch(conn, branch, Standing.APPLIED)


def approved(conn: sa.Connection, branch: str) -> list[Volunteer]:
    """Who may take tasks."""
    return ledger.of_branch(conn, branch, Standing.APPROVED)


def minutes_of(conn: sa.Connection, volunteer_id: str) -> int:
    """Minutes given in all."""
    return ledger.minutes_of(conn, volunteer_id)


def make(conn: sa.Connection, plan: Plan, *, actor: str, now: datetime) -> Task:
    """Open a task. Raises ValueError for no place or a time that is over."""
    if plan.places < 1 or plan.until <= now:
        raise ValueError("a task needs at least one place and some time")
    task = Task(
        id=new_id(),
        number=next_number(conn, nouns.PREFIX, local(now).date()),
        title=plan.title,
        details=plan.details,
        area_code=plan.area_code,
        need_id=plan.need_id,
        places=plan.places,
        status=Status.OPEN,
        until=plan.until,
        made_by=actor,
    )
    ledger.add_task(conn, task, now=now)
    ledger.append(conn, task.id, actor=actor, was="", became=Status.OPEN, why="", now=now)
    return task


def get(conn: sa.Connection, task_id: str) -> Task:
    """The task of that id. Raises NoResultFound."""
    return ledger.task(conn, task_id)


def open_tasks(conn: sa.Connection, *, now: datetime) -> list[Task]:
    """Tasks that still look for people, oldest first."""
    return [task for task in ledger.open_tasks(conn, now=now) if task.free]


def in_branch(conn: sa.Connection, branch: str, *, limit: int = 50) -> list[Task]:
    """The newest tasks of a branch."""
    return ledger.in_branch(conn, branch, limit=limit)


def held_by(conn: sa.Connection, volunteer_id: str) -> list[Task]:
    """Tasks that the volunteer has taken and not finished."""
    return ledger.held_by(conn, volunteer_id)


def holders(conn: sa.Connection, task_id: str) -> list[Volunteer]:
    """Who has taken the task and not finished."""
    return ledger.holders(conn, task_id)


def take(conn: sa.Connection, task_id: str, volunteer: Volunteer, *, now: datetime) -> Task:
    """The volunteer takes a place. Taking it twice is taking it once.

    The task's row stays locked meanwhile, so a place is never given twice. Raises NotAVolunteer, Full,
    NotAllowed (the task is no longer open).
    """
    if volunteer.standing is not Standing.APPROVED:
        raise NotAVolunteer(volunteer.id)
    ledger.lock(conn, task_id)
    task = ledger.task(conn, task_id)
    held = ledger.share(conn, task_id, volunteer.id)
    if held is Share.TAKEN:
        return task
    if task.status is not Status.OPEN or task.until <= now:
        raise NotAllowed(f"{task.number} is {task.status}")
    if not task.free:
        raise Full(task.number)
    lease = now + nouns.LEASE
    if held is None:
        ledger.add_share(conn, task_id=task_id, volunteer_id=volunteer.id, now=now, lease_until=lease)
    else:
        again = nouns.move_share(held, Share.TAKEN)
        ledger.set_share(
            conn, task_id=task_id, volunteer_id=volunteer.id, was=held, status=again, taken_at=now, lease_until=lease
        )
    ledger.append(conn, task_id, actor=volunteer.id, was=held or "", became=Share.TAKEN, why="", now=now)
    return ledger.task(conn, task_id)


def release(conn: sa.Connection, task_id: str, volunteer: Volunteer, *, now: datetime) -> Task:
    """The volunteer gives the place back. Raises NotAllowed."""
    return _finish(conn, task_id, volunteer.id, Share.RELEASED, minutes=0, actor=volunteer.id, now=now)


def complete(conn: sa.Connection, task_id: str, volunteer: Volunteer, *, minutes: int, now: datetime) -> Task:
    """The volunteer has done their part; when all places are done, so is the task. Raises NotAllowed."""
    given = max(0, min(minutes, MOST_MINUTES))
    task = _finish(conn, task_id, volunteer.id, Share.DONE, minutes=given, actor=volunteer.id, now=now)
    done = sum(one is Share.DONE for one in ledger.statuses(conn, task_id))
    if task.status is Status.OPEN and done >= task.places:
        ledger.set_status(conn, task, nouns.move(task.status, Status.DONE))
        ledger.append(conn, task_id, actor="system", was=Status.OPEN, became=Status.DONE, why="all done", now=now)
    return ledger.task(conn, task_id)


def cancel(conn: sa.Connection, task_id: str, *, actor: str, why: str, now: datetime) -> Task:
    """The task is no longer needed. Raises NotAllowed, Stale."""
    before = ledger.task(conn, task_id)
    ledger.set_status(conn, before, nouns.move(before.status, Status.CANCELLED))
    ledger.append(conn, task_id, actor=actor, was=before.status, became=Status.CANCELLED, why=why, now=now)
    return ledger.task(conn, task_id)


def lapse(conn: sa.Connection, *, now: datetime) -> int:
    """Leases that ran out free their places, tasks whose time is over end; returns how many of both."""
    late = ledger.lapsed_shares(conn, now=now)
    for task_id, volunteer_id in late:
        _finish(conn, task_id, volunteer_id, Share.LAPSED, minutes=0, actor="system", now=now)
    over = ledger.lapsed_tasks(conn, now=now)
    for task in over:
        ledger.set_status(conn, task, nouns.move(task.status, Status.LAPSED))
        ledger.append(conn, task.id, actor="system", was=task.status, became=Status.LAPSED, why="time over", now=now)
    return len(late) + len(over)


def forget(conn: sa.Connection, resident_id: str) -> None:
    """The resident is erased: their places become free, their name goes; hours stay as hours of nobody."""
    volunteer = ledger.volunteer_of(conn, resident_id)
    if volunteer is None:
        return
    for task in ledger.held_by(conn, volunteer.id):
        ledger.set_share(conn, task_id=task.id, volunteer_id=volunteer.id, was=Share.TAKEN, status=Share.RELEASED)
    ledger.remove_volunteer(conn, volunteer.id)


def _finish(
    conn: sa.Connection, task_id: str, volunteer_id: str, after: Share, *, minutes: int, actor: str, now: datetime
) -> Task:
    ledger.lock(conn, task_id)
    held = ledger.share(conn, task_id, volunteer_id)
    if held is None:
        raise NotAllowed("never taken")
    nouns.move_share(held, after)
    ledger.set_share(conn, task_id=task_id, volunteer_id=volunteer_id, was=held, status=after, minutes=minutes)
    ledger.append(conn, task_id, actor=actor, was=held, became=after, why="", now=now)
    return ledger.task(conn, task_id)


def _stand(
    conn: sa.Connection, before: Volunteer, after: Standing, *, actor: str, why: str, now: datetime
) -> Volunteer:
    ledger.set_standing(conn, before, nouns.move_standing(before.standing, after))
    ledger.append(conn, before.id, actor=actor, was=before.standing, became=after, why=why, now=now)
    return ledger.volunteer(conn, before.id)
