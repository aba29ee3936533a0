"""The shipped model reads messages by another writer about as well as it did when it was accepted."""

from __future__ import annotations

from pathlib import Path

import pytest

from nlp import artefact, figures
from nlp.commands import MODEL
from nlp.corpus.unseen import read_unseen
from nlp.evaluate import Verdict, by_another
from nlp.figures import FIGURES
from tests.corpus import corpus

LEAST = {
    "emergencies found": 0.88,
    "needs flagged, F1": 0.90,
    "need category right, of messages with a need": 0.87,
    "intent right": 0.87,
    "claims found": 0.86,
}
MOST = {"emergency false alarms among routine messages": 0.03, "claim false alarms": 0.04}


@pytest.fixture(scope="module")
def verdicts() -> list[Verdict]:
    return by_another(artefact.load(Path(MODEL)))


@pytest.mark.parametrize("figure", FIGURES, ids=lambda figure: figure.name)
def test_no_figure_has_fallen(verdicts: list[Verdict], figure: figures.Figure) -> None:
    counts = [figure.counts(verdict.row, verdict.said) for verdict in verdicts]
    value = float(figures.ratio(figures.by_topic(counts, [verdict.row.topic for verdict in verdicts]).sum(axis=0)))
    assert LEAST.get(figure.name, 0.0) <= value <= MOST.get(figure.name, 1.0)


def test_an_acceptable_label_is_right_and_the_best_stands_where_none_was_said() -> None:
    message = next(one for one in read_unseen() if len(one.intent) > 1)
    assert message.as_row(intent=message.intent[1], need=None).intent == message.intent[1]
    assert message.as_row(intent="nonsense", need=None).intent == message.intent[0]


def test_none_of_them_is_in_the_corpus() -> None:
    taught = {row.text for row in corpus()}
    assert not [one.text for one in read_unseen() if one.text in taught]
