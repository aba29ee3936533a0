"""A notice reaches exactly those whom it was meant for, and the preview says so beforehand."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

import pytest
import sqlalchemy as sa

from bot.stories.send_broadcast import Directory, buildings_meant, preview
from bot.stories.settle_resident import settle_resident, settle_where_said
from broadcasts.audience import Audience, Means, NoSuchBuilding, Route
from community.areas import desk as areas
from community.areas.area import Area, Level
from community.residents import desk as residents
from nlp.places import places
from tests.instants import T0

TREE = [
    Area("c", Level.COMMUNITY, "邻水社区"),
    Area("c.g1", Level.GRID, "第1网格", "1"),
    Area("c.g1.b3", Level.BUILDING, "3号楼", "3"),
    Area("c.g1.b3.u2", Level.UNIT, "2单元", "2"),
    Area("c.g1.b30", Level.BUILDING, "30号楼", "30"),
    Area("d", Level.COMMUNITY, "邻山社区"),
    Area("d.b3", Level.BUILDING, "3号楼", "3"),
]
PEOPLE = {
    "o1": ("official", "c.g1.b3.u2", ("独居老人",)),
    "o2": ("official", "c.g1.b30", ()),
    "o3": ("simulator", "c.g1.b3", ("租户",)),
    "o4": ("official", "root", ()),
    "o5": ("official", "d.b3", ()),
}
MEANS = {"official": Means(push=True, template=False), "simulator": Means(push=True, template=False, window=None)}


@pytest.fixture
def town(conn: sa.Connection) -> Mapping[str, str]:
    """Openids to resident ids."""
    areas.plant(conn, TREE)
    ids = {}
    for openid, (channel, code, tags) in PEOPLE.items():
        one = residents.meet(conn, channel=channel, app="gh", openid=openid, now=T0)
        residents.settle(conn, one.id, area_code=code)
        residents.introduce(conn, one.id, name="", tags=tags)
        ids[openid] = one.id
    return ids


def _directory(town: Mapping[str, str], *, wrote: Collection[str] = ()) -> Directory:
    def wrote_at(_conn: sa.Connection, ids: Collection[str]) -> Mapping[str, datetime]:
        return {town[openid]: T0 for openid in wrote if town[openid] in ids}

    def of_role(_conn: sa.Connection, role: str) -> Collection[str]:
        return [town["o2"]] if role == "volunteer" else []

    return Directory(("official", "simulator"), wrote_at, of_role)


@pytest.mark.parametrize(
    ("audience", "openids"),
    [
        (Audience(("c.g1.b3",)), {"o1", "o3"}),
        (Audience(("c.g1.b3.u2",)), {"o1"}),
        (Audience(("c",)), {"o1", "o2", "o3"}),
        (Audience(("c", "c.g1.b3")), {"o1", "o2", "o3"}),
        (Audience(("c.g1.b30", "d")), {"o2", "o5"}),
        (Audience(("c",), tags=("独居老人",)), {"o1"}),
        (Audience(("c",), roles=("volunteer",)), {"o2"}),
        (Audience(("c",), tags=("租户",), roles=("volunteer",)), {"o2", "o3"}),
        (Audience(("c.g1.b3",), roles=("volunteer",)), set()),
    ],
)
def test_exactly_those_who_live_there_are_meant(
    conn: sa.Connection, town: Mapping[str, str], audience: Audience, openids: set[str]
) -> None:
    found = _directory(town).residents_of(conn, audience)
    assert len(found) == len(openids)
    assert {one.openid for one in found} == openids


def test_the_preview_shows_routes_and_doors(conn: sa.Connection, town: Mapping[str, str]) -> None:
    residents.refuse_notices(conn, town["o2"])
    directory = _directory(town, wrote=["o1"])
    told = preview(conn, Audience(("c.g1",)), directory=directory, means=MEANS, now=T0)
    assert (told.people, told.by_route) == (3, {Route.PUSH: 2, Route.NONE: 1})
    assert [place.area_code for place in told.doors] == ["c.g1.b30"]


def test_a_flat_that_was_told_makes_one_household_of_two_people(conn: sa.Connection, town: Mapping[str, str]) -> None:
    for openid in ("o1", "o3"):
        one = residents.get(conn, town[openid])
        assert one is not None
        said = settle_where_said(conn, one, places=places("我住3栋2单元501"), branch="c")
        assert said == "3号楼2单元501"
    told = preview(conn, Audience(("c.g1",)), directory=_directory(town), means=MEANS, now=T0)
    assert (told.people, told.households, told.unreached) == (3, 2, 1)
    assert not told.flats_known  # o2 has not told theirs


def test_whoever_moves_without_telling_the_new_flat_lives_in_none(conn: sa.Connection, town: Mapping[str, str]) -> None:
    residents.settle(conn, town["o1"], area_code="c.g1.b3.u2", room="501")
    moved = residents.get(conn, town["o1"])
    assert moved is not None and moved.room == "501"
    settle_resident(conn, moved, scene="c.g1.b30")
    moved = residents.get(conn, town["o1"])
    assert moved is not None and (moved.area_code, moved.room) == ("c.g1.b30", "")


def test_buildings_are_looked_for_in_ones_own_branch(conn: sa.Connection, town: Mapping[str, str]) -> None:
    assert buildings_meant(conn, "3号楼", branch="c") == ("c.g1.b3",)
    assert buildings_meant(conn, "3-30号楼", branch="c") == ("c.g1.b3", "c.g1.b30")
    with pytest.raises(NoSuchBuilding):
        buildings_meant(conn, "30号楼", branch="d")
