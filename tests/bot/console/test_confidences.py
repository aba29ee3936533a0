"""What accuses somebody is read by whoever is on duty or keeps the accounts; others see that something stands there."""

from __future__ import annotations

import pytest

from bot.conversation.decision import CONFIDED
from bot.inbox import desk as inbox
from bot.inbox.desk import Answered
from bot.inbox.message import Incoming, Kind
from bot.stories.confide import confide
from community.needs.desk import Report
from community.needs.need import Need
from community.staff import desk as staff
from community.staff.account import Role
from tests.bot.console.house import PASSWORD, House, Person, resident

TEXT = "5栋2702是传销窝点"


@pytest.fixture
def told(house: House) -> Need:
    """A resident accuses a flat."""
    with house.engine.begin() as conn:
        who = resident(conn, 8)
        incoming = Incoming("simulator", "simulator", who.openid, "k", Kind.TEXT, house.now, TEXT)
        message_id = inbox.admit(conn, incoming, now=house.now)
        assert message_id is not None
        analysis = {"urgency": "routine", "reasons": ["窝点"], "need": ["security", 0.9]}
        inbox.remember(conn, message_id, Answered(CONFIDED, "已保密登记", who.id, "jh.ls.g2.b5", analysis))
        report = Report("security", "routine", TEXT, "jh.ls.g2.b5", None, who.id, message_id)
        return confide(conn, report, now=house.now)


@pytest.fixture
def wang(house: House) -> Person:
    """王静, staff and approver, neither on duty nor an administrator."""
    with house.engine.begin() as conn:
        staff.add(conn, login="wangjing", name="王静", password=PASSWORD, roles={Role.STAFF, Role.APPROVER},
                  area_code="jh.ls", actor="operator", now=house.now)  # fmt: skip
    return house.client("wangjing")


def addresses(told: Need) -> tuple[str, ...]:
    return (
        *("/console/", "/console/needs", "/console/needs?category=security", "/console/needs?building=jh.ls.g2.b5"),
        *("/console/messages", "/console/messages?shelf=need", "/console/messages?shelf=sample", "/console/rumours"),
    )


def test_whoever_is_on_duty_or_an_administrator_reads_it(liu: Person, chen: Person, told: Need) -> None:
    for person in (liu, chen):
        for path in ("/console/", "/console/needs", "/console/messages", f"/console/needs/{told.id}"):
            assert TEXT in person.read(path), path
        assert "请转给派出所" in person.read(f"/console/needs/{told.id}")


def test_others_see_a_number_and_nothing_of_it(house: House, wang: Person, told: Need) -> None:
    for path in addresses(told):
        page = wang.read(path)
        assert TEXT not in page and "窝点" not in page, path
    listed = wang.read("/console/needs")
    assert told.number in listed and "保密线索" in listed and f"/console/needs/{told.id}" not in listed
    assert told.number not in wang.read("/console/needs?building=jh.ls.g2.b5")
    assert wang.get(f"/console/needs/{told.id}").status_code == 404
    with house.engine.connect() as conn:
        (read,) = inbox.recent(conn, "jh.ls")
    assert wang.get(f"/console/messages/{read.id}").status_code == 404


@pytest.mark.parametrize("deed", ["accept", "unmask"])
def test_others_do_nothing_about_it(wang: Person, told: Need, deed: str) -> None:
    assert wang.send(f"/console/needs/{told.id}/{deed}", why="看看").status_code == 404


def test_others_unmask_no_message_of_it(house: House, wang: Person, told: Need) -> None:
    with house.engine.connect() as conn:
        (read,) = inbox.recent(conn, "jh.ls")
    assert wang.send(f"/console/messages/{read.id}/unmask", why="看看").status_code == 404


def test_it_is_in_no_figure(liu: Person, told: Need) -> None:
    page = liu.read("/console/")
    assert "没人接 <b>0</b> 件" in page and "<span>5号楼</span><b>0</b>" in page


def test_it_is_referred_to_the_police_and_the_resident_hears_it(house: House, liu: Person, told: Need) -> None:
    liu.send(f"/console/needs/{told.id}/accept")
    liu.send(f"/console/needs/{told.id}/refer", body="锦河派出所", number="028-0000-0550")
    assert any("锦河派出所" in text for text in house.news())
