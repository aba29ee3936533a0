"""What is done about a revision: handed in, taken back, dropped; approved or returned by the second person."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import sqlalchemy as sa
from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bot.console import article_form
from bot.console.articles import article_page, in_use, revision_page
from bot.console.guards import APPROVERS, CHECKERS, Route
from bot.console.visit import Visit
from bot.stories.authority import may_approve
from community.staff import desk as staff
from knowledge_base import revision_desk as revisions
from knowledge_base.revision import Revision

Do = Callable[[sa.Connection, Visit, Revision], str]
NO_REASON = "请写原因。"


class NoReason(ValueError):
    """A step that takes a reason was taken without one."""


def _reopen(conn: sa.Connection, visit: Visit, one: Revision) -> str:
    revisions.reopen(conn, one.id, actor=visit.account.id, now=visit.now)
    _record(conn, visit, "article-taken-back", one)
    return "拿回来了，又是草稿，可以改。"


def _drop(conn: sa.Connection, visit: Visit, one: Revision) -> str:
    why = _reason()
    revisions.drop(conn, one.id, actor=visit.account.id, why=why, now=visit.now)
    _record(conn, visit, "article-dropped", one, why=why)
    return "这一版不用了，居民看到的不变。"


def _approve(conn: sa.Connection, visit: Visit, one: Revision) -> str:
    revisions.approve(
        conn,
        one.id,
        may_approve=lambda conn, account: may_approve(conn, account, visit.desk.area),
        actor=visit.account.id,
        seen=_seen(),
        now=visit.now,
    )
    _record(conn, visit, "article-approved", one)
    return "审核通过。后台正在生成新版本，先拿每一种问法试一遍，大约两三分钟。"


def _give_back(conn: sa.Connection, visit: Visit, one: Revision) -> str:
    why = _reason()
    revisions.give_back(conn, one.id, actor=visit.account.id, why=why, now=visit.now)
    _record(conn, visit, "article-returned", one, why=why)
    return "已退回，写的人会看到原因。"


WRITING: Mapping[str, Do] = {"reopen": _reopen, "drop": _drop}
APPROVING: Mapping[str, Do] = {"approve": _approve, "return": _give_back}


def write(visit: Visit, revision_id: str, deed: str) -> ResponseReturnValue:
    """A deed of those who write."""
    if deed == "submit":
        visit.require_whole()
        with visit.reading() as conn:
            one = revisions.get(conn, revision_id)
        return article_form.submit(visit, replace(one, count=_seen()))
    return _act(visit, revision_id, deed, WRITING)


def approve(visit: Visit, revision_id: str, deed: str) -> ResponseReturnValue:
    """A deed of the second person."""
    return _act(visit, revision_id, deed, APPROVING)


def withdraw(visit: Visit, slug: str) -> ResponseReturnValue:
    """Ask that an article be told no more."""
    visit.require_whole()
    standing = in_use(visit).get(slug)
    if standing is None:
        raise NotFound

    def do(conn: sa.Connection) -> str:
        why = _reason()
        one = revisions.withdraw_article(conn, standing, actor=visit.account.id, why=why, now=visit.now)
        _record(conn, visit, "article-withdrawal-asked", one, why=why)
        return "已提交，等另一个人同意。同意以前还照原来的说。"

    try:
        return visit.attempt(do, back=url_for("console.articles-article", slug=slug))
    except NoReason:
        return article_page(visit, slug, typed=request.form.get("reason", ""), problem=NO_REASON), 422


def _act(visit: Visit, revision_id: str, deed: str, deeds: Mapping[str, Do]) -> ResponseReturnValue:
    """Do it; a form without its reason comes back."""
    visit.require_whole()
    if deed not in deeds:
        raise NotFound
    with visit.reading() as conn:
        one = revisions.get(conn, revision_id)
    try:
        return visit.attempt(
            lambda conn: deeds[deed](conn, visit, one),
            back=url_for("console.articles-revision", revision_id=revision_id),
        )
    except NoReason:
        typed = request.form.get("reason", "")
        return revision_page(visit, revision_id, form=deed, typed=typed, problem=NO_REASON), 422


def _reason() -> str:
    reason = request.form.get("reason", "").strip()
    if not reason:
        raise NoReason
    return reason


def _seen() -> int:
    seen = request.form.get("seen", "")
    return int(seen) if seen.isdigit() else -1


def _record(conn: sa.Connection, visit: Visit, event: str, one: Revision, **details: str) -> None:
    staff.record(conn, event, actor=visit.account.id, subject=one.id, now=visit.now, slug=one.slug, **details)


ROUTES = (
    Route("/knowledge/articles/<slug>/withdraw", withdraw, CHECKERS, ("POST",)),
    Route("/knowledge/revisions/<revision_id>/write/<deed>", write, CHECKERS, ("POST",)),
    Route("/knowledge/revisions/<revision_id>/approve/<deed>", approve, APPROVERS, ("POST",)),
)
