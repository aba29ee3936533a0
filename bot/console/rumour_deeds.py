"""What staff do about a rumour: check, note, judge, write a correction; and what the second person does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sqlalchemy as sa
from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bot.console.guards import APPROVERS, CHECKERS, Route
from bot.console.rumours import MOST_STATEMENTS, page, theirs, written
from bot.console.visit import Visit
from bot.stories import correct_rumour
from bot.stories.join_rumours import join_rumours
from bot.stories.open_linked_need import open_linked_need
from community.rumours import correction_desk as corrections
from community.rumours import desk as rumours
from community.rumours.correction import Correction, TooLong
from community.rumours.rumour import Forbidden, Judgement, Unsaid, Verdict
from community.staff import desk as staff

MISSING = {
    "text": "请写查到了什么。",
    "source": "请写是从哪里查到的。",
    "statement": "请写下要判断的说法。",
    "why": "请写为什么。",
    "reason": "请写原因。",
    "chat": "请写发给问的人看的话。",
    "group": "请写发到群里的短话。",
    "judgements": "请至少判断一句说法。",
    "evidence": "还没有依据：请先记下查到了什么；查不到，就判“无法核实”。",
}
Do = Callable[[sa.Connection, Visit, str, Mapping[str, str]], str]


def _check(conn: sa.Connection, visit: Visit, rumour_id: str, form: Mapping[str, str]) -> str:
    why = form.get("why", "taken")
    rumours.check(conn, rumour_id, actor=visit.account.id, why=why, now=visit.now)
    return "这条归您核实。查到什么，随时记下来。"


def _note(conn: sa.Connection, visit: Visit, rumour_id: str, form: Mapping[str, str]) -> str:
    rumours.note(conn, rumour_id, text=form.get("text", ""), source=form.get("source", ""),
                 actor=visit.account.id, now=visit.now)  # fmt: skip
    return "依据记下了。"


def _judge(conn: sa.Connection, visit: Visit, rumour_id: str, form: Mapping[str, str]) -> str:
    judged = [
        Judgement(form[f"statement{n}"], Verdict(form.get(f"verdict{n}", "")), form.get(f"why{n}", ""))
        for n in range(1, MOST_STATEMENTS + 1)
        if form.get(f"statement{n}", "").strip()
    ]
    rumours.judge(conn, rumour_id, judged, actor=visit.account.id, now=visit.now)
    return "判断记下了。接下来写更正。"


def _write(conn: sa.Connection, visit: Visit, rumour_id: str, form: Mapping[str, str]) -> str:
    """Save the draft, and hand it in where that was the button."""
    standing = _draft_of(conn, rumour_id)
    actor = visit.account.id
    if standing is None:
        standing = corrections.draft(conn, rumour_id, written(form), actor=actor, now=visit.now)
    else:
        standing = corrections.edit(conn, standing.id, written(form), actor=actor, now=visit.now)
    if form.get("then") != "submit":
        return "存好了，还没有提交。"
    corrections.submit(conn, standing.id, actor=actor, now=visit.now)
    return "已提交，等另一个人审批。批准以前谁也收不到。"


def _set_aside(conn: sa.Connection, visit: Visit, rumour_id: str, form: Mapping[str, str]) -> str:
    correct_rumour.set_aside(conn, rumour_id, actor=visit.account.id, reason=form.get("reason", ""), now=visit.now)
    return "已了结，问的人会收到原因。"


def _withdraw(conn: sa.Connection, visit: Visit, rumour_id: str, form: Mapping[str, str]) -> str:
    standing = _one(corrections.standing(conn, rumour_id))
    corrections.withdraw(conn, standing.id, actor=visit.account.id, reason=form.get("reason", ""), now=visit.now)
    return "从现在起不再这么说。要告诉已经收到的人，还得另一个人同意。"


def _link(conn: sa.Connection, visit: Visit, rumour_id: str, form: Mapping[str, str]) -> str:
    if not form.get("text", "").strip():
        raise Unsaid("text")
    need = open_linked_need(conn, rumour_id, category=form.get("category", "other"), text=form["text"].strip(),
                            urgency="urgent" if form.get("urgency") == "urgent" else "routine",
                            area_code=rumours.get(conn, rumour_id).area_code,
                            actor=visit.account.id, now=visit.now)  # fmt: skip
    return f"背后的难处已登记为诉求 {need.number}。"


def _join(conn: sa.Connection, visit: Visit, rumour_id: str, form: Mapping[str, str]) -> str:
    target = theirs(conn, visit, form.get("into", ""))
    stays = join_rumours(conn, rumour_id, into=target.id, actor=visit.account.id, now=visit.now)
    staff.record(conn, "rumour-joined", actor=visit.account.id, subject=rumour_id, now=visit.now, into=stays.number)
    return f"并到 {stays.number} 了，问过的人会收到消息。"


def _keep_apart(conn: sa.Connection, visit: Visit, rumour_id: str, _form: Mapping[str, str]) -> str:
    other = rumours.suggested(conn, theirs(conn, visit, rumour_id), branch=visit.branch)
    rumours.keep_apart(conn, rumour_id, actor=visit.account.id, now=visit.now)
    staff.record(conn, "rumour-kept-apart", actor=visit.account.id, subject=rumour_id, now=visit.now,
                 other=other.number if other else "")  # fmt: skip
    return "记下了，是两件事，分开核实。"


def _approve(conn: sa.Connection, visit: Visit, rumour_id: str, form: Mapping[str, str]) -> str:
    waiting = _one(_waiting(conn, rumour_id))
    done = correct_rumour.approve_correction(
        conn,
        waiting.id,
        actor=visit.account.id,
        seen=int(form.get("seen", "0")),
        branch=visit.branch,
        file_notice=visit.desk.file_notice,
        now=visit.now,
    )
    # No number here: fewer than five who asked could be known by it (charter 1).
    return "已批准：问过的人会收到" + ("，也会发到传开的片区。" if done.areas else "。")


def _send_back(conn: sa.Connection, visit: Visit, rumour_id: str, form: Mapping[str, str]) -> str:
    waiting = _one(_waiting(conn, rumour_id))
    corrections.send_back(conn, waiting.id, actor=visit.account.id, reason=form.get("reason", ""), now=visit.now)
    return "已退回，写的人会看到原因。"


def _approve_withdrawal(conn: sa.Connection, visit: Visit, rumour_id: str, form: Mapping[str, str]) -> str:
    correct_rumour.approve_withdrawal(conn, form.get("correction", ""), actor=visit.account.id, now=visit.now)
    return "已同意收回，收到过的人会被告知。"


CHECKING: Mapping[str, Do] = {
    "check": _check,
    "note": _note,
    "judge": _judge,
    "write": _write,
    "set-aside": _set_aside,
    "withdraw": _withdraw,
    "link": _link,
    "join": _join,
    "apart": _keep_apart,
}
APPROVING: Mapping[str, Do] = {
    "approve": _approve,
    "send-back": _send_back,
    "approve-withdrawal": _approve_withdrawal,
}


def check(visit: Visit, rumour_id: str, deed: str) -> ResponseReturnValue:
    """A deed of those who check."""
    return _act(visit, rumour_id, deed, CHECKING)


def approve(visit: Visit, rumour_id: str, deed: str) -> ResponseReturnValue:
    """A deed of the second person."""
    return _act(visit, rumour_id, deed, APPROVING)


def _act(visit: Visit, rumour_id: str, deed: str, deeds: Mapping[str, Do]) -> ResponseReturnValue:
    """Do it; a form that lacks words comes back with what was typed and what is missing."""
    if deed not in deeds:
        raise NotFound
    with visit.reading() as conn:
        theirs(conn, visit, rumour_id)
    try:
        return visit.attempt(
            lambda conn: deeds[deed](conn, visit, rumour_id, request.form),
            back=url_for("console.rumours-detail", rumour_id=rumour_id),
        )
    except TooLong as error:
        problem = f"太长了：{_long(str(error))}"
    except Unsaid as error:
        problem = MISSING.get(str(error), f"还缺：{error}")
    except ValueError:  # a verdict that was not chosen
        problem = "请给每句说法选一个结论。"
    return page(visit, rumour_id, form=deed, typed=request.form, problem=problem), 422


def _long(told: str) -> str:
    names = {"chat": "聊天里的话", "group": "群里的短话", "source": "出处"}
    field, _, sizes = told.partition(": ")
    size, _, most = sizes.removesuffix(" bytes").partition(" of ")
    over = int(size) - int(most)
    return f"{names.get(field, field)}请再删约 {over // 3 + 1} 个字。"


def _draft_of(conn: sa.Connection, rumour_id: str) -> Correction | None:
    return next((one for one in corrections.of_rumour(conn, rumour_id) if one.status == "draft"), None)


def _waiting(conn: sa.Connection, rumour_id: str) -> Correction | None:
    return next((one for one in corrections.of_rumour(conn, rumour_id) if one.status == "submitted"), None)


def _one(correction: Correction | None) -> Correction:
    if correction is None:
        raise Forbidden("no such correction any more")
    return correction


ROUTES = (
    Route("/rumours/<rumour_id>/check/<deed>", check, CHECKERS, ("POST",)),
    Route("/rumours/<rumour_id>/approve/<deed>", approve, APPROVERS, ("POST",)),
)
