"""A rumour that perhaps repeats another: shown with its reasons, joined or kept apart with one button, and audited."""

from __future__ import annotations

import pytest

from community.rumours import desk as rumours
from community.rumours.rumour import Likeness, Rumour, Status
from community.staff import desk as staff
from tests.bot.console.house import House, Person, rumour


@pytest.fixture
def two(house: House) -> tuple[Rumour, Rumour]:
    """The second one perhaps repeats the first."""
    first = rumour(house)
    second = rumour(house, "水库要放水三次", match=Likeness(perhaps=first.id, chance=0.46, reasons=("数目不一样",)))
    return first, second


def now(house: House, one: Rumour) -> Rumour:
    with house.engine.connect() as conn:
        return rumours.get(conn, one.id)


def test_the_page_the_list_and_today_say_what_it_perhaps_repeats(liu: Person, two: tuple[Rumour, Rumour]) -> None:
    first, second = two
    said = f"可能和 {first.number} 是同一件（相似 46%：数目不一样）"
    for path in (f"/console/rumours/{second.id}", "/console/rumours"):
        page = liu.read(path)
        assert said in page and page.count("并到那一件") == page.count("不是同一件") == 1
    today = liu.read("/console/")
    assert said in today and "看是不是同一件" in today
    assert "并到那一件" not in liu.read(f"/console/rumours/{first.id}")


def test_one_button_joins_them_and_the_first_leads_on(house: House, liu: Person, two: tuple[Rumour, Rumour]) -> None:
    first, second = two
    liu.send(f"/console/rumours/{second.id}/check/join", into=first.id)
    assert now(house, second).status is Status.JOINED
    page = liu.read(f"/console/rumours/{second.id}")
    assert f'已并到 <a href="/console/rumours/{first.id}">{first.number}</a>' in page
    assert "和 " + first.number + " 是同一件事" in page and "我来核实" not in page
    assert f"{second.number} 并进来了" in liu.read(f"/console/rumours/{first.id}")
    assert any(first.number in text for text in house.news())
    with house.engine.connect() as conn:
        (entry,) = [one for one in staff.audited(conn) if one.event == "rumour-joined"]
    assert (entry.subject, entry.details) == (second.id, {"into": first.number})


def test_it_is_joined_by_hand_to_any_that_is_open(house: House, liu: Person) -> None:
    first, second = rumour(house), rumour(house, "米要断货")
    assert f'<option value="{first.id}">' in liu.read(f"/console/rumours/{second.id}")
    liu.send(f"/console/rumours/{second.id}/check/join", into=first.id)
    assert now(house, second).joined_into == first.id


def test_not_the_same_takes_the_suggestion_away(house: House, liu: Person, two: tuple[Rumour, Rumour]) -> None:
    _, second = two
    liu.send(f"/console/rumours/{second.id}/check/apart")
    assert "可能和" not in liu.read(f"/console/rumours/{second.id}")
    assert now(house, second).status is Status.REPORTED
    with house.engine.connect() as conn:
        assert "rumour-kept-apart" in {one.event for one in staff.audited(conn)}
    liu.send(f"/console/rumours/{second.id}/check/apart")
    assert "别人刚改过" in liu.read("/console/rumours")


def test_nobody_joins_into_what_is_not_there_or_not_theirs(
    house: House, liu: Person, zhao: Person, two: tuple[Rumour, Rumour]
) -> None:
    first, second = two
    assert liu.send(f"/console/rumours/{second.id}/check/join", into="nothing").status_code == 404
    assert zhao.send(f"/console/rumours/{second.id}/check/join", into=first.id).status_code == 404
    assert now(house, second).status is Status.REPORTED


def test_whoever_only_reads_is_offered_no_button(house: House, two: tuple[Rumour, Rumour]) -> None:
    _, second = two
    page = house.client("linna").read(f"/console/rumours/{second.id}")
    assert "可能和" in page and "并到那一件" not in page
