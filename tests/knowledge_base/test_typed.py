"""What is typed is kept as it is; what keeps it from being told is said in the sentences of the article's rules."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from knowledge_base.catalogue import ARTICLES
from knowledge_base.importer import load_articles
from knowledge_base.typed import Words, complaints, read, written
from tests.knowledge_base.shelf import fit_shelf

TODAY = date(2026, 11, 28)
SHELF = fit_shelf()
WORDS = written(SHELF[0])


def wrong(words: Words) -> list[str]:
    return complaints(words, slug="gas-leak", shelf=SHELF, today=TODAY)


def test_every_shipped_article_comes_out_of_the_form_as_it_went_in() -> None:
    for one in load_articles(ARTICLES):
        kept = replace(one, short=one.short.strip(), check=replace(one.check, on=one.reviewed_on))
        assert read(written(one), slug=one.slug) == kept


def test_a_fit_article_has_nothing_to_complain_of() -> None:
    assert wrong(WORDS) == []


def test_numbers_may_stand_in_one_line_and_questions_stand_one_to_a_line() -> None:
    typed = replace(WORDS, call="119、{{gas_phone}}", variants=" 一问 \n\n二问\n")
    article = read(typed, slug="gas-leak")
    assert (article.call, article.variants) == (("119", "{{gas_phone}}"), ("一问", "二问"))


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"reviewed_on": "去年"}, "reviewed_on must be a day that has been"),
        ({"reviewed_on": "2026-11-29"}, "reviewed_on must be a day that has been"),
        ({"valid_until": ""}, "valid_until must be a day to come"),
        ({"valid_until": "2026-11-27"}, "valid_until must be a day to come"),
        ({"short": ""}, "short is empty"),
        ({"near_misses": (*WORDS.near_misses, ("谁", "nowhere"))}, "near miss “谁” names “nowhere”"),
        ({"variants": WORDS.variants + "\nlift的第1种问法"}, "“lift的第1种问法” is claimed for"),
    ],
)
def test_what_cannot_be_told_is_said(values: dict[str, object], complaint: str) -> None:
    found = wrong(replace(WORDS, **values))
    assert len(found) == 1 and found[0].startswith(complaint), found


def test_all_that_is_wrong_is_said_at_once() -> None:
    assert len(wrong(Words())) > 6
