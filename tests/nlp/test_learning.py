"""Figures are ratios of sums; a model that learned is refused where a figure falls beyond noise."""

from __future__ import annotations

import numpy as np
import pytest

from nlp import figures
from nlp.analysis import NOTHING, Analysis, Label
from nlp.corpus import Row
from nlp.emergency import look
from nlp.figures import FIGURES
from nlp.learning import Change, compare, parts, rank
from nlp.taxonomy import Harm, Intent, Need, Urgency


def row(number: int, **labels: object) -> Row:
    """A routine message of small talk, a topic of its own."""
    standing: dict[str, object] = {
        "place": f"x:{number}", "text": f"话{number}", "intent": Intent.CHAT, "need": None,
        "urgency": Urgency.ROUTINE, "claim": False, "harm": None, "topic": f"topic {number}",
    }  # fmt: skip
    return Row(**{**standing, **labels})  # type: ignore[arg-type]


def said(intent: str = "chat", need: str | None = None, urgency: str = "routine", claim: bool = False) -> Analysis:
    """What a model could have said."""
    return Analysis(
        text="",
        emergency=look("着火了") if urgency == "emergency" else None,
        intent=Label(value=intent, best=intent),
        need=Label(value=need, best=need) if need else NOTHING,
        urgency=Urgency(urgency),
        claim=claim,
        claim_score=float(claim),
        harm=Harm.LOW if claim else None,
        places=(),
        parts=(),
        reasons=(),
    )


FIRE = {"intent": Intent.HELP, "need": Need.FIRE, "urgency": Urgency.EMERGENCY}
FOUND, MISSED = said("help", "fire", "emergency"), said("help", "fire")


def change(changes: tuple[Change, ...], name: str) -> Change:
    """The change of one figure."""
    return next(one for one in changes if one.name == name)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("emergencies found", 1 / 2),
        ("emergency false alarms among routine messages", 1 / 3),
        ("needs flagged, F1", 2 * 2 / (3 + 3)),
        ("need category right, of messages with a need", 1 / 3),
        ("intent right", 4 / 5),
        ("claims found", 1.0),
        ("claim false alarms", 1 / 4),
    ],
)
def test_each_figure_is_what_the_report_says_it_is(name: str, expected: float) -> None:
    rows = [
        row(0, **FIRE),
        row(1, **FIRE),
        row(2, intent=Intent.SHARING, claim=True, harm=Harm.LIFE),
        row(3, intent=Intent.HELP, need=Need.MEDICAL),
        row(4),
    ]
    answers = [
        FOUND,
        said("help", None, "urgent"),
        said("sharing", claim=True),
        said("help", "care", "emergency"),
        said("praise", "other", claim=True),
    ]
    figure = next(figure for figure in FIGURES if figure.name == name)
    counts = [figure.counts(one, answer) for one, answer in zip(rows, answers, strict=True)]
    assert float(figures.ratio(np.array(counts).sum(axis=0))) == pytest.approx(expected)


def test_two_models_that_say_the_same_differ_in_nothing() -> None:
    rows = [row(number, **FIRE) for number in range(4)]
    for one in compare(rows, [FOUND] * 4, [FOUND] * 4):
        assert (one.before, one.low, one.high, one.falls) == (one.after, 0.0, 0.0, False)


def test_one_call_missed_among_many_may_be_chance_and_a_tenth_is_not() -> None:
    rows = [row(number, **FIRE) for number in range(60)]
    before = [FOUND] * 60
    once = compare(rows, before, [MISSED] + [FOUND] * 59)
    often = compare(rows, before, [MISSED] * 6 + [FOUND] * 54)
    assert not change(once, "emergencies found").falls
    assert change(often, "emergencies found").falls and change(often, "emergencies found").after == 0.9


def test_messages_of_one_topic_are_one_witness() -> None:
    rows = [row(number, **FIRE, topic="one kitchen" if number < 6 else f"topic {number}") for number in range(60)]
    changes = compare(rows, [FOUND] * 60, [MISSED] * 6 + [FOUND] * 54)
    assert not change(changes, "emergencies found").falls


def test_more_false_alarms_are_a_fall_and_fewer_are_none() -> None:
    rows = [row(number) for number in range(60)]
    calm, alarmed = [said()] * 60, [said(claim=True)] * 10 + [said()] * 50
    assert change(compare(rows, calm, alarmed), "claim false alarms").falls
    better = change(compare(rows, alarmed, calm), "claim false alarms")
    assert not better.falls and better.high < 0


def test_a_figure_that_nothing_counts_for_stands_still() -> None:
    (found, *_) = compare([row(0)], [said()], [said()])
    assert (found.before, found.after, found.falls) == (0.0, 0.0, False)


def test_a_topic_is_held_out_for_good_whatever_else_there_is() -> None:
    rows = [row(number) for number in range(400)]
    seen, held = parts(rows)
    assert 50 < len(held) < 110 and len(seen) + len(held) == 400
    assert parts(rows[:200])[1] == [one for one in held if one in rows[:200]]
    assert {one.topic for one in seen}.isdisjoint(one.topic for one in held)
    assert all(0 <= rank(one.topic) < 1 for one in rows)
