"""What staff do about a notice: write, submit, stop; and what the second person does: approve, return, refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bot.console import notice_words, words
from bot.console.guards import APPROVERS, CHECKERS, Route
from bot.console.notices import page, theirs
from bot.console.visit import Visit
from bot.stories.authority import may_approve
from broadcasts import desk as broadcasts
from broadcasts.broadcast import MOST_TEXT_BYTES, MOST_TITLE_BYTES, Past, Status
from broadcasts.desk import Consent
from community.incidents import desk as incidents

Do = Callable[[sa.Connection, Visit, str, Mapping[str, str]], str]


class NoReason(ValueError):
    """A step that takes a reason was taken without one."""


def blank(visit: Visit) -> ResponseReturnValue:
    """The form of a new notice."""
    return _form(visit, notice_words.blank(visit), {})


def draft(visit: Visit) -> ResponseReturnValue:
    """Keep a new draft; then its page shows who would be reached."""
    try:
        with visit.writing() as conn:
            notice = notice_words.read(conn, visit, request.form)
            made = broadcasts.draft(conn, notice, area_code=visit.branch, actor=visit.account.id, now=visit.now)
    except notice_words.Slips as slips:
        return _form(visit, request.form, slips.problems), 422
    flash("草稿存好了。看看发给谁、谁收不到，再提交审批。", "good")
    return redirect(url_for("console.notices-detail", broadcast_id=made.id), 303)


def edit(visit: Visit, broadcast_id: str) -> ResponseReturnValue:
    """The form of a draft."""
    with visit.reading() as conn:
        typed = notice_words.written(conn, visit, theirs(conn, visit, broadcast_id))
    return _form(visit, typed, {})


def rewrite(visit: Visit, broadcast_id: str) -> ResponseReturnValue:
    """Other words for a draft."""
    with visit.reading() as conn:
        theirs(conn, visit, broadcast_id)

    def do(conn: sa.Connection) -> str:
        notice = notice_words.read(conn, visit, request.form)
        seen = _number(request.form.get("seen", ""))
        broadcasts.rewrite(conn, broadcast_id, notice, actor=visit.account.id, seen=seen, now=visit.now)
        return "改好了。"

    try:
        return visit.attempt(do, back=url_for("console.notices-detail", broadcast_id=broadcast_id))
    except notice_words.Slips as slips:
        return _form(visit, request.form, slips.problems), 422


def _submit(conn: sa.Connection, visit: Visit, broadcast_id: str, _form: Mapping[str, str]) -> str:
    emergency = incidents.covering(conn, visit.branch) is not None
    broadcasts.submit(conn, broadcast_id, actor=visit.account.id, emergency=emergency, now=visit.now)
    return "已提交，等另一个人审批。批准以前谁也收不到。"


def _reopen(conn: sa.Connection, visit: Visit, broadcast_id: str, _form: Mapping[str, str]) -> str:
    broadcasts.reopen(conn, broadcast_id, actor=visit.account.id, now=visit.now)
    return "又是草稿了，可以改。"


def _cancel(conn: sa.Connection, visit: Visit, broadcast_id: str, form: Mapping[str, str]) -> str:
    broadcasts.cancel(conn, broadcast_id, actor=visit.account.id, why=_reason(form), now=visit.now)
    return "停了：还没发出去的不再发。"


def _approve(conn: sa.Connection, visit: Visit, broadcast_id: str, form: Mapping[str, str]) -> str:
    consent = Consent(
        seen=_number(form.get("seen", "")),
        send_at=notice_words.moment_of(form.get("send_at", "")) or visit.now,
        emergency=visit.in_emergency(conn),
        may_approve=may_approve,
        residents_of=visit.desk.directory.residents_of,
    )
    done = broadcasts.approve(conn, broadcast_id, consent, actor=visit.account.id, now=visit.now)
    if done.status is not Status.APPROVED:
        return "您批准了。这条要两个人批，还等另一位审批人。"
    assert done.send_at is not None  # approved
    return (
        "已批准，马上开始发。"
        if done.send_at <= visit.now
        else f"已批准，{words.on_the_wall(done.send_at, visit.now)} 发。"
    )


def _give_back(conn: sa.Connection, visit: Visit, broadcast_id: str, form: Mapping[str, str]) -> str:
    broadcasts.give_back(conn, broadcast_id, actor=visit.account.id, why=_reason(form), now=visit.now)
    return "已退回，写的人会看到原因。"


def _reject(conn: sa.Connection, visit: Visit, broadcast_id: str, form: Mapping[str, str]) -> str:
    broadcasts.reject(conn, broadcast_id, actor=visit.account.id, why=_reason(form), now=visit.now)
    return "这条不发了。"


def _look_again(conn: sa.Connection, visit: Visit, broadcast_id: str, _form: Mapping[str, str]) -> str:
    broadcasts.look_again(conn, broadcast_id, actor=visit.account.id, may_approve=may_approve, now=visit.now)
    return "第二个人看过了，已记下。"


WRITING: Mapping[str, Do] = {"submit": _submit, "reopen": _reopen, "cancel": _cancel}
APPROVING: Mapping[str, Do] = {
    "approve": _approve,
    "return": _give_back,
    "reject": _reject,
    "look": _look_again,
    "stop": _cancel,
}


def write(visit: Visit, broadcast_id: str, deed: str) -> ResponseReturnValue:
    """A deed of those who write."""
    return _act(visit, broadcast_id, deed, WRITING)


def approve(visit: Visit, broadcast_id: str, deed: str) -> ResponseReturnValue:
    """A deed of the second person."""
    return _act(visit, broadcast_id, deed, APPROVING)


def _act(visit: Visit, broadcast_id: str, deed: str, deeds: Mapping[str, Do]) -> ResponseReturnValue:
    """Do it; a form without its reason comes back."""
    if deed not in deeds:
        raise NotFound
    with visit.reading() as conn:
        theirs(conn, visit, broadcast_id)
    try:
        return visit.attempt(
            lambda conn: deeds[deed](conn, visit, broadcast_id, request.form),
            back=url_for("console.notices-detail", broadcast_id=broadcast_id),
        )
    except NoReason:
        problem = "请写原因。"
    except Past:
        problem = "时间不对：发送要早于“有效到”，“有效到”要在以后。"
    return page(visit, broadcast_id, form=deed, typed=request.form, problem=problem), 422


def _reason(form: Mapping[str, str]) -> str:
    reason = form.get("reason", "").strip()
    if not reason:
        raise NoReason
    return reason


def _number(text: str) -> int:
    return int(text) if text.isdigit() else -1


def _form(visit: Visit, typed: Mapping[str, str], problems: Mapping[str, str]) -> str:
    with visit.reading() as conn:
        buildings = [area.number for area in visit.buildings(conn)]
    return visit.page(
        "notice_form.html",
        place="notices",
        typed=typed,
        problems=problems,
        buildings=buildings,
        severities=notice_words.SEVERITIES,
        urgencies=notice_words.URGENCIES,
        certainties=notice_words.CERTAINTIES,
        most_text=MOST_TEXT_BYTES,
        most_title=MOST_TITLE_BYTES,
    )


ROUTES = (
    Route("/notices/new", blank, CHECKERS),
    Route("/notices/new", draft, CHECKERS, ("POST",)),
    Route("/notices/<broadcast_id>/edit", edit, CHECKERS),
    Route("/notices/<broadcast_id>/edit", rewrite, CHECKERS, ("POST",)),
    Route("/notices/<broadcast_id>/write/<deed>", write, CHECKERS, ("POST",)),
    Route("/notices/<broadcast_id>/approve/<deed>", approve, APPROVERS, ("POST",)),
)
