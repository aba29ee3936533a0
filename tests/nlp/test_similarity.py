"""A rumour is known again in other words, and is not taken for one that says something else."""

from __future__ import annotations

import pytest

from nlp.normalise import normalise
from nlp.similarity import SYNONYMS, Known, similarity, synonyms, views

BAR = 0.55
"""Where `community.needs` joins two troubles of one building."""

SAME = [
    ("明天全城停水三天", "听说明天全市要停水三天，是真的吗"),
    ("喝白酒能杀死新冠病毒", "群里说喝白酒可以杀病毒，真的假的"),
    ("三栋有个人贩子抢孩子", "3号楼有人贩子抢小孩，大家小心"),
    ("板蓝根可以预防流感", "吃板蓝根能防流感吗"),
    ("社区要把老人的医保卡收上去", "说社区要收老人医保卡"),
    ("煤气公司上门收检测费200元", "燃气公司的人上门收200块检测费"),
    ("隔壁小区有登革热死了人", "听我同事讲隔壁小区登革热死人了"),
    ("五号楼电梯坏了", "5栋电梯坏了没人修"),
]
OTHER = [
    ("明天全城停水三天", "明天全城停水五天"),
    ("明天全城停水三天", "明天全城停电三天"),
    ("三栋有个人贩子抢孩子", "8栋有人贩子抢孩子"),
    ("社区要涨物业费", "社区说物业费要降"),
    ("板蓝根可以预防流感", "板蓝根不能预防流感"),
    ("明天封路", "演练通知：明天封路演练"),
    ("三栋着火", "官方辟谣：三栋没有着火"),
    ("超市的盐要断货了", "超市的米要断货了"),
    ("五号楼电梯坏了", "五号楼路灯坏了"),
    ("电梯老是坏", "物业费太贵"),
]


@pytest.mark.parametrize(("known", "text"), SAME)
def test_the_same_statement_in_other_words_is_alike(known: str, text: str) -> None:
    assert similarity(known, text) >= BAR


@pytest.mark.parametrize(("known", "text"), OTHER)
def test_another_number_place_thing_or_a_denial_is_not_alike(known: str, text: str) -> None:
    assert similarity(known, text) < BAR


@pytest.mark.parametrize(("one", "two"), [*SAME, *OTHER])
def test_likeness_is_symmetric_and_bounded(one: str, two: str) -> None:
    assert similarity(one, two) == pytest.approx(similarity(two, one))
    assert 0.0 <= similarity(one, two) <= 1.0


def test_a_text_is_like_itself() -> None:
    assert similarity("明天停水", "明天停水") == pytest.approx(1.0)


def test_the_right_one_of_many_is_ranked_first() -> None:
    known = Known([(str(number), statement) for number, (statement, _) in enumerate(SAME)])
    for number, (_, text) in enumerate(SAME):
        assert known.rank(text)[0].id == str(number)


def test_where_nothing_is_known_nothing_is_found() -> None:
    assert Known([]).rank("明天停水") == []


NAMES = [("水管没水了", "家里停水"), ("菜贵了好多", "蔬菜涨价"), ("细路唔见咗", "孩子走失")]


@pytest.mark.parametrize(("one", "two"), NAMES)
def test_other_names_of_one_thing_are_seen_as_one(one: str, two: str) -> None:
    assert views(normalise(one))[3].keys() & views(normalise(two))[3].keys()


def test_the_longer_name_counts() -> None:
    assert "停电" not in synonyms().things("没电梯")


def test_every_word_stands_for_one_thing_only() -> None:
    lines = [line.split() for line in SYNONYMS.read_text(encoding="utf-8").splitlines() if line[:1] not in {"#", ""}]
    words = [word for line in lines for word in line]
    assert len(words) == len(set(words))
    assert all(len(line) > 1 for line in lines)
    assert min(map(len, words)) > 1


def test_ranking_is_best_first_and_bounded() -> None:
    known = Known([("a", "电梯坏了"), ("b", "电梯坏了没人修"), ("c", "停水了")])
    ranked = known.rank("电梯坏了", limit=2)
    assert [match.id for match in ranked] == ["a", "b"]
    assert ranked[0].score >= ranked[1].score
