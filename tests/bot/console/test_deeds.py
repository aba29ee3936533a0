"""What staff do at the console: each deed reaches its room, and the residents hear of it."""

from __future__ import annotations

from werkzeug.test import TestResponse

from bot.inbox import desk as inbox
from broadcasts import desk as broadcasts
from broadcasts.broadcast import Status as NoticeStatus
from community.needs import desk as needs
from community.needs.need import Need
from community.needs.need import Status as NeedStatus
from community.rumours import desk as rumours
from community.rumours.rumour import Likeness
from community.rumours.rumour import Status as RumourStatus
from knowledge_base import desk as knowledge
from tests.bot.console.house import House, Person, danger, message, need, question, resident, rumour
from tests.instants import T0

WORDS = {
    "chat": "没有炸坝这回事，今晚可以照常在家。",
    "group": "“水库今晚炸坝”不实，请别再转。",
    "source": "市水务局值班室",
}
NOTICE = {
    "title": "今晚停水，请先接水",
    "text": "今晚 22:00 检修水管，请先接好水。",
    "buildings": "4-6号楼",
    "severity": "Moderate",
    "valid_until": "2026-07-18T08:00",
    "asks_receipt": "yes",
}


def after(person: Person, answer: TestResponse) -> str:
    """The page that a form led to, with what it said."""
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return person.read(answer.headers["Location"])


def stands(house: House, one: Need) -> NeedStatus:
    with house.engine.connect() as conn:
        return needs.get(conn, one.id).status


def test_an_emergency_is_taken_with_one_button_and_the_resident_hears_by_whom(house: House, liu: Person) -> None:
    alarm = danger(house)
    assert "已接手" in after(liu, liu.send(f"/console/needs/{alarm.id}/accept"))
    assert stands(house, alarm) is NeedStatus.ACCEPTED
    assert "值班的刘敏已经接手" in house.news()[0]


def test_two_take_the_same_need_and_the_second_is_told(house: House, liu: Person, chen: Person) -> None:
    told = need(house)
    liu.send(f"/console/needs/{told.id}/accept")
    assert "这一步现在做不了" in after(chen, chen.send(f"/console/needs/{told.id}/accept"))
    assert "刘敏接的" in chen.read(f"/console/needs/{told.id}")


def test_a_need_goes_its_way_and_the_resident_hears_every_step(house: House, liu: Person) -> None:
    told = need(house)
    base = f"/console/needs/{told.id}"
    liu.send(f"{base}/accept")
    liu.send(f"{base}/progress", note="水泵已借到")
    liu.send(f"{base}/resolve", done="水管修好了")
    assert stands(house, told) is NeedStatus.RESOLVED
    assert ["接手" in house.news()[0], "水泵已借到" in house.news()[1], "水管修好了" in house.news()[2]] == [True] * 3
    assert "等居民回" in liu.read(base)


def test_referring_takes_the_other_bodys_number_and_keeps_what_was_typed(house: House, liu: Person) -> None:
    told = need(house)
    base = f"/console/needs/{told.id}"
    refused = liu.send(f"{base}/refer", body="自来水公司", number=" ")
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422 and 'value="自来水公司"' in page and "请填写" in page
    assert stands(house, told) is NeedStatus.OPEN
    liu.send(f"{base}/refer", body="自来水公司", number="GD-77")
    assert stands(house, told) is NeedStatus.REFERRED and "GD-77" in house.news()[0]


def test_declining_takes_a_reason(house: House, liu: Person) -> None:
    told = need(house)
    assert liu.send(f"/console/needs/{told.id}/decline", reason="").status_code == 422
    liu.send(f"/console/needs/{told.id}/decline", reason="要找开发商")
    assert stands(house, told) is NeedStatus.DECLINED
    assert liu.send(f"/console/needs/{told.id}/burn").status_code == 404


