"""A message is filed under the rumour that it repeats, and not under one that it denies, announces or remembers."""

from __future__ import annotations

import numpy as np
import pytest

from nlp.artefact import Differences, Judge, Model, Scale
from nlp.claim_matching import AGAINST, ALIKE, TOLD, Matcher, candidate, differing, log_odds
from nlp.classify import Reader
from nlp.corpus.pairs import Kind, Rumour, Rumours, Telling, read_rumours
from nlp.normalise import normalise
from nlp.similarity import Known

KNOWN = [
    ("a", "自来水厂被污染，全城停水三天"),
    ("b", "打了疫苗会得白血病"),
    ("c", "超市的盐要断货了"),
    ("d", "今晚上游开闸泄洪，小区一楼要全淹"),
]
AGAIN = [
    ("a", "听说水厂让人污染了，全城要停水三天，是真的吗"),
    ("b", "我同学说打疫苗会得白血病，你们别打"),
    ("c", "超市的盐要断货了赶紧去买"),
    ("d", "上游今晚开闸泄洪，一楼要全淹，快把东西搬上去"),
]
ANOTHER = [
    ("a", "供水公司通知：水厂检修，明天停水半天"),
    ("b", "疾控中心辟谣，打疫苗不会得白血病"),
    ("d", "明天上游开闸泄洪演练，一楼居民不用搬"),
    (None, "食堂几点开饭"),
]


@pytest.fixture(scope="module")
def matcher(matching_model: Model) -> Matcher:
    return Matcher(KNOWN, Reader(matching_model))


def test_what_is_told_again_in_other_words_is_nearer_than_what_denies_or_announces(matcher: Matcher) -> None:
    again = [matcher.nearest(text) for _, text in AGAIN]
    assert [found.id for found in again if found] == [one for one, _ in AGAIN]
    chances = {found.id: found.chance for found in again if found}
    for name, text in ANOTHER:
        found = matcher.nearest(text)
        assert found is None or not found.same, text
        assert name is None or found is None or found.chance < chances[name], text


@pytest.mark.parametrize(("text", "words"), [(ANOTHER[1][1], "辟谣"), (ANOTHER[2][1], "演练")])
def test_staff_are_told_what_speaks_against(matcher: Matcher, text: str, words: str) -> None:
    found = matcher.nearest(text)
    assert found is not None
    assert any(words in reason for reason in found.against)


def test_nothing_known_and_nothing_shared_give_no_candidate(matcher: Matcher) -> None:
    assert Matcher([], None).nearest("明天停水") is None
    assert matcher.nearest("🙂") is None


def test_without_a_model_cautious_likeness_decides() -> None:
    plain = Matcher(KNOWN, None)
    same = plain.nearest("超市的盐要断货了")
    denied = plain.nearest("辟谣：超市的盐要断货了是假的")
    assert same is not None
    assert same.same
    assert denied is not None
    assert not denied.same


def test_likeness_never_speaks_against_and_contradictions_never_for(matching_model: Model) -> None:
    judge = matching_model.judge
    assert judge is not None
    assert all(judge.told.weights[name] <= 0 for name in AGAINST)
    assert all(judge.about.weights[name] >= 0 for name in ALIKE)
    assert judge.told.weights[TOLD] > 0
    assert 0 < judge.suggest <= judge.answer < 1


def test_a_scale_weighs_its_clues() -> None:
    scale = Scale(weights={"x": 2.0}, bias=-1.0)
    assert scale.chance({"x": 0.5}) == pytest.approx(0.5)
    assert scale.chance({"x": 1e9}) == pytest.approx(1.0)


def test_what_is_alike_and_not_told_repeats_nothing_and_the_other_way_round() -> None:
    differences = Differences(vocabulary={}, votes=np.zeros(0, np.float32), idf=np.zeros(0, np.float32), bias=0.0)
    about, told = (Scale(weights={name: 9.0}, bias=0.0) for name in ("about", "told"))
    judge = Judge(differences=differences, about=about, told=told, suggest=0.3, answer=0.6)
    assert judge.chance({"about": 1, "told": 1}) > 0.9
    assert judge.chance({"about": 1, "told": -1}) < 0.01
    assert judge.chance({"about": -1, "told": 1}) < 0.01


def test_differences_are_what_one_says_and_the_other_does_not() -> None:
    found = differing("明天停水", "今天停水")
    assert "+/明天" in found and "-/今天" in found
    assert "+/停水" not in found and "-/停水" not in found


def test_differences_speak_for_and_against() -> None:
    votes, idf = np.array([1.5, -3.0], np.float32), np.ones(2, np.float32)
    differences = Differences(vocabulary={"+/听说": 0, "+/辟谣": 1}, votes=votes, idf=idf, bias=0.1)
    assert differences.score({"+/听说"}) == pytest.approx(1.6)
    assert differences.score({"+/从来没有见过"}) == pytest.approx(0.1)
    assert differences.against({"+/听说", "+/辟谣"}, most=3) == ["+/辟谣"]


def test_the_clues_say_how_much_of_the_statement_is_covered() -> None:
    known = Known(KNOWN)
    found = candidate(known, normalise("超市的盐要断货了"))
    assert found is not None
    number, clues = found
    assert known.ids[number] == "c"
    assert clues["covers"] == pytest.approx(1.0)
    assert clues["lead"] > 0
    assert not clues["denied"]


def test_chances_a_hair_from_certain_stay_finite() -> None:
    assert log_odds(0.0) == pytest.approx(-log_odds(1.0))
    assert log_odds(0.5) == pytest.approx(0.0)


def test_the_shipped_pairs_are_whole_and_written_once() -> None:
    rumours = read_rumours()
    texts = [one.text for one in rumours.messages]
    assert len(texts) == len(set(texts))
    kinds = [one.kind for one in rumours.messages]
    assert kinds.count(Kind.PARAPHRASE) > 3000
    assert kinds.count(Kind.NEAR_MISS) > 3000


def test_a_message_of_no_known_rumour_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "known.jsonl").write_text('{"id": "a", "text": "x", "subject": "s"}', encoding="utf-8")
    line = '{"text": "y", "kind": "paraphrase", "of": "b", "subject": "s"}'
    (tmp_path / "messages.jsonl").write_text(line, encoding="utf-8")
    with pytest.raises(ValueError, match="y"):
        read_rumours(tmp_path)
    assert Rumours([Rumour(id="a", text="x", subject="s")], [Telling(text="y", kind=Kind.OTHER, of=None, subject="s")])
