"""Each page shows what it should, to whom it should, and nothing of another community."""

from __future__ import annotations

import pytest

from bot import demo
from bot.stories.open_need import open_need
from community.needs.desk import Report
from tests.bot.console.house import PHONE, House, Person, danger, need, question, rumour

PLAIN = (
    *("/console/", "/console/messages", "/console/sample", "/console/learning", "/console/messages?shelf=agree"),
    *("/console/needs", "/console/needs?state=working", "/console/needs?state=nonsense&category=utilities"),
    *("/console/rumours", "/console/rumours?shelf=decided", "/console/notices", "/console/notices?shelf=ended"),
    *("/console/questions", "/console/knowledge", "/console/knowledge/facts", "/console/more", "/console/password"),
    "/console/knowledge/versions",
    *("/console/accounts", "/console/audit", "/console/messages?before=nonsense", "/console/audit?before=x"),
)


@pytest.mark.parametrize("path", PLAIN)
def test_an_empty_page_says_what_will_stand_there(chen: Person, path: str) -> None:
    assert "<h1>" in chen.read(path)


def test_today_lists_the_most_dangerous_first_with_its_clock_and_one_button(house: House, liu: Person) -> None:
    question(house)
    rumour(house, harm="money")
    danger(house)
    page = liu.read("/console/")
    assert "现在需要您的 3 件事" in page
    assert page.index("厨房着火了") < page.index("上游水库") < page.index("第一盆水")
    assert "1 分钟</time>无人接手" in page and "我来接手" in page
    assert "不到 5 人问过" in page


def test_whoever_may_not_take_a_danger_is_not_offered_to(house: House) -> None:
    danger(house)
    page = house.client("linna").read("/console/")
    assert "厨房着火了" in page and "我来接手" not in page


def test_the_pulse_counts_dangers_that_nobody_took(house: House, liu: Person) -> None:
    before = liu.get("/console/pulse").json
    taken = danger(house)
    after = liu.get("/console/pulse").json
    assert (before["alarms"], after["alarms"]) == (0, 1)  # type: ignore[index]
    assert before["mark"] != after["mark"]  # type: ignore[index]
    liu.send(f"/console/needs/{taken.id}/accept")
    assert liu.get("/console/pulse").json["alarms"] == 0  # type: ignore[index]


def test_numbers_are_masked_everywhere_until_somebody_says_why(house: House, liu: Person) -> None:
    told = need(house)
    for path in ("/console/", "/console/messages", "/console/needs", f"/console/needs/{told.id}"):
        assert PHONE not in liu.read(path)
    assert "138****5678" in liu.read(f"/console/needs/{told.id}")
    refused = liu.send(f"/console/needs/{told.id}/unmask", why=" ")
    assert refused.status_code == 422 and PHONE not in refused.get_data(as_text=True)
    shown = liu.send(f"/console/needs/{told.id}/unmask", why="回电话").get_data(as_text=True)
    assert PHONE in shown
    assert "回电话" in house.client("chenfang").read("/console/audit")


def test_a_community_sees_nothing_of_another(house: House, zhao: Person) -> None:
    told, asked, unknown = need(house), rumour(house), question(house)
    for path in ("/console/", "/console/messages", "/console/needs", "/console/rumours", "/console/questions"):
        page = zhao.read(path)
        assert "三楼停水了" not in page and "上游水库" not in page and "第一盆水" not in page
    for path in (f"/console/needs/{told.id}", f"/console/rumours/{asked.id}", f"/console/questions/{unknown}"):
        assert zhao.get(path).status_code == 404
    for path, fields in (
        (f"/console/needs/{told.id}/accept", {}),
        (f"/console/needs/{told.id}/unmask", {"why": "好奇"}),
        (f"/console/rumours/{asked.id}/check/check", {}),
        (f"/console/rumours/{asked.id}/approve/approve", {}),
        (f"/console/questions/{unknown}", {"answer": "能"}),
    ):
        assert zhao.send(path, **fields).status_code == 404, path
    assert house.news() == []


def test_an_administrator_keeps_the_accounts_of_their_own_branch_only(house: House, zhao: Person) -> None:
    liu = house.accounts["liumin"].id
    house.client("liumin")
    house.client().sign_in("somebody", "guess")
    for page in (zhao.read("/console/accounts"), zhao.read("/console/audit")):
        assert "刘敏" not in page and "somebody" not in page
    assert "somebody" in house.client("chenfang").read("/console/audit")
    for deed, fields in (("off", {}), ("roles", {"role": "admin"}), ("password", {"password": "x" * 20})):
        assert zhao.send(f"/console/accounts/{liu}/{deed}", **fields).status_code == 404
    wide = {"login": "newone", "name": "新人", "password": "很长的一句口令呀", "role": "staff", "area": "jh"}
    assert zhao.send("/console/accounts", **wide).status_code == 404


def test_an_address_that_is_no_page_says_so_in_chinese(liu: Person) -> None:
    answer = liu.get("/console/nowhere/at/all")
    assert answer.status_code == 404 and "没有这一页" in answer.get_data(as_text=True)
    assert liu.get("/console/notices/nonsense").status_code == 404


def test_filters_stand_in_the_address(house: House, liu: Person) -> None:
    need(house)
    assert "三楼停水了" in liu.read("/console/needs?category=utilities&building=jh.ls.g2.b4")
    assert "三楼停水了" not in liu.read("/console/needs?category=fire")
    assert "三楼停水了" not in liu.read("/console/needs?building=jh.ls.g1.b1")
    assert "三楼停水了" not in liu.read("/console/needs?state=working")


def test_an_urgent_need_stands_on_today_before_it_is_overdue(house: House) -> None:
    with house.engine.begin() as conn:
        report = Report("medical", "urgent", "胰岛素明天就断了", f"{demo.BRANCH}.g1.b3", None, None, "m-urgent")
        open_need(conn, report, alike=lambda _a, _b: 0.0, now=house.now)
    page = house.client("liumin").read("/console/")
    assert "胰岛素明天就断了" in page


def test_what_three_households_share_is_common_and_can_be_listed_apart(house: House, liu: Person) -> None:
    place = f"{demo.BRANCH}.g1.b3"
    with house.engine.begin() as conn:
        for resident_id in ("r-1", "r-2", "r-3"):
            report = Report("utilities", "routine", "全楼停水了", place, place, resident_id, f"m-{resident_id}")
            open_need(conn, report, alike=lambda _a, _b: 1.0, now=house.now)
        alone = Report("medical", "routine", "想借一副拐杖", place, place, "r-4", "m-r-4")
        open_need(conn, alone, alike=lambda _a, _b: 0.0, now=house.now)
    common, single = (liu.read(f"/console/needs?reach={reach}") for reach in ("common", "single"))
    assert "全楼停水了" in common and "共性 3 户" in common and "拐杖" not in common
    assert "拐杖" in single and "全楼停水了" not in single
