"""Emergency mode is declared with a reason, seen on every page, and lets one approver do; never whoever declared it."""

from __future__ import annotations

from bot import demo
from broadcasts import desk as broadcasts
from broadcasts.broadcast import Status
from community.staff import desk as staff
from community.staff.account import Role
from tests.bot.console.house import PASSWORD, House, Person
from tests.bot.console.test_deeds import NOTICE, after

WHY = "暴雨红色预警，沿河三栋楼要转移"
EXTREME = {**NOTICE, "severity": "Extreme"}


def _second_approver(house: House) -> Person:
    with house.engine.begin() as conn:
        staff.add(conn, login="wangli", name="王丽", password=PASSWORD, roles={Role.APPROVER}, area_code=demo.BRANCH,
                  actor="operator", now=house.now)  # fmt: skip
    return house.client("wangli")


def _submitted(liu: Person) -> str:
    path: str = liu.send("/console/notices/new", **EXTREME).headers["Location"]
    liu.send(f"{path}/write/submit")
    return path


def _approve(who: Person, path: str) -> str:
    seen = who.read(path).partition('name="seen" value="')[2].partition('"')[0]
    return after(who, who.send(f"{path}/approve/approve", seen=seen))


def _status(house: House, path: str) -> Status:
    with house.engine.connect() as conn:
        return broadcasts.get(conn, path.rpartition("/")[2]).status


def test_one_approver_is_enough_in_an_emergency_and_a_second_one_looks_again(
    house: House, liu: Person, chen: Person
) -> None:
    wang = _second_approver(house)
    assert liu.send("/console/incidents", why=WHY).status_code == 403
    assert "写一句为什么" in after(chen, chen.send("/console/incidents", why=" "))
    assert "应急状态开始了" in after(chen, chen.send("/console/incidents", why=WHY))
    assert WHY in liu.read("/console/") and WHY in liu.read("/console/needs")
    path = _submitted(liu)
    assert "已批准，马上开始发" in _approve(wang, path)
    assert _status(house, path) is Status.APPROVED
    assert "再看一遍" in chen.read("/console/")


def test_whoever_declared_it_is_not_enough_alone(house: House, liu: Person, chen: Person) -> None:
    after(chen, chen.send("/console/incidents", why=WHY))
    path = _submitted(liu)
    assert "这条要两个人批" in _approve(chen, path)
    assert _status(house, path) is Status.SUBMITTED


def test_in_peacetime_two_are_needed_and_an_emergency_ends_with_an_outcome(
    house: House, liu: Person, chen: Person
) -> None:
    wang = _second_approver(house)
    after(chen, chen.send("/console/incidents", why=WHY))
    page = chen.read("/console/incidents")
    ending = page.partition('action="')[2].partition('"')[0]
    assert liu.send(ending, outcome="水退了").status_code == 403
    assert "回到平时的规矩" in after(chen, chen.send(ending, outcome="水退了"))
    assert "水退了" in chen.read("/console/incidents") and WHY not in chen.read("/console/needs")
    path = _submitted(liu)
    assert "这条要两个人批" in _approve(wang, path)


def test_another_community_is_not_in_it(house: House, zhao: Person, chen: Person) -> None:
    after(chen, chen.send("/console/incidents", why=WHY))
    assert WHY not in zhao.read("/console/")
    page = chen.read("/console/incidents")
    ending = page.partition('action="')[2].partition('"')[0]
    assert zhao.send(ending, outcome="没事").status_code == 404