def checked(house: House, liu: Person) -> str:
    """A rumour with evidence and verdict; returns its page's address."""
    base = f"/console/rumours/{rumour(house).id}"
    liu.send(f"{base}/check/check")
    liu.send(f"{base}/check/note", text="打了水务局的电话", source="市水务局值班室")
    judged = {"statement1": "上游水库今晚要炸坝", "verdict1": "false", "why1": "水务局说没有"}
    assert "判断记下了" in after(liu, liu.send(f"{base}/check/judge", **judged))
    return base


def test_a_rumour_is_corrected_by_two_and_who_asked_hears_it(house: House, liu: Person, chen: Person) -> None:
    base = checked(house, liu)
    liu.send(f"{base}/check/write", **WORDS, then="submit")
    assert house.news() == []
    assert "等陈芳来批" in liu.read(base)
    page = chen.read(base)
    assert "同意，告诉问的人" in page and "没有炸坝这回事" in page and "上游水库" in chen.read("/console/")
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    after(chen, chen.send(f"{base}/approve/approve", seen=seen))
    assert "没有炸坝这回事" in house.news()[0]
    assert [one.approved_by for one in house.filed] == [house.accounts["chenfang"].id]


def test_whoever_wrote_it_cannot_approve_it_and_is_told_who_can(house: House, zhao: Person) -> None:
    with house.engine.begin() as conn:
        from_other = house.accounts["zhaolei"].area_code
        who = resident(conn, 9)
        told = message(conn, "听说要停电三天", who=who, now=T0)
        claim = rumours.Claim("听说要停电三天", "order", from_other, who.id, told)
        mine = rumours.report(conn, claim, match=lambda _text, _known: Likeness(), now=T0).rumour
    base = f"/console/rumours/{mine.id}"
    zhao.send(f"{base}/check/check")
    zhao.send(f"{base}/check/judge", statement1="停电三天", verdict1="cannot be checked", why1="没有公告")
    zhao.send(f"{base}/check/write", **WORDS, then="submit")
    page = zhao.read(base)
    assert "同意，告诉问的人" not in page
    said = after(zhao, zhao.send(f"{base}/approve/approve", seen="2"))
    assert "都不能再点头" in said and house.news() == []


def test_nobody_approves_words_that_changed_since_they_read_them(house: House, liu: Person, chen: Person) -> None:
    base = checked(house, liu)
    liu.send(f"{base}/check/write", **WORDS, then="submit")
    chen.send(f"{base}/approve/send-back", reason="写上电话")
    liu.send(f"{base}/check/write", **{**WORDS, "chat": "别的话"}, then="submit")
    assert "别人刚改过，已刷新" in after(chen, chen.send(f"{base}/approve/approve", seen="2"))
    assert house.news() == []


def test_a_correction_that_is_too_long_comes_back_with_what_was_typed(house: House, liu: Person) -> None:
    base = checked(house, liu)
    refused = liu.send(f"{base}/check/write", **{**WORDS, "group": "长" * 90}, then="submit")
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422 and "群里的短话请再删约 24 个字" in page and "长" * 90 in page
    assert "没有炸坝这回事" in page


def test_a_verdict_without_evidence_or_choice_comes_back(house: House, liu: Person) -> None:
    base = f"/console/rumours/{rumour(house).id}"
    liu.send(f"{base}/check/check")
    bare = {"statement1": "要炸坝", "why1": "没有"}
    assert "请给每句说法选一个结论" in liu.send(f"{base}/check/judge", **bare).get_data(as_text=True)
    said = liu.send(f"{base}/check/judge", **bare, verdict1="false").get_data(as_text=True)
    assert "还没有依据" in said and 'value="要炸坝"' in said


def test_the_trouble_behind_a_rumour_becomes_a_need(house: House, liu: Person) -> None:
    base = f"/console/rumours/{rumour(house).id}"
    liu.send(f"{base}/check/link", text="低处的住户没有沙袋", category="supplies")
    assert "低处的住户没有沙袋" in liu.read("/console/needs") and "S-" in liu.read(base)


