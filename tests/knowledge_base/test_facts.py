"""Local facts in an article's text."""

from __future__ import annotations

import pytest

from knowledge_base.facts import EXAMPLES, FACTS, fill, unknown_facts


def test_a_fact_stands_where_the_article_names_it() -> None:
    assert fill("打{{gas_phone}}或{{ duty_phone }}", {"gas_phone": "96777", "duty_phone": "1"}) == "打96777或1"


@pytest.mark.parametrize("name", FACTS)
def test_a_fact_that_is_not_filled_in_says_whom_to_ask(name: str) -> None:
    for facts in ({}, {name: " "}):
        said = fill(f"找{{{{{name}}}}}", facts)
        assert said.startswith("找")
        assert len(said) > 2
        assert "{" not in said


def test_there_are_fifteen_facts_with_an_example_each() -> None:
    assert len(FACTS) == 15
    assert EXAMPLES.keys() == FACTS.keys()


def test_a_misspelt_fact_is_found() -> None:
    assert unknown_facts("{{duty_phone}} {{nope}} }}") == ["nope", "}}"]
