"""A revision's course: the table of transitions, and nobody approves their own words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.approval import NotAPerson, Refused, SameHand
from knowledge_base import revision as nouns
from knowledge_base.revision import TRANSITIONS, Forbidden, Revision, Status, Unfit
from knowledge_base.typed import Words, written
from tests.instants import T0, T
from tests.knowledge_base.shelf import fit_shelf

WORDS = written(fit_shelf()[0])
DRAFT = Revision("r1", "gas-leak", "题目", WORDS, Status.DRAFT, ("liu",), T0, T0)
SUBMITTED = nouns.submit(DRAFT, actor="liu", complaints=(), now=T(1))


@pytest.mark.parametrize(
    ("before", "after"), [(a, b) for a in Status for b in Status if b not in TRANSITIONS[a]], ids=str
)
def test_no_way_leads_beside_the_table(before: Status, after: Status) -> None:
    with pytest.raises(Forbidden):
        nouns.move(replace(DRAFT, status=before), after, now=T(1))


def test_another_person_approves_and_it_is_published() -> None:
    reviewed = nouns.approve(SUBMITTED, actor="chen", now=T(2))
    published = nouns.publish(reviewed, snapshot="h", now=T(3))
    assert (published.status, published.snapshot, published.approved_by) == (Status.PUBLISHED, "h", "chen")


@pytest.mark.parametrize(("actor", "error"), [("liu", SameHand), ("wang", SameHand), ("zhao", SameHand),
                                              ("system", NotAPerson), ("", NotAPerson)])  # fmt: skip
def test_neither_author_nor_whoever_changed_or_submitted_it_approves(actor: str, error: type[Exception]) -> None:
    changed = nouns.rewrite(DRAFT, replace(WORDS, short="先走"), actor="wang", now=T(1))
    submitted = nouns.submit(changed, actor="zhao", complaints=(), now=T(2))
    with pytest.raises(error):
        nouns.approve(submitted, actor=actor, now=T(3))


def test_whoever_takes_it_back_has_a_hand_in_it() -> None:
    again = nouns.submit(nouns.reopen(SUBMITTED, actor="chen", now=T(2)), actor="liu", complaints=(), now=T(3))
    with pytest.raises(SameHand):
        nouns.approve(again, actor="chen", now=T(4))


def test_an_approval_by_a_hand_in_it_is_not_published() -> None:
    with pytest.raises(Refused):
        nouns.publish(replace(SUBMITTED, status=Status.REVIEWED, approved_by="liu"), snapshot="h", now=T(3))


def test_what_is_not_fit_is_not_handed_in() -> None:
    with pytest.raises(Unfit) as caught:
        nouns.submit(DRAFT, actor="liu", complaints=["short is empty"], now=T(1))
    assert caught.value.complaints == ("short is empty",)


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.REVIEWED, Status.PUBLISHED, Status.WITHDRAWN])
def test_only_a_draft_or_a_returned_one_is_rewritten(status: Status) -> None:
    with pytest.raises(Forbidden):
        nouns.rewrite(replace(DRAFT, status=status), Words(), actor="liu", now=T(1))


def test_a_withdrawal_makes_no_article_and_has_no_words_to_change() -> None:
    withdrawal = replace(DRAFT, words=None)
    assert withdrawal.article() is None
    with pytest.raises(Forbidden):
        nouns.rewrite(withdrawal, Words(), actor="liu", now=T(1))
