"""Messages about one trouble at one place are one issue; the hottest comes first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from nlp.hot_issues import Voice, issues
from nlp.places import named

T0 = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
SMOKE = [
    "魅力之城小区门口的烧烤摊，油烟熏得窗户不敢开",
    "烧烤摊油烟太大，魅力之城的住户天天关窗",
    "魅力之城楼下烧烤店没有排烟管道，油烟直往家里灌",
    "请管管魅力之城的烧烤油烟，孩子咳嗽一个月了",
]
NOISE = ["搅拌站半夜施工，丽景花园的人睡不着", "丽景花园旁边的搅拌站噪音太大", "丽景花园边上搅拌站又响了一夜"]


def _voices(texts: list[str], *, every: timedelta, start: datetime = T0) -> list[Voice]:
    return [Voice(id=f"{text}{n}", text=text, time=start + n * every) for n, text in enumerate(texts)]


def test_two_troubles_are_two_issues_and_the_larger_one_is_hotter() -> None:
    given = [*_voices(NOISE, every=timedelta(hours=1)), *_voices(SMOKE, every=timedelta(hours=1))]
    first, second = issues(given)
    assert {voice.text for voice in given if voice.id in first.ids} == set(SMOKE)
    assert {voice.text for voice in given if voice.id in second.ids} == set(NOISE)
    assert (first.place, second.place) == ("魅力之城", "丽景花园")


def test_the_same_number_within_a_month_is_hotter_than_over_a_year() -> None:
    slow = _voices(SMOKE[:3], every=timedelta(days=150))
    quick = _voices(NOISE, every=timedelta(days=1))
    assert set(issues([*slow, *quick])[0].ids) == {voice.id for voice in quick}


def test_three_messages_of_one_person_weigh_less_than_three_people() -> None:
    people = [Voice(id=f"p{n}", text=text, writer=f"w{n}") for n, text in enumerate(NOISE)]
    one = [Voice(id=f"o{n}", text=text, writer="w") for n, text in enumerate(SMOKE[:3])]
    assert issues([*one, *people])[0].ids[0].startswith("p")


def test_every_message_is_in_exactly_one_issue_and_none_gives_none() -> None:
    given = _voices([*SMOKE, *NOISE, "谢谢网格员"], every=timedelta(hours=1))
    found = [name for issue in issues(given) for name in issue.ids]
    assert sorted(found) == sorted(voice.id for voice in given)
    assert issues([]) == []
    assert issues([Voice(id="1", text="")])[0].ids == ("1",)


def test_the_title_is_the_first_sentence() -> None:
    alone = issues([Voice(id="1", text="三栋的电梯又停了！昨天修过一次。")])[0]
    assert alone.title == "三栋的电梯又停了"


def test_names_of_places_are_known_by_what_stands_behind_them() -> None:
    assert named("丽景花园旁边的搅拌站") == ("丽景花园", "搅拌站")
    assert "五一广场" in named("从五一广场走到我们小区")
    assert named("我们小区的路不平") == ()
