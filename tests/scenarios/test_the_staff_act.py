"""The second half of the story over real HTTP: staff act at the console, and WeChat carries what they say.

WeChat's API is a stand-in that fails in every way that PLATFORM names; the worker is killed in the middle.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import demo
from bot.clock import utc_now
from bot.conversation import wording
from bot.stories.take_task import announce_task
from bot.tables import new_id
from bot.worker import THREADS
from broadcasts.delivery import Status as Delivery
from broadcasts.delivery_ledger import deliveries
from community.linkage import desk as linkage
from community.linkage.desk import Plan
from community.needs.ledger import needs
from community.residents import desk as residents_desk
from community.residents.ledger import residents
from tests.databases import sqlite_url
from tests.scenarios.town import Clerk, Office, Town, eventually, open_town
from tests.scenarios.weixin import CUSTOM, TEMPLATE, TOKEN, Fault, Weixin
from tests.wechat import WeChat

HOMES = {
    "oAtThree": "jh.ls.g1.b3",
    "oAtFour": "jh.ls.g2.b4",
    "oAtFive": "jh.ls.g2.b5",
    "oAtSix": "jh.ls.g2.b6",
    "oAtNine": "jh.ls.g4.b9",
    "oLeft": "jh.ls.g2.b5",
    "oCutOff": "jh.ls.g1.b3",
}
BUILDINGS = [f"jh.ls.g{grid}.b{number}" for grid, number in zip((1, 1, 1, 2, 2, 2, 3, 3, 4), range(1, 10), strict=True)]
CROWD = 2_000


@pytest.fixture
def weixin(wechat: WeChat) -> Iterator[Weixin]:
    """WeChat's API."""
    with Weixin(wechat.app_id, "s") as weixin:
        yield weixin


@pytest.fixture
def town(database_url: str, tmp_path: Path, wechat: WeChat, weixin: Weixin) -> Iterator[Town]:
    """The town on each kind of database."""
    yield from open_town(tmp_path, database_url, wechat, weixin)


@pytest.fixture
def town_on_sqlite(tmp_path: Path, wechat: WeChat, weixin: Weixin) -> Iterator[Town]:
    """The town of the long test."""
    with sqlite_url(tmp_path) as url:
        yield from open_town(tmp_path, url, wechat, weixin)


@pytest.fixture
def office(request: pytest.FixtureRequest) -> Iterator[Office]:
    """Two people, signed in."""
    name = "town_on_sqlite" if "town_on_sqlite" in request.fixturenames else "town"
    server = request.getfixturevalue(name).server
    office = Office(Clerk(server, "liumin"), Clerk(server, "chenfang"))
    yield office
    office.writer.close()
    office.second.close()


def test_staff_correct_help_and_tell_exactly_those_whom_it_concerns(town: Town, office: Office) -> None:
    for openid, code in HOMES.items():
        assert "号楼" in town.scan(openid, code)
    _a_rumour_is_corrected_by_two(town, office)
    _a_need_is_met(town, office)
    _a_notice_reaches_three_buildings(town, office)
    _an_emergency_is_taken(town, office)
    _a_volunteer_takes_a_task(town)


def _a_rumour_is_corrected_by_two(town: Town, office: Office) -> None:
    """Busy, 502, a lost answer and a closed window: everybody who asked hears it all the same."""
    weixin, writer = town.weixin, office.writer
    for openid in ("oAtFour", "oAtFive", "oAtSix"):
        assert "请先别转" in town.write(openid, "听说上游水库今晚要炸坝泄洪，一楼全要淹，大家赶紧转发")
    page = writer.link("/console/", "rumours")
    assert "归您核实" in writer.press(page, f"{page}/check/check")
    found = {"text": "打了水务局值班电话，今晚没有泄洪安排", "source": "市水务局值班室"}
    assert "依据记下了" in writer.press(page, f"{page}/check/note", **found)
    judged = {"statement1": "上游水库今晚炸坝泄洪", "verdict1": "false", "why1": "值班室否认"}
    assert "判断记下了" in writer.press(page, f"{page}/check/judge", **judged)
    words = {"chat": "今晚没有泄洪安排，一楼不用搬。", "group": "水库炸坝是假的。", "source": "市水务局值班室"}
    assert "已提交" in writer.press(page, f"{page}/check/write", **words, then="submit")

    seen = office.second.seen(page)
    assert "没有批准" in writer.press("/console/more", f"{page}/approve/approve", seen=seen)
    assert weixin.accepted == []
    weixin.script("", Fault.BUSY, api=TOKEN)
    weixin.script("oAtFour", Fault.BUSY, Fault.BAD_GATEWAY)
    weixin.script("oAtFive", Fault.LOST)
    weixin.script("oAtSix", *[Fault.OUTSIDE] * 9)
    assert "已批准" in office.second.press(page, f"{page}/approve/approve", seen=seen)

    told, filed = "核实了", "】\n今晚没有泄洪安排"
    eventually(lambda: {"oAtFour", "oAtFive"} <= set(weixin.reached(told)), what="who asked is told")
    eventually(lambda: weixin.reached(told)["oAtFive"] == 2, what="the lost answer is said again")
    eventually(lambda: set(weixin.reached(filed)) == {"oLeft"}, what="the grid's notice, for whoever did not ask")
    eventually(lambda: weixin.reached(told)["oAtSix"] == 1, what="as a template, outside the window")
    assert "今晚没有泄洪安排" not in town.write("oAtSix", "菜单")  # nobody hears it twice
    assert weixin.reached(told) == {"oAtFour": 1, "oAtFive": 2, "oAtSix": 1}
    templates = [one for one in weixin.accepted if one.api == TEMPLATE]
    assert [one.openid for one in templates] == ["oAtSix"]
    assert templates[0].text.splitlines()[1].startswith("“上游水库今晚炸坝泄洪”：不实")


