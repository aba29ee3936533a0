"""志愿者: who offered to help, and the tasks they can take with one word."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bot.console import notice_words
from bot.console.guards import CHECKERS, SIGNED_IN, Route
from bot.console.visit import Visit
from bot.conversation import wording
from bot.outbox import desk as outbox
from bot.outbox.item import Kind
from bot.privacy import mask
from bot.stories.take_task import announce_task
from bot.stories.tell_group import tell_group
from bot.tables import lies_in
from community.areas import desk as areas
from community.areas.area import Level
from community.linkage import desk as linkage
from community.linkage.desk import Plan
from community.linkage.task import NotAllowed, Task, Volunteer

GROUP = "volunteers"
MOST_PLACES = 200
HERE = "console.volunteers-show"


def show(visit: Visit) -> ResponseReturnValue:
    """Applicants first, then the tasks, then everybody who may take one."""
    return _page(visit, {}, "")


def make(visit: Visit) -> ResponseReturnValue:
    """Open a task and tell every volunteer. What was typed stays where something is missing."""
    form = request.form
    until, places = notice_words.moment_of(form.get("until", "")), _number(form.get("places", ""))
    problem = _problem(form, until, places, visit.now)
    if problem or until is None:
        return _page(visit, form, problem), 422
    with visit.writing() as conn:
        area = form.get("area", "") or visit.branch
        if not lies_in(area, visit.branch):
            raise NotFound
        plan = Plan(form["title"].strip(), form.get("details", "").strip(), area, places, until)
        task = linkage.make(conn, plan, actor=visit.account.id, now=visit.now)
        told = _announce(conn, visit, task)
    flash(f"任务 {task.number} 开好了，{told} 个志愿者会收到，回一个“接”字就能接。", "good")
    return redirect(url_for(HERE), 303)


def cancel(visit: Visit, task_id: str) -> ResponseReturnValue:
    """The task is no longer needed; who took it is told."""
    why = request.form.get("why", "").strip()

    def do(conn: sa.Connection) -> str:
        task = _own_task(conn, visit, task_id)
        holders = linkage.holders(conn, task.id)
        linkage.cancel(conn, task.id, actor=visit.account.id, why=why, now=visit.now)
        for one in holders:
            text = f"任务 {task.number} {task.title}不用去了{f'（{why}）' if why else ''}，谢谢您。"
            outbox.post(conn, Kind.NEWS, {"text": text}, resident_id=one.resident_id, now=visit.now)
        return f"任务取消了，{len(holders)} 位接了的人会收到消息。"

    return _attempt(visit, do)


def approve(visit: Visit, volunteer_id: str) -> ResponseReturnValue:
    """Somebody who offered to help may take tasks from now on, and hears it."""

    def do(conn: sa.Connection) -> str:
        one = linkage.approve(conn, _applicant(conn, visit, volunteer_id).id, actor=visit.account.id, now=visit.now)
        payload = {"text": wording.VOLUNTEER_WELCOME}
        outbox.post(conn, Kind.NEWS, payload, resident_id=one.resident_id, now=visit.now)
        return f"{one.name or '这位居民'}可以接任务了，已告诉本人。"

    return _attempt(visit, do)


def decline(visit: Visit, volunteer_id: str) -> ResponseReturnValue:
    """Not now; they may offer again."""

    def do(conn: sa.Connection) -> str:
        one = _applicant(conn, visit, volunteer_id)
        linkage.decline(conn, one.id, actor=visit.account.id, why="", now=visit.now)
        payload = {"text": wording.VOLUNTEER_DECLINED}
        outbox.post(conn, Kind.NEWS, payload, resident_id=one.resident_id, now=visit.now)
        return "已婉拒，并告诉本人以后还可以报名。"

    return _attempt(visit, do)


ROUTES = (
    Route("/volunteers", show, SIGNED_IN),
    Route("/volunteers/tasks", make, CHECKERS, ("POST",)),
    Route("/volunteers/tasks/<task_id>/cancel", cancel, CHECKERS, ("POST",)),
    Route("/volunteers/<volunteer_id>/approve", approve, CHECKERS, ("POST",)),
    Route("/volunteers/<volunteer_id>/decline", decline, CHECKERS, ("POST",)),
)


def _page(visit: Visit, typed: Mapping[str, str], problem: str) -> str:
    with visit.reading() as conn:
        return visit.page(
            "volunteers.html",
            place="more",
            applicants=[(one, areas.name(conn, one.area_code)) for one in linkage.applicants(conn, visit.branch)],
            volunteers=len(linkage.approved(conn, visit.branch)),
            tasks=[(task, areas.name(conn, task.area_code)) for task in linkage.in_branch(conn, visit.branch)],
            grids=areas.within(conn, visit.branch, Level.GRID),
            typed=typed or {"places": "2", "until": notice_words.field_time(visit.now + timedelta(hours=6))},
            problem=problem,
        )


def _problem(form: Mapping[str, str], until: datetime | None, places: int, now: datetime) -> str:
    if not form.get("title", "").strip():
        return "请写一句要做什么，比如“搬沙袋到3号楼门口”。"
    if mask(form.get("title", "") + form.get("details", "")) != form.get("title", "") + form.get("details", ""):
        return "不要写电话或证件号：任务所有志愿者都看得到。接了的人，您再单独告诉他。"
    if not 1 <= places <= MOST_PLACES:
        return f"请写需要几个人，1 到 {MOST_PLACES}。"
    if until is None or until <= now:
        return "请写到什么时候为止，要晚于现在。"
    return ""


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 6 else 0


def _announce(conn: sa.Connection, visit: Visit, task: Task) -> int:
    text = wording.task_offered(task)
    tell_group(conn, GROUP, text, now=visit.now)
    return announce_task(conn, task, text, branch=visit.branch, now=visit.now)


def _own_task(conn: sa.Connection, visit: Visit, task_id: str) -> Task:
    for task in linkage.in_branch(conn, visit.branch, limit=500):
        if task.id == task_id:
            return task
    raise NotFound


def _applicant(conn: sa.Connection, visit: Visit, volunteer_id: str) -> Volunteer:
    for one in linkage.applicants(conn, visit.branch):
        if one.id == volunteer_id:
            return one
    raise NotFound


def _attempt(visit: Visit, do: Callable[[sa.Connection], str]) -> ResponseReturnValue:
    try:
        return visit.attempt(do, back=url_for(HERE))
    except NotAllowed:
        flash("没有保存：别人刚改过，已刷新。", "soon")
        return redirect(url_for(HERE), 303)