def test_a_correction_is_taken_back_by_two(house: House, liu: Person, chen: Person) -> None:
    base = checked(house, liu)
    liu.send(f"{base}/check/write", **WORDS, then="submit")
    chen.send(f"{base}/approve/approve", seen="2")
    liu.send(f"{base}/check/withdraw", reason="水务局改口了")
    assert len(house.news()) == 1
    page = chen.read(base)
    found = page.partition('name="correction" value="')[2].partition('"')[0]
    chen.send(f"{base}/approve/approve-withdrawal", correction=found)
    assert "收回" in house.news()[1]
    with house.engine.connect() as conn:
        assert rumours.get(conn, base.rpartition("/")[2]).status is RumourStatus.CHECKING


def test_an_answer_reaches_whoever_asked_and_leaves_the_list(house: House, liu: Person) -> None:
    unknown = question(house)
    assert liu.send(f"/console/questions/{unknown}", answer="长" * 201).status_code == 422
    after(liu, liu.send(f"/console/questions/{unknown}", answer="先放一分钟再用。"))
    assert "先放一分钟再用" in house.news()[0]
    assert "没有等人回答的问题" in liu.read("/console/questions")
    assert "别人刚改过" in after(liu, liu.send(f"/console/questions/{unknown}", answer="再答一次"))
    assert len(house.news()) == 1


def told_of(house: House, text: str, **labels: object) -> str:
    with house.engine.begin() as conn:
        return message(conn, text, who=resident(conn, 3), now=house.now, **labels)


def test_removing_a_need_counts_only_when_a_second_person_agrees(house: House, liu: Person, chen: Person) -> None:
    one = told_of(house, "水停了吗", need=["utilities", 0.9])
    path = f"/console/messages/{one}"
    assert "另一位同事" in after(liu, liu.send(f"{path}/label", field="need", became=""))
    with house.engine.connect() as conn:
        assert inbox.messages(conn, "jh.ls", [one])[0].label("need") == "utilities"
        seq = inbox.messages(conn, "jh.ls", [one])[0].corrections[0].seq
    assert "同事改了 1 条" in chen.read("/console/") and "同事改了" not in liu.read("/console/")
    assert "要另一位同事来确认" in after(liu, liu.send(f"/console/messages/corrections/{seq}/agree"))
    after(chen, chen.send(f"/console/messages/corrections/{seq}/agree"))
    with house.engine.connect() as conn:
        assert inbox.messages(conn, "jh.ls", [one])[0].label("need") == ""


def test_raising_the_urgency_counts_at_once(house: House, liu: Person) -> None:
    one = told_of(house, "老人喘不上气")
    after(liu, liu.send(f"/console/messages/{one}/label", field="urgency", became="emergency"))
    assert "老人喘不上气" in liu.read("/console/messages?shelf=danger")
    assert liu.send(f"/console/messages/{one}/label", field="urgency", became="nonsense").status_code == 404


def test_a_notice_is_written_by_one_and_sent_by_another(house: House, liu: Person, chen: Person) -> None:
    made = liu.send("/console/notices/new", **NOTICE)
    path = made.headers["Location"]
    draft = liu.read(path)
    assert "18 人" in draft and "等他下次说话时带到" in draft and "4号楼、5号楼、6号楼" in draft
    assert "4号楼：4 户 6 人；4 户马上收不到，要上门" in draft and "同一门牌算一户" in draft
    liu.send(f"{path}/write/submit")
    assert "等陈芳来批" in liu.read(path) and "查看并审批" in chen.read("/console/")
    page = chen.read(path)
    assert "看到了，请回“收到”" in page
    seen = page.partition('name="seen" value="')[2].partition('"')[0]
    assert "已批准，马上开始发" in after(chen, chen.send(f"{path}/approve/approve", seen=seen))
    assert "还没发" in chen.read(path)
    assert "停了" in after(liu, liu.send(f"{path}/write/cancel", reason="改期了"))
    with house.engine.connect() as conn:
        assert broadcasts.get(conn, path.rpartition("/")[2]).status is NoticeStatus.CANCELLED