def _a_need_is_met(town: Town, office: Office) -> None:
    """The token expires on the way; the resident has the last word."""
    weixin, writer = town.weixin, office.writer
    number = re.search(r"S-\d{4}-\d+", town.write("oAtThree", "3号楼2单元停电了，麻烦来看看"))
    assert number
    page = writer.link("/console/needs", "needs", number[0])
    fetched = weixin.calls[TOKEN]
    weixin.script("oAtThree", Fault.EXPIRED)
    assert "已接手" in writer.press(page, f"{page}/accept")
    eventually(lambda: weixin.reached("有人接手了")["oAtThree"] == 1, what="accepted is told")
    assert weixin.calls[TOKEN] == fetched + 1
    assert "记为已办" in writer.press(page, f"{page}/resolve", done="换了保险丝，已来电")
    eventually(lambda: weixin.reached("已来电")["oAtThree"] == 1, what="resolved is told")
    assert "办结" in town.write("oAtThree", "解决了")
    status = sa.select(needs.c.number, needs.c.status).where(needs.c.number == number[0])
    assert [row.status for row in town.rows(status)] == ["closed"]


def _a_notice_reaches_three_buildings(town: Town, office: Office) -> None:
    """One has left the account, one connection is closed before anything was said: both are for the door."""
    weixin = town.weixin
    weixin.script("oLeft", Fault.GONE)
    weixin.script("oCutOff", Fault.CLOSED)
    notice_id = office.notice(title="今晚停水", text="请先接两桶水，明早六点来水。", buildings="3-5号楼")
    eventually(lambda: office.is_sent(notice_id), what="the notice is sent")
    assert weixin.reached("请先接两桶水") == {"oAtThree": 1, "oAtFour": 1, "oAtFive": 1}
    came = town.came(notice_id)
    assert (came["oLeft"], came["oCutOff"]) == (Delivery.UNREACHABLE, Delivery.UNKNOWN)
    places = sa.select(deliveries.c.area_code, deliveries.c.openid).where(deliveries.c.broadcast_id == notice_id)
    assert {row.area_code[:11] for row in town.rows(places)} == {"jh.ls.g1.b3", "jh.ls.g2.b4", "jh.ls.g2.b5"}
    assert "要上门的" in office.second.read(f"/console/notices/{notice_id}")


def _an_emergency_is_taken(town: Town, office: Office) -> None:
    """Nobody says that help knows before somebody does."""
    weixin, clerk = town.weixin, office.second
    reply = town.write("oAtNine", "我家着火了！！9栋2单元，快来人")
    assert "119" in reply.splitlines()[0] and "已经接手" not in reply
    assert "我来接手" in clerk.read("/console/")
    assert weixin.texts("oAtNine") == []
    number = re.search(r"S-\d{4}-\d+", reply)
    page = clerk.link("/console/needs", "needs", number[0] if number else "")
    assert "已接手" in clerk.press("/console/", f"{page}/accept")
    eventually(lambda: weixin.reached("值班的陈芳已经接手")["oAtNine"] == 1, what="the resident is told")
    assert "我来接手" not in clerk.read("/console/")


def _a_volunteer_takes_a_task(town: Town) -> None:
    """One word takes it, one word completes it."""

    def offer(conn: sa.Connection) -> None:
        now = utc_now()
        app = town.server.wechat.account
        resident = residents_desk.find(conn, channel="official", app=app, openid="oAtNine")
        assert resident is not None
        applied = linkage.apply(conn, resident_id=resident.id, name="老周", area_code=resident.area_code,
                                skills=(), now=now)  # fmt: skip
        linkage.approve(conn, applied.id, actor="operator", now=now)
        plan = Plan("搬沙袋到 3 号楼", "在门口集合。", demo.BRANCH, 2, now + timedelta(hours=3))
        task = linkage.make(conn, plan, actor="operator", now=now)
        announce_task(conn, task, wording.task_offered(task), branch=demo.BRANCH, now=now)

    town.do(offer)
    eventually(lambda: town.weixin.reached("搬沙袋到 3 号楼")["oAtNine"] == 1, what="the task is offered")
    assert "接好了" in town.write("oAtNine", "接")
    assert "记为完成" in town.write("oAtNine", "完成 40分钟")
    assert "没有您能接" in town.write("oAtNine", "完成")


