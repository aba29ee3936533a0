"""Revisions on both databases: one at a time for an article, nothing overwritten by a stale page, a whole history."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from bot.approval import NoAuthority, SameHand
from bot.tables import Stale
from knowledge_base import revision_desk as desk
from knowledge_base.revision import Forbidden, Revision, Status, Unfit
from knowledge_base.typed import Words, written
from tests.instants import T0, T
from tests.knowledge_base.shelf import fit_shelf

SHELF = fit_shelf()
# The shelf's articles are reviewed in November; the tests' clock shows July.
WORDS = replace(written(SHELF[0]), reviewed_on="2026-07-10", valid_until="2027-07-10", sources=(
    ("国务院", "条例", "2016-02"), ("应急管理部", "指南", "2025")))  # fmt: skip


def drafted(conn: sa.Connection, words: Words = WORDS) -> Revision:
    return desk.draft(conn, "gas-leak", words, actor="liu", now=T0)


def submitted(conn: sa.Connection) -> Revision:
    one = drafted(conn)
    return desk.submit(conn, one.id, shelf=SHELF, actor="liu", seen=one.count, now=T(1))


def test_what_was_typed_is_kept_be_it_fit_or_not(conn: sa.Connection) -> None:
    typed = replace(WORDS, short="很" * 900, reviewed_on="不知道", sources=(("只有单位", "", ""),))
    one = drafted(conn, typed)
    assert desk.get(conn, one.id).words == typed
    with pytest.raises(Unfit):
        desk.submit(conn, one.id, shelf=SHELF, actor="liu", seen=one.count, now=T(1))
    assert desk.get(conn, one.id) == one


def test_an_article_has_one_revision_on_its_way(conn: sa.Connection) -> None:
    first = drafted(conn)
    with pytest.raises(desk.AlreadyOpen, match=first.id):
        drafted(conn)
    desk.drop(conn, first.id, actor="liu", why="不改了", now=T(1))
    assert desk.open_of(conn, "gas-leak") is None
    second = drafted(conn)
    assert [one.id for one in desk.of_article(conn, "gas-leak")].count(second.id) == 1
    assert len(desk.of_article(conn, "gas-leak")) == 2


def test_a_stale_page_overwrites_nothing(conn: sa.Connection) -> None:
    one = drafted(conn)
    mine = desk.rewrite(conn, one.id, replace(WORDS, short="先走"), actor="liu", seen=one.count, now=T(1))
    with pytest.raises(Stale):
        desk.rewrite(conn, one.id, WORDS, actor="wang", seen=one.count, now=T(2))
    with pytest.raises(Stale):
        desk.submit(conn, one.id, shelf=SHELF, actor="wang", seen=one.count, now=T(2))
    assert desk.get(conn, one.id) == mine


def test_nobody_approves_words_that_they_have_not_seen(conn: sa.Connection) -> None:
    seen = submitted(conn)
    back = desk.reopen(conn, seen.id, actor="liu", now=T(2))
    other = desk.rewrite(conn, seen.id, replace(WORDS, short="先走"), actor="liu", seen=back.count, now=T(3))
    desk.submit(conn, seen.id, shelf=SHELF, actor="liu", seen=other.count, now=T(4))
    with pytest.raises(Stale):
        desk.approve(conn, seen.id, may_approve=_anybody, actor="chen", seen=seen.count, now=T(5))


def test_the_author_cannot_review_and_an_account_without_the_right_cannot(conn: sa.Connection) -> None:
    one = submitted(conn)
    with pytest.raises(SameHand):
        desk.approve(conn, one.id, may_approve=_anybody, actor="liu", seen=one.count, now=T(2))
    with pytest.raises(NoAuthority):
        desk.approve(conn, one.id, may_approve=lambda _conn, _who: False, actor="chen", seen=one.count, now=T(2))
    assert desk.get(conn, one.id).status is Status.SUBMITTED


def test_the_history_says_who_when_from_to_and_why(conn: sa.Connection) -> None:
    one = submitted(conn)
    desk.give_back(conn, one.id, actor="chen", why="电话不对", now=T(2))
    returned = desk.get(conn, one.id)
    again = desk.rewrite(conn, one.id, WORDS, actor="liu", seen=returned.count, now=T(3))
    again = desk.submit(conn, one.id, shelf=SHELF, actor="liu", seen=again.count, now=T(4))
    desk.approve(conn, one.id, may_approve=_anybody, actor="chen", seen=again.count, now=T(5))
    steps = [(step.at, step.actor, step.was, step.became, step.why) for step in desk.history(conn, one.id)]
    assert steps == [
        (T0, "liu", "", "draft", ""),
        (T(1), "liu", "draft", "submitted", ""),
        (T(2), "chen", "submitted", "returned", "电话不对"),
        (T(3), "liu", "returned", "draft", "edited"),
        (T(4), "liu", "draft", "submitted", ""),
        (T(5), "chen", "submitted", "reviewed", ""),
    ]


def test_withdrawing_an_article_waits_for_a_second_person_too(conn: sa.Connection) -> None:
    one = desk.withdraw_article(conn, SHELF[1], actor="liu", why="重复了", now=T0)
    assert (desk.get(conn, one.id).words, one.status, one.title) == (None, Status.SUBMITTED, SHELF[1].title)
    with pytest.raises(SameHand):
        desk.approve(conn, one.id, may_approve=_anybody, actor="liu", seen=one.count, now=T(1))
    with pytest.raises(Forbidden):
        desk.reopen(conn, one.id, actor="liu", now=T(1))
    assert desk.approve(conn, one.id, may_approve=_anybody, actor="chen", seen=one.count, now=T(1)).article() is None


def test_two_new_articles_get_two_slugs() -> None:
    assert desk.new_slug() != desk.new_slug()


def _anybody(_conn: sa.Connection, _who: str) -> bool:
    return True
