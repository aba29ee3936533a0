"""应急状态: declared with a reason, shown on every page while it lasts, ended with an outcome."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bot.console.guards import DECLARERS, SIGNED_IN, Route
from bot.console.visit import Names, Visit
from community.incidents import desk as incidents
from community.incidents.incident import Unsaid
from community.staff import desk as staff

_MOST = 200  # characters of a reason


def show(visit: Visit) -> ResponseReturnValue:
    """Whether one goes on, the form that declares or ends it, and those before."""
    with visit.reading() as conn:
        names = Names(conn)
        found = incidents.listing(conn, visit.branch)
        rows = [(one, names.place(one.area_code), names.who(one.opened_by), names.who(one.over_by)) for one in found]
    return visit.page("incidents.html", place="more", rows=rows, declares=DECLARERS.opens_for(visit.account))


def declare(visit: Visit) -> ResponseReturnValue:
    """Emergency mode from now on, for the account's branch."""

    def do(conn: sa.Connection) -> str:
        made = incidents.declare(conn, area_code=visit.branch, why=_said("why"), actor=visit.account.id, now=visit.now)
        staff.record(conn, "emergency-declared", actor=visit.account.id, subject=made.id, now=visit.now, why=made.why)
        return f"{made.number} 应急状态开始了。最高级别的通知一个人批就能发，一天内要有第二个人再看一遍。"

    return _attempt(visit, do)


def end(visit: Visit, incident_id: str) -> ResponseReturnValue:
    """It is over."""

    def do(conn: sa.Connection) -> str:
        standing = {one.id for one in incidents.listing(conn, visit.branch)}
        if incident_id not in standing:
            raise NotFound
        over = incidents.end(conn, incident_id, actor=visit.account.id, outcome=_said("outcome"), now=visit.now)
        assert over is not None  # it is listed
        staff.record(
            conn, "emergency-ended", actor=visit.account.id, subject=over.id, now=visit.now, outcome=over.outcome
        )
        return f"{over.number} 结束了，回到平时的规矩。"

    return _attempt(visit, do)


def _said(field: str) -> str:
    return request.form.get(field, "").strip()[:_MOST]


def _attempt(visit: Visit, do: Callable[[sa.Connection], str]) -> ResponseReturnValue:
    back = url_for("console.incidents-show")
    try:
        return visit.attempt(do, back=back)
    except Unsaid:
        flash("没有保存：请写一句为什么，同事都会看到。", "soon")
        return redirect(back, 303)


ROUTES = (
    Route("/incidents", show, SIGNED_IN),
    Route("/incidents", declare, DECLARERS, ("POST",)),
    Route("/incidents/<incident_id>/end", end, DECLARERS, ("POST",)),
)