def test_a_killed_worker_loses_nobody_and_repeats_nothing(town_on_sqlite: Town, office: Office) -> None:
    town, weixin = town_on_sqlite, town_on_sqlite.weixin
    crowd = _settle_a_crowd(town)
    lost, closed, gone, slow = crowd[100:105], crowd[900:905], crowd[1500:1503], crowd[::97]
    for fault, openids in ((Fault.LOST, lost), (Fault.CLOSED, closed), (Fault.GONE, gone), (Fault.BUSY, slow)):
        for openid in openids:
            weixin.script(openid, fault)
    words = "台风今晚到，请收好阳台的花盆。"
    notice_id = office.notice(title="台风", text=words, buildings="1-9号楼")
    eventually(lambda: len(weixin.accepted) > 600, seconds=60, what="in the middle")
    cut = _kill_the_worker_while_it_waits_for_answers(town)
    assert 0 < len(weixin.accepted) < CROWD - 200
    eventually(lambda: office.is_sent(notice_id), seconds=120, what="everybody was tried")

    arrived, came = weixin.reached(words), town.came(notice_id)
    assert set(arrived.values()) == {1}  # a notice of this severity is not worth arriving twice
    assert set(came) >= set(crowd)
    unknown = {openid for openid in crowd if came[openid] is Delivery.UNKNOWN}
    assert unknown == {*lost, *closed, *cut}
    assert {openid for openid in crowd if came[openid] is Delivery.UNREACHABLE} == set(gone)
    told = set(crowd) - unknown - set(gone)
    assert {openid for openid in crowd if came[openid] is Delivery.SENT} == told
    assert told | set(lost) <= set(arrived) <= told | {*lost, *cut}
    assert "要上门的" in office.second.read(f"/console/notices/{notice_id}")
    _what_may_save_a_life_is_repeated(town, office)
    _a_used_up_quota_takes_the_other_route(town, office)


def _kill_the_worker_while_it_waits_for_answers(town: Town) -> list[str]:
    """`kill -9`; returns whom the letters were for whose answers it never got."""
    weixin, before = town.weixin, town.server.worker()
    assert before is not None
    weixin.hold()
    eventually(lambda: len(weixin.held) == THREADS, what="every thread waits for an answer")
    before.kill()
    before.wait(10)
    weixin.let_go()
    eventually(lambda: (after := town.server.worker()) and after.pid != before.pid, what="started again")
    return weixin.held


def _settle_a_crowd(town: Town) -> list[str]:
    """2,000 followers in the buildings 1 to 9, three more in the tenth."""
    app, now = town.server.wechat.account, utc_now()
    known = {"channel": "official", "app": app, "name": "", "tags": [], "notices": True, "since": now}
    crowd = [f"oCrowd{number:04d}" for number in range(CROWD)]
    homes = {openid: BUILDINGS[number % 9] for number, openid in enumerate(crowd)}
    homes |= {f"oTen{number}": "jh.ls.g4.b10" for number in range(3)}
    rows = [{**known, "id": new_id(), "openid": openid, "area_code": code} for openid, code in homes.items()]
    town.do(lambda conn: conn.execute(sa.insert(residents), rows))
    return crowd


def _what_may_save_a_life_is_repeated(town: Town, office: Office) -> None:
    town.weixin.script("oTen1", Fault.LOST)
    notice_id = office.notice(title="燃气泄漏", text="马上离开房间，别开灯。", buildings="10号楼", severity="Severe")
    eventually(lambda: office.is_sent(notice_id), what="sent")
    assert town.weixin.reached("马上离开房间") == {"oTen0": 1, "oTen1": 2, "oTen2": 1}


def _a_used_up_quota_takes_the_other_route(town: Town, office: Office) -> None:
    """45009 pauses the API for everybody until midnight; the template messages go on."""
    weixin = town.weixin
    for number in range(3):
        weixin.script(f"oTen{number}", Fault.QUOTA)
    notice_id = office.notice(title="明天打疫苗", text="九点在社区卫生站。", buildings="10号楼")
    eventually(lambda: office.is_sent(notice_id), what="sent")
    arrived = [one for one in weixin.accepted if "明天打疫苗" in one.text]
    assert sorted((one.openid, one.api) for one in arrived) == [(f"oTen{number}", TEMPLATE) for number in range(3)]
    called = weixin.calls[CUSTOM]
    notice_id = office.notice(title="后天也打", text="九点在社区卫生站。", buildings="10号楼")
    eventually(lambda: office.is_sent(notice_id), what="sent")
    assert weixin.calls[CUSTOM] == called
    assert weixin.reached("后天也打") == {f"oTen{number}": 1 for number in range(3)}
