"""今天: one column of what needs a person now, most dangerous first, each with its clock and one main button."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import sqlalchemy as sa
from flask import url_for
from flask.typing import ResponseReturnValue

from bot.console import article_things, sample, words
from bot.console.guards import CHECKERS, READERS, SIGNED_IN, WORKERS, Route
from bot.console.needs import may_read
from bot.console.rumours import likeness
from bot.console.thing import Thing
from bot.console.visit import Names, Visit
from bot.inbox import desk as inbox
from bot.privacy import mask
from bot.tables import lies_in
from broadcasts import desk as broadcasts
from broadcasts.broadcast import Broadcast
from community.linkage import desk as linkage
from community.needs import desk as needs
from community.needs.need import UNTAKEN, Need
from community.rumours import correction_desk as corrections
from community.rumours import desk as rumours
from community.rumours.rumour import Rumour, Status
from community.staff import desk as staff
from community.staff.account import Role
from knowledge_base import desk as knowledge
from nlp.taxonomy import Need as Category

FEW = 5  # charter 1: fewer people than this are not counted out
MOST_QUESTIONS = 3


# What a rumour that is not decided is called here, and what its button says.
_STEPS = {
    Status.REPORTED: ("待核实", "去核实"),
    Status.CHECKING: ("核实中", "接着核实"),
    Status.JUDGED: ("等更正", "写更正"),
}


def show(visit: Visit) -> ResponseReturnValue:
    """What needs a person now, and beside it how the houses stand."""
    with visit.reading() as conn:
        buildings = _open_by_building(conn, visit)
        on_duty = [one.name for one in staff.on_duty(conn, visit.branch, now=visit.now)]
        counts = needs.counts(conn, visit.branch)
    return visit.page("today.html", place="today", buildings=buildings, on_duty=on_duty, counts=counts,
                      untaken=UNTAKEN, few=FEW)  # fmt: skip


def pulse(visit: Visit) -> ResponseReturnValue:
    """For our script: how many things wait, how many are dangers that nobody has taken, and a mark of it all."""
    found = things(visit)
    alarms = [one for one in found if one.post]
    mark = hashlib.sha256(" ".join(one.key for one in found).encode()).hexdigest()[:16]
    return {"things": len(found), "alarms": len(alarms), "mark": mark}


def things(visit: Visit) -> list[Thing]:
    """Everything that waits for this account, most dangerous first."""
    with visit.reading() as conn:
        names = Names(conn)
        found = [
            *_emergencies(conn, visit, names),
            *_rumours(conn, visit),
            *_approvals(conn, visit, names),
            *_confided(conn, visit, names),
            *_urgent(conn, visit, names),
            *_overdue(conn, visit, names),
            *_questions(conn, visit),
            *_volunteers(conn, visit),
            *_corrections(conn, visit),
            *article_things.things(conn, visit, names),
            *_sample(conn, visit),
        ]
    order = {"now": 0, "soon": 1, "": 2}
    return sorted(found, key=lambda one: order[one.weight])


def _emergencies(conn: sa.Connection, visit: Visit, names: Names) -> Iterator[Thing]:
    takes = WORKERS.opens_for(visit.account)
    for need in needs.listing(conn, visit.branch, statuses=UNTAKEN):
        if need.urgency == "emergency":
            yield Thing(
                key=f"{need.id} {need.status}",
                weight="now",
                kind="危急",
                tags=(names.place(need.area_code), _category(need)),
                title=f"“{mask(need.summary)}”",
                note=f"{need.number}。居民已收到该拨的电话和第一步怎么做。",
                since=need.changed_at,
                clock="{}无人接手",
                link=url_for("console.needs-detail", need_id=need.id),
                action="我来接手" if takes else "看看",
                post=url_for("console.needs-act", need_id=need.id, deed="accept") if takes else "",
                main=takes,
            )


def _rumours(conn: sa.Connection, visit: Visit) -> Iterator[Thing]:
    for one in rumours.queue(conn, visit.branch):
        said = _STEPS.get(one.status)
        perhaps = likeness(conn, one, branch=visit.branch)
        if said and not (one.status is Status.JUDGED and _is_written(conn, one)):
            yield Thing(
                key=f"{one.id} {one.status} {one.perhaps}",
                weight="now" if one.harm == "life" else "soon" if one.harm != "low" else "",
                kind=said[0],
                tags=(askers(one), words.HARMS.get(one.harm, "")),
                title=f"“{mask(one.statement)}”",
                note=f"{one.number}。{perhaps.said if perhaps else '问的人已收到“还没核实，请先别转”'}。",
                since=one.first_at,
                clock="已等 {}",
                link=url_for("console.rumours-detail", rumour_id=one.id),
                action="看是不是同一件" if perhaps else said[1],
                main=one.harm == "life",
            )


def _is_written(conn: sa.Connection, rumour: Rumour) -> bool:
    """Whether a correction waits for the second person already: then it is theirs to act."""
    return any(one.status == "submitted" for one in corrections.of_rumour(conn, rumour.id))


def _approvals(conn: sa.Connection, visit: Visit, names: Names) -> Iterator[Thing]:
    if not visit.account.may(Role.APPROVER):
        return
    yield from _corrections_to_approve(conn, visit, names)
    for one in broadcasts.second_looks(conn, visit.branch):
        if visit.account.id not in {*one.authors, one.submitted_by, *one.approvers}:
            yield _second_look(one)
    for one in broadcasts.to_decide(conn, visit.branch):
        if visit.account.id not in {*one.authors, one.submitted_by, *one.approvers}:
            yield Thing(
                key=f"{one.id} {one.revision}",
                weight="soon",
                kind="等您审批",
                tags=("通知", f"{names.who(one.submitted_by)} 提交"),
                title=one.notice.title,
                note=mask(one.notice.text)[:80],
                since=one.created_at,
                clock="写于 {}前",
                link=url_for("console.notices-detail", broadcast_id=one.id),
                action="查看并审批",
            )


def _corrections_to_approve(conn: sa.Connection, visit: Visit, names: Names) -> Iterator[Thing]:
    for one in corrections.waiting(conn, visit.branch):
        taken_back = bool(one.withdrawn_by)
        hands = {one.withdrawn_by} if taken_back else {*one.authors, one.submitted_by}
        if visit.account.id in hands:
            continue
        rumour = rumours.get(conn, one.rumour_id)
        yield Thing(
            key=f"{one.id} {one.status} {one.revision}",
            weight="now" if rumour.harm == "life" else "soon",
            kind="等您审批",
            tags=("收回更正" if taken_back else "更正", f"{names.who(one.withdrawn_by or one.submitted_by)} 提交"),
            title=f"“{mask(rumour.statement)}”",
            note=mask(one.words.chat)[:80],
            since=one.drafted_at,
            clock="写于 {}前",
            link=url_for("console.rumours-detail", rumour_id=one.rumour_id),
            action="查看并审批",
            main=rumour.harm == "life",
        )


def _second_look(one: Broadcast) -> Thing:
    assert one.second_look_until is not None  # selected by it
    return Thing(
        key=f"look {one.id}",
        weight="soon",
        kind="再看一遍",
        tags=("通知", "紧急时一个人批的"),
        title=one.notice.title,
        note="请第二个人看过，没问题就点一下。",
        since=one.created_at,
        clock="写于 {}前",
        link=url_for("console.notices-detail", broadcast_id=one.id),
        action="去看",
    )


def _confided(conn: sa.Connection, visit: Visit, names: Names) -> Iterator[Thing]:
    """What accuses somebody and nobody has taken: for the police, by whoever may read it."""
    for need in needs.listing(conn, visit.branch, statuses=UNTAKEN):
        if need.confidential and may_read(visit, need):
            yield Thing(
                key=f"{need.id} {need.status}",
                weight="soon",
                kind="保密线索",
                tags=(names.place(need.area_code),),
                title=f"“{mask(need.summary)}”",
                note=f"{need.number}。请转给派出所，不要在群里说。",
                since=need.changed_at,
                clock="已等 {}",
                link=url_for("console.needs-detail", need_id=need.id),
                action="去转给派出所",
            )


def _urgent(conn: sa.Connection, visit: Visit, names: Names) -> Iterator[Thing]:
    """What cannot wait a day and nobody has taken; once it is overdue it stands there as such."""
    for need in needs.listing(conn, visit.branch, statuses=UNTAKEN):
        if need.urgency == "urgent" and not need.confidential and (need.due_at is None or need.due_at > visit.now):
            yield Thing(
                key=f"{need.id} {need.status}",
                weight="soon",
                kind="急",
                tags=(names.place(need.area_code), _category(need)),
                title=f"“{mask(need.summary)}”",
                note=f"{need.number}，{need.households} 户反映。还没有人接",
                since=need.changed_at,
                clock="已等 {}",
                link=url_for("console.needs-detail", need_id=need.id),
                action="去办",
            )


def _overdue(conn: sa.Connection, visit: Visit, names: Names) -> Iterator[Thing]:
    for need in needs.overdue(conn, visit.branch, visit.now):
        if need.urgency == "emergency" and need.status in UNTAKEN:
            continue  # stands above already
        if need.confidential and (need.status in UNTAKEN or not may_read(visit, need)):
            continue  # the same, or not for this reader
        yield Thing(
            key=f"{need.id} {need.changed_at.isoformat()}",
            weight="now" if need.urgency == "emergency" else "soon",
            kind="超时",
            tags=(names.place(need.area_code), _category(need), words.NEED_STATUS[need.status]),
            title=mask(need.summary),
            note=f"{need.number}，{need.households} 户反映"
            + (f"。{names.who(need.taken_by)} 接的" if need.taken_by else "。还没有人接"),
            since=need.due_at or need.changed_at,
            clock="超时 {}",
            link=url_for("console.needs-detail", need_id=need.id),
            action="去办",
        )


def _questions(conn: sa.Connection, visit: Visit) -> Iterator[Thing]:
    waiting = knowledge.waiting_questions(conn, visit.branch)
    for one in waiting[:MOST_QUESTIONS]:
        rest = len(waiting) - MOST_QUESTIONS
        last = one is waiting[MOST_QUESTIONS - 1] if rest > 0 else False
        yield Thing(
            key=one.id,
            weight="",
            kind="没答上的问题",
            tags=(one.number,),
            title=f"“{mask(one.text)}”",
            note=f"另外还有 {rest} 个，在“更多”里。" if last else "问的人已知道：有答复会告诉他。",
            since=one.asked_at,
            clock="已等 {}",
            link=url_for("console.questions-detail", question_id=one.id),
            action="去回答",
        )


def _volunteers(conn: sa.Connection, visit: Visit) -> Iterator[Thing]:
    waiting = linkage.applicants(conn, visit.branch) if CHECKERS.opens_for(visit.account) else []
    if waiting:
        yield Thing(
            key=f"volunteers {len(waiting)} {waiting[0].id}",
            weight="",
            kind="志愿者",
            tags=(),
            title=f"{len(waiting)} 个人想当志愿者",
            note="确认以后，他们才能接任务。",
            since=waiting[0].since,
            clock="已等 {}",
            link=url_for("console.volunteers-show"),
            action="去确认",
        )


def _corrections(conn: sa.Connection, visit: Visit) -> Iterator[Thing]:
    waiting = inbox.to_agree(conn, visit.branch, actor=visit.account.id)
    if waiting:
        yield Thing(
            key=f"corrections {len(waiting)}",
            weight="",
            kind="等您确认",
            tags=(),
            title=f"同事改了 {len(waiting)} 条消息的判断",
            note="去掉诉求、加上传言、降低紧急程度，要第二个人同意才算数。",
            since=waiting[0].at,
            clock="已等 {}",
            link=url_for("console.messages-show", shelf="agree"),
            action="去看看",
        )


def _sample(conn: sa.Connection, visit: Visit) -> Iterator[Thing]:
    left = sample.waiting(conn, visit) if READERS.opens_for(visit.account) else 0
    if left:
        yield Thing(
            key=f"sample {left}",
            weight="",
            kind="抽查",
            tags=(),
            title=f"看看昨天没有标出来的 {left} 条，有没有漏的",
            note="程序说里面没有诉求、传言和危险。对的点一下就过，漏的点一下改过来，程序会跟着学。",
            since=sample.today(visit.now),
            clock="已等 {}",
            link=url_for("console.sample-show"),
            action="去看看",
        )


def askers(rumour: Rumour) -> str:
    """How many asked, unless they are so few that they could be known."""
    return f"{rumour.askers} 人问过" if rumour.askers >= FEW else f"不到 {FEW} 人问过"


def _category(need: Need) -> str:
    return Category(need.category).chinese if need.category in list(Category) else "其他"


def _open_by_building(conn: sa.Connection, visit: Visit) -> list[tuple[str, str, int]]:
    """(code, name, unfinished needs) of every building of the branch."""
    from_where = [one.area_code for one in needs.listing(conn, visit.branch, limit=1000) if not one.confidential]
    return [(one.code, one.name, sum(lies_in(code, one.code) for code in from_where)) for one in visit.buildings(conn)]


ROUTES = (
    Route("/", show, SIGNED_IN),
    Route("/pulse", pulse, SIGNED_IN),
)
