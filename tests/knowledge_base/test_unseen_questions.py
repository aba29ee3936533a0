"""The shipped snapshot, asked as residents ask: dialect, scenes and symptoms, no word of a title.

`unseen.jsonl` holds questions that are no variants of any article, one for each of the catalogue, and messages that
nothing answers (slug null). They must never be moved into the articles or into out_of_scope.jsonl.
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from knowledge_base import index
from knowledge_base.article import question_key
from knowledge_base.catalogue import ARTICLES, read_catalogue
from knowledge_base.importer import article_files, read_article
from knowledge_base.search import Snapshot

UNSEEN = Path(__file__).with_name("unseen.jsonl")
SHIPPED = Path("var/shipped/knowledge.sqlite")


@pytest.fixture(scope="module")
def shipped() -> Snapshot:
    if not SHIPPED.exists():
        message = f"{SHIPPED} is not built: run `make setup`"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return Snapshot.open(SHIPPED)


def questions() -> list[tuple[str | None, str]]:
    """Slug (None for what nothing answers) and text."""
    lines = [json.loads(line) for line in UNSEEN.read_text("utf-8").splitlines()]
    return [(line["slug"], line["text"]) for line in lines]


def test_nearly_every_unseen_question_finds_its_article_first(shipped: Snapshot) -> None:
    missed = [text for slug, text in questions() if slug and shipped.search(text)[0].slug != slug]
    assert len(missed) <= 9, missed


def test_an_unseen_question_s_article_is_among_three(shipped: Snapshot) -> None:
    asked = [(slug, text) for slug, text in questions() if slug]
    missed = [text for slug, text in asked if slug not in {hit.slug for hit in shipped.search(text, 3)}]
    assert len(missed) <= 3, missed


def test_hardly_anything_is_told_that_does_not_answer(shipped: Snapshot) -> None:
    first = [(slug, text, shipped.search(text)[0]) for slug, text in questions()]
    told = [(slug, text, hit) for slug, text, hit in first if hit.score >= shipped.bars.outright]
    wrong = [text for slug, text, hit in told if slug and hit.slug != slug]
    leaked = [text for slug, text, _ in told if slug is None]
    assert len(wrong) <= 3, wrong
    assert len(leaked) <= 4, leaked
    assert len(told) >= 50


def test_the_unseen_questions_cover_the_catalogue_and_stand_nowhere_else() -> None:
    assert {slug for slug, _ in questions() if slug} == set(read_catalogue().slugs)
    articles = [read_article(file) for file in article_files([ARTICLES])]
    seen = {question_key(text) for one in articles for text in one.variants}
    seen |= {question_key(message.text) for message in index.read_out_of_scope()}
    assert not [text for _, text in questions() if question_key(text) in seen]
