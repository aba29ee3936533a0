"""What the articles want of whoever is signed in: to review, to mend what came back, to look at an article anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, time

import sqlalchemy as sa
from flask import url_for

from bot.clock import SHANGHAI, local
from bot.console.guards import APPROVERS, CHECKERS
from bot.console.knowledge import DUE_WITHIN
from bot.console.thing import Thing
from bot.console.visit import Names, Visit
from bot.tables import lies_in
from knowledge_base import revision_desk as revisions
from knowledge_base.article import Article
from knowledge_base.revision import Revision, Status

MOST_DUE = 3  # whole shelves come due on one day


def things(conn: sa.Connection, visit: Visit, names: Names) -> Iterator[Thing]:
    """For accounts that see the whole community."""
    if not lies_in(visit.desk.area, visit.branch):
        return
    on_the_way = revisions.open_ones(conn)
    writes, approves = CHECKERS.opens_for(visit.account), APPROVERS.opens_for(visit.account)
    for one in on_the_way:
        if one.status is Status.SUBMITTED and approves and visit.account.id not in one.hands:
            yield _to_review(one, names)
        elif one.status is Status.RETURNED and visit.account.id in one.hands:
            yield _returned(one)
    if writes or approves:
        yield from _due(visit, {one.slug for one in on_the_way}, writes=writes)


def _to_review(one: Revision, names: Names) -> Thing:
    return Thing(
        key=f"{one.id} {one.count}",
        weight="soon",
        kind="等您审批",
        tags=("撤下文章" if one.words is None else "文章", f"{names.who(one.submitted_by)} 提交"),
        title=one.title,
        note=one.words.short.strip()[:80] if one.words else "同意以后，这篇不再说。",
        since=one.changed_at,
        clock="已等 {}",
        link=url_for("console.articles-revision", revision_id=one.id),
        action="查看并审批",
    )


def _returned(one: Revision) -> Thing:
    return Thing(
        key=f"{one.id} {one.count}",
        weight="soon",
        kind="退回给您",
        tags=("文章",),
        title=one.title,
        note=f"有 {len(one.missed)} 个问法找不到文章了，请改一改。" if one.missed else "原因在“经过”里，改好再提交。",
        since=one.changed_at,
        clock="已等 {}",
        link=url_for("console.articles-revision", revision_id=one.id),
        action="去改",
    )


def _due(visit: Visit, on_the_way: set[str], *, writes: bool) -> Iterator[Thing]:
    """Articles whose date is past or near and that nobody is at, most urgent first; the rest is counted."""
    today = local(visit.now).date()
    waiting = [
        one for one in visit.desk.articles() if one.valid_until - today <= DUE_WITHIN and one.slug not in on_the_way
    ]
    waiting.sort(key=lambda one: (one.valid_until, not one.first_aid, one.slug))
    rest = len(waiting) - MOST_DUE
    for one in waiting[:MOST_DUE]:
        last = rest > 0 and one is waiting[MOST_DUE - 1]
        yield _due_one(one, visit, past=one.valid_until < today, rest=rest if last else 0, writes=writes)


def _due_one(one: Article, visit: Visit, *, past: bool, rest: int, writes: bool) -> Thing:
    day = f"{one.valid_until.year}年{one.valid_until.month}月{one.valid_until.day}日"
    if past:
        note = f"{day}到期了，" + ("还在说，带着日期。" if one.first_aid else "现在不说了。")
    else:
        note = f"{day}到期，过了就" + ("带着日期说。" if one.first_aid else "不再说。")
    page = "article_form-edit_article" if writes else "articles-article"
    return Thing(
        key=f"due {one.slug} {one.valid_until} {past} {rest}",
        weight="soon" if past else "",
        kind="已过期" if past else "该复核了",
        tags=("急救文章" if one.first_aid else "文章",),
        title=one.title,
        note=note + (f"另外还有 {rest} 篇，在“知识库”里。" if rest else ""),
        since=datetime.combine(one.reviewed_on, time.min, SHANGHAI),
        clock="{}没核对过",
        link=url_for(f"console.{page}", slug=one.slug),
        action="去复核" if writes else "看看",
    )
