"""An edit that makes an article's own questions miss it does not publish."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from knowledge_base import index, publishing
from knowledge_base.article import Article
from knowledge_base.publishing import Draft
from knowledge_base.revision import Missed
from knowledge_base.search import Snapshot
from knowledge_base.training import TooFewQuestions
from tests.knowledge_base.shelf import article, beside, shelf


@pytest.fixture(scope="module")
def current(snapshot_file: Path) -> Snapshot:
    return Snapshot.open(snapshot_file)


def with_variant(slug: str, text: str) -> list[Article]:
    """The shelf with one more variant of that article."""
    return [replace(one, variants=(*one.variants, text)) if one.slug == slug else one for one in shelf()]


def test_every_question_of_the_shelf_finds_its_article(current: Snapshot) -> None:
    assert publishing.missed(current, shelf()) == []


def test_a_question_that_no_longer_finds_its_article_is_named_with_what_it_finds(current: Snapshot) -> None:
    stranger = article("stranger", "厨房有煤气味道")
    (missed,) = publishing.missed(current, [*shelf(), stranger])
    assert (missed.slug, missed.text) == ("stranger", "厨房有煤气味道")
    assert missed.found[0] == "gas-leak"


def test_an_edit_whose_questions_all_find_it_is_a_snapshot_fit_to_publish(current: Snapshot, tmp_path: Path) -> None:
    edited = with_variant("gas-leak", "燃气灶漏气了有股味")
    made = publishing.draft(edited, folder=tmp_path, out_of_scope=beside(), current=current)
    assert made.fit_to_publish
    assert Snapshot.open(made.path).search("燃气灶漏气了有股味")[0].slug == "gas-leak"


def test_a_draft_with_a_missed_question_is_not_fit_to_publish(tmp_path: Path) -> None:
    assert not Draft(tmp_path, (Missed("gas-leak", "漏气了", ("pets",)),)).fit_to_publish


def test_a_question_that_was_missed_before_is_not_held_against_the_edit(snapshot_file: Path, tmp_path: Path) -> None:
    edited = [*shelf(), article("stranger", *(one.variants[0] for one in shelf()))]
    before = Snapshot.open(index.build(edited, folder=tmp_path, out_of_scope=beside()))
    candidate = Snapshot.open(snapshot_file)
    all_missed = publishing.missed(candidate, edited)
    newly = publishing.missed(candidate, edited, current=before)
    assert {one.text for one in newly} <= {one.text for one in all_missed}
    assert all(one.slug in {hit.slug for hit in before.search(one.text, 3)} for one in newly)
    assert publishing.missed(candidate, edited, current=candidate) == all_missed


def test_a_shelf_too_small_to_learn_from_makes_no_draft(tmp_path: Path) -> None:
    with pytest.raises(TooFewQuestions):
        publishing.draft([article("alone", "一个问题")], folder=tmp_path, out_of_scope=beside())
