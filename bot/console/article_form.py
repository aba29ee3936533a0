"""The form of an article. What was typed is kept, be it fit or not; only handing it in asks for more."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bot.clock import local
from bot.console.article_words import (
    EMPTY_BODY,
    FIELDS,
    longest_fills,
    problems_in_chinese,
    titles_of,
    typed,
)
from bot.console.articles import in_use
from bot.console.guards import CHECKERS, Route
from bot.console.visit import Visit
from bot.tables import Stale
from bot.web.public import SHELVES
from community.staff import desk as staff
from knowledge_base import revision_desk as revisions
from knowledge_base.article import LEAST_NEAR_MISSES, LEAST_SOURCES, SHORT_BYTES
from knowledge_base.facts import LOCAL_FACTS
from knowledge_base.revision import Forbidden, Revision, Unfit
from knowledge_base.revision_desk import AlreadyOpen
from knowledge_base.typed import LEAST_OWN_VARIANTS, Words, complaints, written

VALID_FOR = timedelta(days=365)
SPARE = 2  # empty rows below the filled ones
MEANWHILE = "还没有保存：您写的时候，同事改了同一篇。您写的都在下面；先看看同事改了什么，再存一次就会盖过去。"
ENDED = "没有保存：这一版已经交上去、发布了或者不用了。您写的都在下面，需要的话先复制出来。"


def blank(visit: Visit) -> ResponseReturnValue:
    """The form of a new article."""
    visit.require_whole()
    today = local(visit.now).date()
    words = Words(body=EMPTY_BODY, reviewed_on=today.isoformat(), valid_until=(today + VALID_FOR).isoformat())
    return _form(visit, words)


def create(visit: Visit) -> ResponseReturnValue:
    """Keep the first draft of a new article."""
    return _begin(visit, revisions.new_slug())


def edit_article(visit: Visit, slug: str) -> ResponseReturnValue:
    """The form of an article in use, or of its revision that is on its way already."""
    visit.require_whole()
    standing = in_use(visit).get(slug)
    if standing is None:
        raise NotFound
    with visit.reading() as conn:
        current = revisions.open_of(conn, slug)
    if current is not None:
        return redirect(url_for("console.articles-revision", revision_id=current.id), 303)
    return _form(visit, written(standing))


def begin(visit: Visit, slug: str) -> ResponseReturnValue:
    """Keep the first draft of a change to an article in use."""
    if slug not in in_use(visit):
        raise NotFound
    return _begin(visit, slug)


def edit(visit: Visit, revision_id: str) -> ResponseReturnValue:
    """The form of a draft, with what is still wrong with it."""
    visit.require_whole()
    with visit.reading() as conn:
        one = revisions.get(conn, revision_id)
    if one.words is None or one.status not in {"draft", "returned"}:
        return redirect(url_for("console.articles-revision", revision_id=one.id), 303)
    return _form(visit, one.words, of=one, wrong=_wrong(visit, one))


def rewrite(visit: Visit, revision_id: str) -> ResponseReturnValue:
    """Keep other words; and hand them in where that was the button."""
    visit.require_whole()
    words, seen = _typed(visit), request.form.get("seen", "")
    try:
        with visit.writing() as conn:
            kept = revisions.rewrite(conn, revision_id, words, actor=visit.account.id,
                                     seen=int(seen) if seen.isdigit() else -1, now=visit.now)  # fmt: skip
            _record(conn, visit, "article-edited", kept)
    except (Stale, Forbidden) as error:
        return _not_kept(visit, words, revision_id, MEANWHILE if isinstance(error, Stale) else ENDED)
    return _kept(visit, kept)


def _begin(visit: Visit, slug: str) -> ResponseReturnValue:
    visit.require_whole()
    words = _typed(visit)
    try:
        with visit.writing() as conn:
            made = revisions.draft(conn, slug, words, actor=visit.account.id, now=visit.now)
            _record(conn, visit, "article-drafted", made)
    except AlreadyOpen as error:
        return _not_kept(visit, words, str(error), MEANWHILE)
    return _kept(visit, made)


def _kept(visit: Visit, one: Revision) -> ResponseReturnValue:
    """It is kept; where it was to be handed in and is not fit, the form comes back."""
    if request.form.get("then") != "submit":
        flash("草稿存好了，还没有提交。", "good")
        return redirect(url_for("console.articles-revision", revision_id=one.id), 303)
    return submit(visit, one)


def submit(visit: Visit, one: Revision) -> ResponseReturnValue:
    """Hand in the revision as it was seen; the form comes back with what is wrong with it."""
    try:
        return visit.attempt(
            lambda conn: _submitted(conn, visit, one), back=url_for("console.articles-revision", revision_id=one.id)
        )
    except Unfit as error:
        assert one.words is not None  # a withdrawal has no words to complain of
        return _form(visit, one.words, of=one, wrong=error.complaints), 422


def _submitted(conn: sa.Connection, visit: Visit, one: Revision) -> str:
    kept = revisions.submit(conn, one.id, shelf=visit.desk.articles(), actor=visit.account.id, seen=one.count,
                            now=visit.now)  # fmt: skip
    _record(conn, visit, "article-submitted", kept)
    return "已提交，等另一个人审核。发布以前，居民看到的还是原来的。"


def _not_kept(visit: Visit, words: Words, revision_id: str, notice: str) -> ResponseReturnValue:
    """What was typed stays on the screen, over what stands now."""
    with visit.reading() as conn:
        standing = revisions.get(conn, revision_id)
    return _form(visit, words, of=standing, notice=notice), 409


def _typed(visit: Visit) -> Words:
    slugs = {title: slug for slug, title in titles_of(visit.desk.articles()).items()}
    return typed(request.form, slugs)


def _wrong(visit: Visit, one: Revision) -> list[str]:
    assert one.words is not None
    return complaints(one.words, slug=one.slug, shelf=visit.desk.articles(), today=local(visit.now).date())


def _record(conn: sa.Connection, visit: Visit, event: str, one: Revision) -> None:
    staff.record(conn, event, actor=visit.account.id, subject=one.id, now=visit.now, slug=one.slug)


def _form(
    visit: Visit, words: Words, *, of: Revision | None = None, wrong: Sequence[str] = (), notice: str = ""
) -> str:
    titles = titles_of(visit.desk.articles())
    near = [(text, titles.get(slug, slug)) for text, slug in words.near_misses]
    near += [("", "")] * max(SPARE, LEAST_NEAR_MISSES - len(near))
    sources = [*words.sources, *[("", "", "")] * max(SPARE, LEAST_SOURCES - len(words.sources))]
    action = url_for("console.article_form-rewrite", revision_id=of.id) if of else request.path
    return visit.page("article_form.html", place="more", typed=words, of=of, action=action, notice=notice, near=near,
                      problems=problems_in_chinese(wrong, words, titles), fields=FIELDS, sources=sources,
                      titles=sorted(titles.values()), shelves=SHELVES, facts=LOCAL_FACTS, fills=longest_fills(),
                      most_short=SHORT_BYTES, least_variants=LEAST_OWN_VARIANTS,
                      least_near=LEAST_NEAR_MISSES, least_sources=LEAST_SOURCES)  # fmt: skip


ROUTES = (
    Route("/knowledge/new", blank, CHECKERS),
    Route("/knowledge/new", create, CHECKERS, ("POST",)),
    Route("/knowledge/articles/<slug>/edit", edit_article, CHECKERS),
    Route("/knowledge/articles/<slug>/edit", begin, CHECKERS, ("POST",)),
    Route("/knowledge/revisions/<revision_id>/edit", edit, CHECKERS),
    Route("/knowledge/revisions/<revision_id>/edit", rewrite, CHECKERS, ("POST",)),
)
