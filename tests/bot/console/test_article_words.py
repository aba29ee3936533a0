"""Whatever the rules of an article say in English has its Chinese, beside its field."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.console.article_words import FIELDS, problems_in_chinese
from knowledge_base.article import problems
from knowledge_base.typed import complaints, read, written
from tests.knowledge_base.shelf import fit_shelf

SHELF = fit_shelf()
FIT = written(SHELF[0])
TITLES = {one.slug: one.title for one in SHELF}
LONG = "这" * 100
BROKEN = {
    "title": {"title": ""},
    "short": {"short": ""},
    "short too long": {"short": LONG * 3},
    "short too long unfilled": {"short": LONG + LONG[:81] + "{{duty_phone}}{{duty_phone}}"},
    "body": {"body": "## 现在就做"},
    "body fact": {"body": FIT.body + "{{nope}}"},
    "short fact": {"short": "打{{nope}}"},
    "few variants": {"variants": "一问"},
    "few near_misses": {"near_misses": FIT.near_misses[:1]},
    "near_misses": {"near_misses": (*FIT.near_misses, ("谁管", "没有这篇"))},
    "variants empty": {"variants": FIT.variants + "\n？？"},
    "variants twice": {"variants": FIT.variants + "\ngas-leak的第1种问法！"},
    "variants clash": {"variants": FIT.variants + "\nlift的第1种问法"},
    "few sources": {"sources": FIT.sources[:1]},
    "sources lack": {"sources": (*FIT.sources, ("", "指南", "2024"))},
    "sources date": {"sources": (*FIT.sources, ("国务院", "指南", "去年"))},
    "sources newer": {"sources": (*FIT.sources, ("国务院", "指南", "2026-11-25"))},
    "valid_until": {"valid_until": "2028-11-20"},
    "valid_until past": {"valid_until": "2026-01-01"},
    "reviewed_on": {"reviewed_on": "昨天"},
    "check": {"check": " "},
    "call": {"call": "12"},
    "call twice": {"call": "119 119"},
}


@pytest.mark.parametrize("what", BROKEN)
def test_every_rule_is_said_in_chinese_beside_its_field(what: str) -> None:
    words = replace(FIT, **BROKEN[what])  # type: ignore[arg-type]
    found = complaints(words, slug="gas-leak", shelf=SHELF, today=date(2026, 11, 28))
    shown = problems_in_chinese(found, words, TITLES)
    field = next(name for name in reversed(FIELDS) if name in what)
    assert set(shown) == {field}
    assert not set(shown[field]) & set(found), "said as it is, in English"
    assert not any("{0" in sentence or "{1" in sentence for sentence in shown[field])


def test_a_rule_that_nobody_has_translated_is_said_all_the_same() -> None:
    assert problems_in_chinese(["something new"], FIT, {}) == {"title": ["something new"]}


def test_the_slug_is_the_programs_own_matter_and_is_said_too() -> None:
    (complaint,) = problems(read(FIT, slug="Not A Slug"), known_slugs=TITLES, least_variants=10)
    assert "维护的人" in problems_in_chinese([complaint], FIT, TITLES)["title"][0]
