"""Normalising, cutting, places and requests: the ways in which people write."""

from __future__ import annotations

import jieba  # type: ignore[import-untyped]  # jieba ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.features import numbers_of, run_of
from nlp.normalise import normalise
from nlp.places import places
from nlp.segment import known_words, own_words, search_tokens, words
from nlp.split import split
from tests.corpus import corpus


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("３號樓電梯壞了！！！！", "3号楼电梯坏了!"),
        ("啊啊啊啊停水了[捂脸]", "啊停水了"),
        ("停\u200b水\ufeff了", "停水了"),
        ("  多   空格\n换行 ", "多 空格 换行"),
        ("7-1-602", "7-1-602"),
        ("樓下著火了，效果顯著", "楼下着火了,效果显著"),
    ],
)
def test_writing_is_made_one(written: str, read: str) -> None:
    assert normalise(written) == read


@pytest.mark.parametrize("text", ["３號樓！！！", "啊啊啊啊", "[捂脸]停水", "7-1-602 ，， 。。。"])
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_the_projects_own_words_stay_whole() -> None:
    assert "网格员" in words("网格员电话多少")
    assert "一氧化碳" in words("一氧化碳中毒怎么办")
    assert len(own_words()) > 200


def test_search_tokens_hold_the_shorter_words_too() -> None:
    assert {"氧化碳", "一氧化碳"} <= set(search_tokens("一氧化碳中毒"))


def test_known_words_lie_on_the_path_that_jieba_takes() -> None:
    dictionary = jieba.Tokenizer()
    dictionary.initialize()
    for word, frequency in own_words():
        dictionary.add_word(word, frequency)
    for row in corpus()[::68]:
        text = normalise(row.text)
        path = [word for word in dictionary.cut(text, HMM=False) if len(word) > 1 and not word.isascii()]
        assert [word for word in known_words(text) if not word.isascii()] == path


@pytest.mark.parametrize(
    ("text", "building", "unit", "room"),
    [
        ("3栋2单元1204漏水", "3", "2", "1204"),
        ("三号楼停水", "3", None, None),
        ("我住7-1-602", "7", "1", "602"),
        ("十二幢电梯坏了", "12", None, None),
        ("3#2单元没电", "3", "2", None),
        ("二十一栋503", "21", None, "503"),
        ("11栋2-803漏水", "11", "2", "803"),
        ("B座1204", "B", None, "1204"),
        ("12号602室", "12", None, "602"),
        ("3单元602", None, "3", "602"),
    ],
)
def test_places_are_read_in_all_writings(text: str, building: str | None, unit: str | None, room: str | None) -> None:
    (place,) = places(text)
    assert (place.building, place.unit, place.room) == (building, unit, room)


@pytest.mark.parametrize(
    "text",
    ["13800138000", "2024-11-02停水", "3号下午开会", "5-100元", "明天3-5点", "2026年3月5日", "一共120元"],
)
def test_dates_times_numbers_and_prices_are_no_places(text: str) -> None:
    assert places(text) == ()


def test_two_places_come_in_order() -> None:
    assert [place.building for place in places("三栋和5号楼都停水")] == ["3", "5"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("停水了", 1),
        ("我家停水了,另外楼下路灯也坏了,麻烦来看看", 2),
        ("1.电梯坏了没人修 2.楼道灯不亮了 3.想问低保怎么办理", 3),
        ("楼道灯坏了,还有就是请问疫苗哪里打", 2),
        ("3.5元一斤的菜太贵了", 1),
    ],
)
def test_requests_are_parted_where_a_new_one_begins(text: str, parts: int) -> None:
    assert len(split(text)) == parts


@given(st.text(st.characters(exclude_characters="\x00", exclude_categories=("Cs",)), min_size=1, max_size=3))
def test_a_run_of_characters_comes_back_from_its_number(run: str) -> None:
    (number,) = numbers_of([run]).tolist()
    assert run_of(number) == run
