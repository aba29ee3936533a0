"""没答上的问题: what the assistant did not know; a person answers, and the asker gets it."""

from __future__ import annotations

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bot.console import words
from bot.console.guards import SIGNED_IN, WORKERS, Route
from bot.console.visit import STALE, Names, Visit
from bot.inbox import desk as inbox
from bot.outbox import desk as outbox
from bot.outbox.item import Kind
from bot.privacy import mask
from bot.tables import Stale
from knowledge_base import desk as knowledge
from knowledge_base.question import AlreadySettled, OpenQuestion

MOST_BYTES = 600  # one screen, as for every answer (DESIGN, knowledge base)


def show(visit: Visit) -> ResponseReturnValue:
    """Every question that waits, longest first."""
    with visit.reading() as conn:
        names = Names(conn)
        rows = [(one, names.place(one.area_code)) for one in knowledge.waiting_questions(conn, visit.branch)]
    return visit.page("questions.html", place="today", rows=rows, mask=mask)


def detail(visit: Visit, question_id: str) -> ResponseReturnValue:
    """One question and the form for its answer."""
    return _detail(visit, question_id, typed="", problem="")


def answer(visit: Visit, question_id: str) -> ResponseReturnValue:
    """The answer goes to whoever asked; it stays among what was said to them."""
    typed = request.form.get("answer", "").strip()
    problem = _problem(typed)
    if problem:
        return _detail(visit, question_id, typed=typed, problem=problem), 422
    try:
        with visit.writing() as conn:
            _theirs(knowledge.question(conn, question_id), visit)
            question = knowledge.settle_question(conn, question_id)
            text = f"您问的 {question.number}，社区答复：{typed}"
            outbox.post(conn, Kind.NEWS, {"text": text}, resident_id=question.resident_id, now=visit.now)
    except (Stale, AlreadySettled):
        flash(STALE, "soon")
    else:
        flash("答复已发出：能推送就马上到，不能就跟着下一次回复到。", "good")
    return redirect(url_for("console.today-show"), 303)


def _problem(typed: str) -> str:
    if not typed:
        return "请写答复。"
    over = words.size(typed) - MOST_BYTES
    return f"太长，一屏放不下：请删掉约 {over // 3 + 1} 个字。" if over > 0 else ""


def _detail(visit: Visit, question_id: str, *, typed: str, problem: str) -> str:
    with visit.reading() as conn:
        question = _theirs(knowledge.question(conn, question_id), visit)
        place = Names(conn).place(question.area_code)
        asked = inbox.message(conn, question.message_id, branch=visit.branch)
    return visit.page("question.html", place="today", question=question, where=place, typed=typed,
                      problem=problem, asked=asked, most=MOST_BYTES, mask=mask)  # fmt: skip


def _theirs(question: OpenQuestion | None, visit: Visit) -> OpenQuestion:
    if question is None or not visit.sees(question.area_code):
        raise NotFound
    return question


ROUTES = (
    Route("/questions", show, SIGNED_IN),
    Route("/questions/<question_id>", detail, SIGNED_IN),
    Route("/questions/<question_id>", answer, WORKERS, ("POST",)),
)