def test_all_that_is_wrong_with_a_notice_is_told_at_once_and_nothing_typed_is_lost(liu: Person) -> None:
    wrong = {**NOTICE, "title": "", "buildings": "4-60号楼", "valid_until": "2020-01-01T00:00"}
    refused = liu.send("/console/notices/new", **wrong)
    page = refused.get_data(as_text=True)
    assert refused.status_code == 422 and "有 3 处要改" in page
    assert "没有 60 号楼" in page and NOTICE["text"] in page and 'value="4-60号楼"' in page


def test_a_returned_notice_is_taken_up_again_and_loses_nobody_as_author(
    house: House, liu: Person, chen: Person
) -> None:
    path = liu.send("/console/notices/new", **NOTICE).headers["Location"]
    liu.send(f"{path}/write/submit")
    assert chen.send(f"{path}/approve/return", reason="").status_code == 422
    chen.send(f"{path}/approve/return", reason="写上电话")
    assert "写上电话" in liu.read(path)
    liu.send(f"{path}/write/reopen")
    form = liu.read(f"{path}/edit")
    assert 'value="4、5、6"' in form
    seen = form.partition('name="seen" value="')[2].partition('"')[0]
    after(liu, liu.send(f"{path}/edit", **{**NOTICE, "title": "今晚停水"}, seen=seen))
    assert "别人刚改过" in after(liu, liu.send(f"{path}/edit", **NOTICE, seen=seen))
    assert "今晚停水" in liu.read(path)


def test_the_committee_adopts_and_fills_in_its_facts(house: House, chen: Person, liu: Person) -> None:
    assert liu.send("/console/knowledge/facts", shelter="别处").status_code == 403
    after(chen, chen.send("/console/knowledge/facts", shelter="锦河中学操场"))
    assert chen.send("/console/knowledge/facts", shelter="长" * 41).status_code == 422
    with house.engine.begin() as conn:
        assert knowledge.facts(conn, "jh.ls")["shelter"] == "锦河中学操场"
        knowledge.use_shipped(conn, knowledge.SNAPSHOT, b"snapshot", now=T0)
    after(chen, chen.send("/console/knowledge/adopt"))
    assert "由 陈芳 代表居委会采用" in chen.read("/console/knowledge")


def test_an_administrator_opens_an_account_changes_it_and_switches_it_off(house: House, chen: Person) -> None:
    wrong = chen.send("/console/accounts", login="wang wu", name="王五", password="清晨-6677-菜市场", role="staff")
    assert wrong.status_code == 422 and 'value="王五"' in wrong.get_data(as_text=True)
    chen.send("/console/accounts", login="wangwu", name="王五", password="清晨-6677-菜市场", role=["staff", "duty"])
    assert house.client().sign_in("wangwu", "清晨-6677-菜市场").status_code == 303
    me = house.accounts["chenfang"].id
    assert "不能把自己的" in after(chen, chen.send(f"/console/accounts/{me}/roles", role="staff"))
    assert "不能停用自己" in after(chen, chen.send(f"/console/accounts/{me}/off"))
    liu = house.accounts["liumin"].id
    shift = {"starts": "2026-07-17T08:00", "ends": "2026-07-17T20:00"}
    chen.send(f"/console/accounts/{liu}/duty", **shift)
    assert "值班：刘敏" in chen.read("/console/")
    assert (
        chen.send(f"/console/accounts/{liu}/duty", starts="2026-07-17T20:00", ends="2026-07-17T08:00").status_code
        == 422
    )
    after(chen, chen.send(f"/console/accounts/{liu}/off"))
    assert house.client().sign_in("liumin").status_code == 403
