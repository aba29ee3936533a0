"""Training gives the same model for the same rows, and bars that keep false alarms rare."""

from __future__ import annotations

import pytest

from nlp.artefact import Model
from nlp.classify import Reader
from nlp.features import extract
from nlp.normalise import normalise
from nlp.train import CAUTIOUS_BARS, corpus_hash, features_of, train
from tests.corpus import corpus


def test_the_same_rows_give_the_same_model() -> None:
    rows = corpus()[::60]
    assert train(rows).version == train(rows).version


def test_the_corpus_hash_does_not_depend_on_order() -> None:
    rows = corpus()[:50]
    assert corpus_hash(rows) == corpus_hash(rows[::-1])
    assert corpus_hash(rows) != corpus_hash(rows[1:])


def test_every_question_that_must_be_sure_has_its_bars(model: Model) -> None:
    assert model.head("urgency").bars["emergency"] >= 0.4
    assert model.head("claim").bars["true"] >= 0.2
    assert set(model.head("intent").bars.values()) <= set(CAUTIOUS_BARS)


def test_an_unknown_head_is_a_key_error(model: Model) -> None:
    with pytest.raises(KeyError):
        model.head("mood")


def test_what_the_rules_hear_is_a_feature() -> None:
    assert "<danger:fire>" in features_of("着火了")
    assert not any(feature.startswith("<danger") for feature in features_of("停水了"))


def test_a_reader_sees_exactly_the_features_that_were_trained(model: Model) -> None:
    reader, vocabulary = Reader(model), model.vocabulary
    for row in corpus()[::85]:
        text = normalise(row.text)
        seen = set(reader._rows(text, None).tolist())
        assert seen == {vocabulary[feature] for feature in extract(text, danger=None) if feature in vocabulary}
