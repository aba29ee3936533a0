"""知识库: the articles with their state, the committee's one act of adoption, the fifteen local facts."""

from __future__ import annotations

from datetime import date, timedelta

import sqlalchemy as sa
from flask import request, url_for
from flask.typing import ResponseReturnValue

from bot.clock import local
from bot.console.guards import ADMINS, SIGNED_IN, Route
from bot.console.visit import Visit
from bot.web.public import SHELVES
from community.staff import desk as staff
from knowledge_base import desk as knowledge
from knowledge_base.article import Article
from knowledge_base.facts import LOCAL_FACTS

DUE_WITHIN = timedelta(days=30)


def show(visit: Visit) -> ResponseReturnValue:
    """Every article, those that need a look first."""
    today = local(visit.now).date()
    articles = sorted(visit.desk.articles(), key=lambda one: (one.valid_until, one.slug))
    with visit.reading() as conn:
        adoption = knowledge.adoption(conn)
        filled = knowledge.facts(conn, visit.desk.area)
    rows = [(one, state(one, today)) for one in articles]
    empty = [name for name in LOCAL_FACTS if name not in filled]
    return visit.page("knowledge.html", place="more", rows=rows, shelves=SHELVES, adoption=adoption, empty=empty)


def state(article: Article, today: date) -> tuple[str, str]:
    """(words, weight) of where an article stands on the day."""
    if article.valid_until < today:
        return ("已过期，仍在说" if article.first_aid else "已过期，不再说"), "now"
    if article.valid_until - today <= DUE_WITHIN:
        return f"{article.valid_until.month}月{article.valid_until.day}日到期，该复核了", "soon"
    return "可以说", "good"


def adopt(visit: Visit) -> ResponseReturnValue:
    """The committee adopts everything that is in use, in one act."""

    visit.require_whole()

    def do(conn: sa.Connection) -> str:
        snapshot = knowledge.adopt(conn, by=visit.account.name, now=visit.now)
        staff.record(conn, "articles-adopted", actor=visit.account.id, subject="", now=visit.now, snapshot=snapshot)
        return "已采用。居民看到的答案不再标“通用指引”。"

    return visit.attempt(do, back=url_for("console.knowledge-show"))


def facts(visit: Visit) -> ResponseReturnValue:
    """The form of the local facts."""
    return _facts(visit, {}, "")


def set_facts(visit: Visit) -> ResponseReturnValue:
    """Fill in what was changed."""

    visit.require_whole()

    def do(conn: sa.Connection) -> str:
        standing = knowledge.facts(conn, visit.desk.area)
        changed = {
            n: v.strip() for n, v in request.form.items() if n in LOCAL_FACTS and v.strip() != standing.get(n, "")
        }
        for name, value in changed.items():
            knowledge.set_fact(
                conn, area_code=visit.desk.area, name=name, value=value, by=visit.account.id, now=visit.now
            )
            staff.record(conn, "fact-set", actor=visit.account.id, subject="", now=visit.now, name=name)
        return f"改好了 {len(changed)} 项，十几秒后回复里就用新的。" if changed else "没有改动。"

    try:
        return visit.attempt(do, back=url_for("console.knowledge-facts"))
    except knowledge.FactTooLong as error:
        label = LOCAL_FACTS[str(error)].label
        return _facts(visit, dict(request.form), f"{label}：最多四十个字，写在一行里。"), 422


def _facts(visit: Visit, typed: dict[str, str], problem: str) -> str:
    with visit.reading() as conn:
        filled = knowledge.facts(conn, visit.desk.area)
    return visit.page("facts.html", place="more", facts=LOCAL_FACTS, filled=filled | typed, problem=problem)


ROUTES = (
    Route("/knowledge", show, SIGNED_IN),
    Route("/knowledge/adopt", adopt, ADMINS, ("POST",)),
    Route("/knowledge/facts", facts, SIGNED_IN),
    Route("/knowledge/facts", set_facts, ADMINS, ("POST",)),
)
