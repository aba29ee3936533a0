"""The reviewer sees exactly what changed."""

from __future__ import annotations

from dataclasses import replace

from knowledge_base.changes import Line, changes
from tests.knowledge_base.shelf import fit_shelf

OLD = fit_shelf()[0]


def marks(lines: tuple[Line, ...]) -> list[tuple[str, str]]:
    return [(line.mark, "".join(text for _, text in line.parts)) for line in lines]


def test_the_same_article_has_no_changes() -> None:
    assert changes(OLD, OLD, titles={}) == []


def test_a_changed_line_is_shown_old_and_new_with_the_difference_marked() -> None:
    (change,) = changes(OLD, replace(OLD, short="先离开，马上打{{duty_phone}}"), titles={})
    gone, new = change.lines
    assert (change.field, gone.mark, new.mark) == ("short", "-", "+")
    assert [text for marked, text in gone.parts if marked] == ["再"]
    assert [text for marked, text in new.parts if marked] == ["马上"]


def test_lines_that_stay_are_counted_and_not_listed() -> None:
    (change,) = changes(OLD, replace(OLD, variants=(*OLD.variants, "又一种问法")), titles={})
    assert marks(change.lines) == [("…", "9"), ("", "gas-leak的第9种问法"), ("+", "又一种问法")]


def test_every_field_of_an_article_is_compared() -> None:
    new = fit_shelf()[1]
    other = replace(new, first_aid=True, category=next(c for c in type(OLD.category) if c != OLD.category), body="别的",
                    call=(), short="别的", sources=(), reviewed_on=OLD.valid_until, valid_until=OLD.reviewed_on,
                    check=replace(OLD.check, note="别的"))  # fmt: skip
    assert {change.field for change in changes(OLD, other, titles={})} == {
        *("title", "category", "first_aid", "short", "body", "sources", "call", "variants", "near_misses"),
        *("reviewed_on", "valid_until", "check"),
    }


def test_a_new_article_comes_whole_and_a_withdrawn_one_goes_whole() -> None:
    for before, after, mark in ((None, OLD, "+"), (OLD, None, "-")):
        found = changes(before, after, titles={"dog-bite": "被狗咬了"})
        assert {line.mark for change in found for line in change.lines} == {mark}
        near = next(change for change in found if change.field == "near_misses")
        assert marks(near.lines)[0][1] == "“gas-leak像dog-bite的第0问” → 被狗咬了"
