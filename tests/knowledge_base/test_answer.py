"""What is said to a question: an article, choices, or that nobody knows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import pytest

from knowledge_base.answer import Answers, Choices, Option, Told, Unknown
from knowledge_base.article import Article
from knowledge_base.calibration import Bars
from knowledge_base.search import Findings, Hit
from tests.knowledge_base.shelf import article

TODAY = date(2026, 12, 1)
LATER = date(2027, 11, 21)  # the day after the articles' date


@dataclass(frozen=True)
class FakeSnapshot:
    """A library that always finds the same."""

    findings: Findings
    articles: Mapping[str, Article]
    bars: Bars

    def find(self, text: str, *, limit: int) -> Findings:
        return replace(self.findings, hits=self.findings.hits[:limit])


def answers(*scores: float, covered: float = 0.9, first_aid: bool = False) -> Answers:
    """Articles a, b, c … found with these scores."""
    articles = {slug: article(slug, first_aid=first_aid) for slug in "abcde"}
    hits = [Hit(slug, score, ()) for slug, score in zip("abcde", scores, strict=False)]
    return Answers(FakeSnapshot(Findings(hits, covered), articles, Bars(outright=0.8, choices=0.5)))


def ask(library: Answers, *, today: date = TODAY, adopted: bool = True) -> Told | Choices | Unknown:
    return library.answer("问题", facts={"duty_phone": "80001234"}, today=today, adopted=adopted)


def test_a_sure_article_is_told_with_its_facts_and_source() -> None:
    reply = ask(answers(0.9))
    assert isinstance(reply, Told)
    assert reply.text == "先离开，再打80001234"
    assert reply.source == "来源：《条例》（国务院，2016年2月）"
    assert reply.call == ("119", "燃气公司（电话问12345）")
    assert not reply.stale
    assert not reply.guidance


def test_an_article_that_was_not_adopted_is_guidance() -> None:
    reply = ask(answers(0.9), adopted=False)
    assert isinstance(reply, Told)
    assert reply.guidance


def test_an_unsure_question_gets_up_to_three_likely_choices() -> None:
    titles = [Option(slug, f"题目{slug}") for slug in "abc"]
    assert ask(answers(0.5, 0.2, 0.1, 0.1)) == Choices(tuple(titles))
    assert ask(answers(0.5, 0.2, 0.01)) == Choices(tuple(titles[:2]))


def test_what_probably_nothing_answers_is_unknown() -> None:
    assert ask(answers(0.3, 0.1, covered=0.4)) == Unknown()


def test_the_bar_itself_is_reached() -> None:
    assert isinstance(ask(answers(0.8)), Told)
    assert isinstance(ask(answers(0.79)), Choices)
    assert isinstance(ask(answers(0.79, covered=0.5)), Choices)


@pytest.mark.parametrize("scores", [(0.9, 0.05), (0.5, 0.3)])
def test_an_article_whose_date_has_passed_is_neither_told_nor_offered(scores: tuple[float, ...]) -> None:
    assert ask(answers(*scores), today=LATER) == Unknown()


def test_first_aid_is_told_after_its_date_and_says_since_when() -> None:
    reply = ask(answers(0.9, first_aid=True), today=LATER)
    assert isinstance(reply, Told)
    assert reply.stale
    assert "2026-11-20" in reply.source


def test_an_article_is_told_on_its_last_day() -> None:
    assert isinstance(ask(answers(0.9), today=date(2027, 11, 20)), Told)


def test_an_article_can_be_told_by_its_slug() -> None:
    library = answers(0.1)
    told = library.told("b", facts={}, today=TODAY, adopted=True)
    assert told is not None
    assert told.slug == "b"
    assert library.told("nowhere", facts={}, today=TODAY, adopted=True) is None
    assert library.told("b", facts={}, today=LATER, adopted=True) is None
    assert [one.slug for one in library.articles()] == list("abcde")
