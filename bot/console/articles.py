"""An article and its revisions: what is said now, what would change, and what has happened."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bot.clock import local
from bot.console.article_words import FIELDS, STATUS, WEIGHTS, problems_in_chinese, titles_of, value_said
from bot.console.guards import CHECKERS, SIGNED_IN, Route
from bot.console.knowledge import state
from bot.console.visit import Names, Visit
from bot.conversation import wording
from bot.web.public import SHELVES, render_body
from community.staff.account import Role
from knowledge_base import desk as knowledge
from knowledge_base import revision_desk as revisions
from knowledge_base.answer import chinese_date, tell
from knowledge_base.article import Article
from knowledge_base.changes import changes
from knowledge_base.facts import fill
from knowledge_base.revision import Revision
from knowledge_base.typed import complaints


def article(visit: Visit, slug: str) -> ResponseReturnValue:
    """What is said now, and every revision of it."""
    return article_page(visit, slug)


def article_page(visit: Visit, slug: str, *, typed: str = "", problem: str = "") -> str:
    """The page of an article; `typed` and `problem` are of a withdrawal without a reason."""
    visit.require_whole()
    standing = in_use(visit).get(slug)
    with visit.reading() as conn:
        found = revisions.of_article(conn, slug)
        names = Names(conn)
        rows = [(one, "、".join(names.who(author) for author in one.authors)) for one in found]
        seen = _seen_by_residents(conn, visit, standing)
        current = revisions.open_of(conn, slug)
    if standing is None and not found:
        raise NotFound
    return visit.page("article.html", place="more", standing=standing, rows=rows, current=current,
                      title=standing.title if standing else found[0].title,
                      state=state(standing, local(visit.now).date()) if standing else None,
                      shelves=SHELVES, status=STATUS, weights=WEIGHTS, writes=CHECKERS.opens_for(visit.account),
                      typed=typed, problem=problem, slug=slug, source_date=chinese_date, **seen)  # fmt: skip


def revision(visit: Visit, revision_id: str) -> ResponseReturnValue:
    """What changes, what a resident will see, who wrote it, what I can do."""
    return revision_page(visit, revision_id)


def revision_page(visit: Visit, revision_id: str, *, form: str = "", typed: str = "", problem: str = "") -> str:
    """The page of a revision; `form` is the one that came back with `problem`, and with what was `typed`."""
    visit.require_whole()
    with visit.reading() as conn:
        one = revisions.get(conn, revision_id)
        values = _read(conn, visit, one)
    return visit.page("revision.html", place="more", one=one, here=one.status.value, status=STATUS, weights=WEIGHTS,
                      fields=FIELDS, value_said=value_said, writes=CHECKERS.opens_for(visit.account),
                      approves=visit.account.may(Role.APPROVER), mine=visit.account.id in one.hands, form=form,
                      typed=typed, problem=problem, source_date=chinese_date, **values)  # fmt: skip


def _read(conn: sa.Connection, visit: Visit, one: Revision) -> dict[str, Any]:
    names, shelf = Names(conn), in_use(visit)
    titles = titles_of(list(shelf.values()))
    after, slips = _article_of(one, shelf, visit)
    before = shelf.get(one.slug)
    return {
        "before": before,
        "changed": changes(before, after, titles=titles) if after or one.words is None else [],
        "slips": slips,
        "authors": "、".join(names.who(author) for author in one.authors),
        "submitter": names.who(one.submitted_by) if one.submitted_by else "",
        "approver": names.who(one.approved_by) if one.approved_by else "",
        "others": visit.colleagues(conn, Role.APPROVER),
        "history": [(step, names.who(step.actor)) for step in revisions.history(conn, one.id)],
        "missed": [(m.text, titles.get(m.slug, one.title), [titles.get(s, s) for s in m.found]) for m in one.missed],
        **_seen_by_residents(conn, visit, after),
    }


def _article_of(one: Revision, shelf: dict[str, Article], visit: Visit) -> tuple[Article | None, dict[str, list[str]]]:
    """The article that a revision makes, as far as it is one, and what is still wrong while it may be changed."""
    slips: dict[str, list[str]] = {}
    if one.words is not None and one.status in {"draft", "returned"}:
        articles, today = list(shelf.values()), local(visit.now).date()
        found = complaints(one.words, slug=one.slug, shelf=articles, today=today)
        slips = problems_in_chinese(found, one.words, titles_of(articles))
    try:
        return one.article(), slips
    except ValueError:  # a date is still missing
        return None, slips


def _seen_by_residents(conn: sa.Connection, visit: Visit, told: Article | None) -> dict[str, Any]:
    """The short form as the assistant says it, and the whole text as its page shows it, with the local facts."""
    if told is None:
        return {"said": "", "sources": (), "calls": (), "whole": "", "check": ""}
    facts = knowledge.facts(conn, visit.desk.area)
    link = f"{visit.desk.public_url.rstrip('/')}/public/articles/{told.slug}"
    words = _said(told, visit, facts, adopted=knowledge.is_adopted(conn), link=link)
    try:
        calls, body = [fill(number, facts) for number in told.call], fill(told.body, facts)
    except KeyError:  # a wrong name in the braces: stands among what is wrong
        calls, body = list(told.call), told.body
    whole, check = render_body(body), told.check.note
    return {"said": words, "sources": told.sources, "calls": calls, "whole": whole, "check": check}


def _said(told: Article, visit: Visit, facts: dict[str, str], *, adopted: bool, link: str) -> str:
    if not told.sources:
        return told.short
    try:
        answer = tell(told, facts=facts, today=local(visit.now).date(), adopted=adopted)
    except KeyError:
        return told.short
    if answer is None:
        return ""
    return wording.told(answer.text, answer.source, guidance=answer.guidance, link=link)


def in_use(visit: Visit) -> dict[str, Article]:
    """The articles that are answered from, by slug."""
    return {one.slug: one for one in visit.desk.articles()}


ROUTES = (
    Route("/knowledge/articles/<slug>", article, SIGNED_IN),
    Route("/knowledge/revisions/<revision_id>", revision, SIGNED_IN),
)
