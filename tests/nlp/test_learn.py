"""A model that learns from people keeps nothing that only one of them says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nlp.artefact import Model
from nlp.corpus import BadCorpus, Row, line_of, read_lines
from nlp.learn import model_of
from tests.corpus import corpus

CORPUS = corpus()[::160]
NAME = "欧阳菡萏"


def taught(voice: str, *texts: str) -> list[Row]:
    """Messages of one person, corrected to a need."""
    pattern = next(row for row in CORPUS if row.need is not None)
    return [replace(pattern, text=text, topic=voice, place=f"message:{text}") for text in texts]


def features(model: Model) -> str:
    """Everything of words that a model holds."""
    return " ".join(model.vocabulary)


@pytest.fixture(scope="module")
def lone() -> Model:
    """A model taught by one person who says the same things again and again."""
    return model_of(CORPUS, taught("voice-1", f"我是{NAME}，来人", f"{NAME}家里有事", f"还是{NAME}"))


def test_what_one_person_alone_says_is_not_in_the_model(lone: Model) -> None:
    assert "欧阳" not in features(lone) and "菡" not in features(lone)


def test_what_two_people_say_is_and_what_the_corpus_says_stays(lone: Model) -> None:
    both = model_of(CORPUS, [*taught("voice-1", f"我是{NAME}，来人"), *taught("voice-2", f"找{NAME}")])
    assert "欧阳" in features(both)
    assert set(model_of(CORPUS, []).vocabulary) <= set(lone.vocabulary)


def test_what_is_left_out_leaves_the_model_whole(lone: Model) -> None:
    assert sorted(lone.vocabulary.values()) == list(range(len(lone.weights)))
    assert len(lone.idf) == len(lone.weights)


def test_a_model_says_what_it_learned_from_without_naming_anybodys_words(lone: Model) -> None:
    assert lone.about["corrections"] == "3"
    assert lone.about["corpus"] == model_of(CORPUS, []).about["corpus"]


def test_rows_travel_as_lines() -> None:
    rows = CORPUS[:5]
    back = read_lines([line_of(row) for row in rows], name="x")
    assert [replace(row, place="") for row in back] == [replace(row, place="") for row in rows]
    with pytest.raises(BadCorpus, match="x:1"):
        read_lines(['{"text": "早"}'], name="x")
