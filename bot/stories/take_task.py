"""A volunteer takes a task with one word, gives it back, or says that it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from bot.outbox import desk as outbox
from bot.outbox.item import Kind
from community.linkage import desk as linkage
from community.linkage.task import Full, NotAllowed, Standing, Task, Volunteer


class Verb(StrEnum):
    """What a volunteer says about a task."""

    TAKE = "take"  # 接
    RELEASE = "release"  # 放
    DONE = "done"  # 完成


class Came(StrEnum):
    """What came of it."""

    NOT_A_VOLUNTEER = "not a volunteer"
    NOTHING_FITS = "nothing fits"
    WHICH = "which"
    FULL = "full"
    OVER = "over"
    TAKEN = "taken"
    RELEASED = "released"
    DONE = "done"


@dataclass(frozen=True)
class Outcome:
    """What came of a volunteer's word: the task it was about, or those to choose from; minutes given in all."""

    came: Came
    tasks: tuple[Task, ...] = ()
    minutes: int = 0


def take_task(
    conn: sa.Connection, resident_id: str, word: Verb, *, number: str, minutes: int, now: datetime
) -> Outcome:
    """Do what a volunteer said. `number` is what they named of the task's number ("3", "R-1120-3"), or empty:
    a plain word is enough when only one task fits. `minutes` counts for DONE.
    """
    volunteer = linkage.volunteer_of(conn, resident_id)
    if volunteer is None or volunteer.standing is not Standing.APPROVED:
        return Outcome(Came.NOT_A_VOLUNTEER)
    fitting = _named(_fitting(conn, volunteer, word, now=now), number)
    if not fitting:
        return Outcome(Came.NOTHING_FITS)
    if len(fitting) > 1:
        return Outcome(Came.WHICH, tuple(fitting))
    return _do(conn, volunteer, word, fitting[0], minutes=minutes, now=now)


def announce_task(conn: sa.Connection, task: Task, text: str, *, branch: str, now: datetime) -> int:
    """Tell every approved volunteer of the branch about a new task; returns how many."""
    volunteers = linkage.approved(conn, branch)
    for volunteer in volunteers:
        payload = {"text": text, "task_id": task.id}
        outbox.post(conn, Kind.NEWS, payload, resident_id=volunteer.resident_id, now=now)
    return len(volunteers)


def _fitting(conn: sa.Connection, volunteer: Volunteer, word: Verb, *, now: datetime) -> list[Task]:
    held = linkage.held_by(conn, volunteer.id)
    if word is not Verb.TAKE:
        return held
    mine = {task.id for task in held}
    return [task for task in linkage.open_tasks(conn, now=now) if task.id not in mine]


def _named(tasks: Sequence[Task], number: str) -> list[Task]:
    if not number:
        return list(tasks)
    wanted = number.upper()
    return [task for task in tasks if task.number == wanted or task.number.rpartition("-")[2] == wanted]


def _do(conn: sa.Connection, volunteer: Volunteer, word: Verb, task: Task, *, minutes: int, now: datetime) -> Outcome:
    try:
        if word is Verb.TAKE:
            return Outcome(Came.TAKEN, (linkage.take(conn, task.id, volunteer, now=now),))
        if word is Verb.RELEASE:
            return Outcome(Came.RELEASED, (linkage.release(conn, task.id, volunteer, now=now),))
        done = linkage.complete(conn, task.id, volunteer, minutes=minutes, now=now)
    except Full:
        return Outcome(Came.FULL, (task,))
    except NotAllowed:
        return Outcome(Came.OVER, (task,))
    return Outcome(Came.DONE, (done,), linkage.minutes_of(conn, volunteer.id))
