"""Who is meant, and by which route each would be reached."""

from __future__ import annotations

from datetime import timedelta

import pytest

from broadcasts import audience
from broadcasts.audience import (
    AmbiguousBuilding,
    Audience,
    Means,
    NoSuchBuilding,
    NotUnderstood,
    Route,
    parse_buildings,
)
from tests.broadcasts.notices import person
from tests.instants import T0

BUILDINGS = {str(number): [f"c.b{number}"] for number in (*range(1, 14), *range(15, 31))}
BUILDINGS |= {"A": ["c.ba"], "99": ["c.g1.b99", "c.g2.b99"]}
MEANS = {"official": Means(push=True, template=False), "simulator": Means(push=True, template=False, window=None)}


@pytest.mark.parametrize(
    ("words", "numbers"),
    [
        ("3号楼", [3]),
        ("3-5号楼、30栋", [3, 4, 5, 30]),
        ("３－５", [3, 4, 5]),
        ("1、2，5幢", [1, 2, 5]),
        ("12号楼至16号楼", [12, 13, 15, 16]),
        ("3~4 和 3号", [3, 4]),
        ("05栋", [5]),
    ],
)
def test_buildings_are_understood_as_staff_write_them(words: str, numbers: list[int]) -> None:
    assert parse_buildings(words, BUILDINGS) == tuple(f"c.b{number}" for number in numbers)


def test_a_range_ends_where_it_says() -> None:
    assert len(parse_buildings("3-27号楼", BUILDINGS)) == 24  # there is no 14
    assert "c.b30" not in parse_buildings("3-27号楼", BUILDINGS)


def test_a_letter_is_a_number_too() -> None:
    assert parse_buildings("a栋", BUILDINGS) == ("c.ba",)


@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("全体居民", NotUnderstood),
        ("", NotUnderstood),
        ("27-3号楼", NotUnderstood),
        ("1-99999", NotUnderstood),
        ("14号楼", NoSuchBuilding),
        ("3-77号楼", NoSuchBuilding),
        ("3、31栋", NoSuchBuilding),
        ("99号楼", AmbiguousBuilding),
    ],
)
def test_what_names_no_building_for_sure_is_refused_whole(words: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        parse_buildings(words, BUILDINGS)


def test_areas_outside_of_the_branch_are_named() -> None:
    asked = Audience(areas=("c", "c.b1", "cc", "d.b1"))
    assert audience.outside(asked, "c") == ("cc", "d.b1")


@pytest.mark.parametrize(
    ("who", "template", "expected"),
    [
        ({}, False, Route.PUSH),
        ({"wrote_at": T0 - timedelta(hours=48)}, False, Route.PASSIVE),
        ({"wrote_at": T0 - timedelta(hours=48)}, True, Route.TEMPLATE),
        ({"wrote_at": None}, True, Route.TEMPLATE),
        ({"wrote_at": None, "channel": "simulator"}, False, Route.PUSH),
        ({"channel": "unknown"}, True, Route.PASSIVE),
        ({"notices": False}, True, Route.NONE),
    ],
)
def test_each_is_reached_by_the_best_route(who: dict[str, object], template: bool, expected: Route) -> None:
    means = {**MEANS, "official": Means(push=True, template=template)}
    assert audience.route(person(1, **who), means, now=T0) is expected


def test_the_preview_counts_people_and_names_the_doors() -> None:
    people = [
        person(1),
        person(2, area_code="c.g1.b3.u2", notices=False),
        person(3, area_code="c.g1.b30.u1"),
        person(4, area_code="c.g1"),
    ]
    told = audience.preview(people, means=MEANS, buildings=["c.g1.b3", "c.g1.b30", "c.g1.b5"], now=T0)
    assert (told.people, told.by_route) == (4, {Route.PUSH: 3, Route.NONE: 1})
    assert {place.area_code: place.people for place in told.places} == {
        "c.g1": 1,
        "c.g1.b3": 2,
        "c.g1.b30": 1,
        "c.g1.b5": 0,
    }
    assert [place.area_code for place in told.doors] == ["c.g1.b3", "c.g1.b5"]


def test_a_flat_is_one_household_and_is_reached_by_the_best_of_its_members() -> None:
    people = [
        person(1, room="501", notices=False),
        person(2, room="501"),  # reached at once, and so is the flat
        person(3, room="502", notices=False),
        person(4, room="502", wrote_at=None),  # with the next message: nobody knows when
        person(5, room="501", area_code="c.g1.b3.u2"),  # another door of the same number
        person(6),  # has not told the flat
        person(7),
    ]
    told = audience.preview(people, means=MEANS, buildings=["c.g1.b3"], now=T0)
    (place,) = told.places
    assert (place.people, place.households, place.unreached) == (7, 5, 1)
    assert told.households_by_route == {Route.PUSH: 4, Route.PASSIVE: 1}
    assert told.by_route == {Route.PUSH: 4, Route.PASSIVE: 1, Route.NONE: 2}
    assert not told.flats_known


def test_a_house_in_which_every_flat_hears_needs_no_round_though_one_of_them_unsubscribed() -> None:
    people = [person(1, room="501", notices=False), person(2, room="501")]
    told = audience.preview(people, means=MEANS, buildings=["c.g1.b3"], now=T0)
    assert told.doors == () and told.flats_known
