"""The daily sample: one task of the day, one click for each message, a count for the week."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from bot.inbox import desk as inbox
from tests.bot.console.house import House, Person, message, resident
from tests.instants import T0

CHAT = {"intent": ["chat", 0.9], "need": [None, 0.0]}
TOMORROW = T0 + timedelta(days=1)


def told(house: House, text: str, *, now: datetime = T0, **labels: object) -> str:
    """Somebody of building 10 writes; returns the message's id."""
    with house.engine.begin() as conn:
        return message(conn, text, who=resident(conn, 10), now=now, **{**CHAT, **labels})


def said(person: Person, message_id: str, found: str) -> str:
    """Press one button of the sample; the page that comes."""
    answer = person.send(f"/console/sample/{message_id}", found=found)
    assert answer.status_code == 303, answer.get_data(as_text=True)
    return person.read(answer.headers["Location"])


def label(house: House, message_id: str, field: str) -> str:
    """A label as it stands."""
    with house.engine.connect() as conn:
        read = inbox.message(conn, message_id, branch="jh.ls")
    assert read is not None
    return read.label(field)


def test_yesterdays_unflagged_messages_are_one_task_of_today(house: House) -> None:
    for number in range(14):
        told(house, f"早上好{number}")
    told(house, "水停了", need=["utilities", 0.9])
    told(house, "听说要停电", claim=[True, 0.9])
    house.now = TOMORROW
    liu = house.client("liumin")
    today = liu.read("/console/")
    assert "看看昨天没有标出来的 10 条，有没有漏的" in today
    page = liu.read("/console/sample")
    assert page.count("早上好") == 10 and "水停了" not in page and "听说要停电" not in page
    drawn = [n for n in range(14) if f"早上好{n}<" in page]
    chens = house.client("chenfang").read("/console/sample")
    assert drawn == [n for n in range(14) if f"早上好{n}<" in chens]


def test_what_was_looked_at_is_gone_from_the_task_and_counted_for_the_week(house: House) -> None:
    ids = [told(house, f"早上好{number}") for number in range(3)]
    house.now = TOMORROW
    liu = house.client("liumin")
    assert "这周还没有人看过" in liu.read("/console/sample")
    assert "这周看了 1 条，漏了 0 条" in said(liu, ids[0], "right")
    assert "这周看了 2 条，漏了 1 条" in said(liu, ids[1], "urgency=emergency")
    assert "看看昨天没有标出来的 1 条" in liu.read("/console/")
    assert "抽查看完了" in said(house.client("chenfang"), ids[2], "right")
    assert "没有标出来" not in liu.read("/console/")
    house.now = TOMORROW + timedelta(days=7)
    assert "这周还没有人看过" in house.client("liumin").read("/console/sample")


@pytest.mark.parametrize(
    ("found", "field", "stands", "words"),
    [
        ("need=medical", "need", "medical", "意图还是“闲聊”"),
        ("urgency=urgent", "urgency", "urgent", "意图还是“闲聊”"),
        ("claim=true", "claim", "false", "要另一位同事点“同意”才算数"),
        ("right", "need", "", "没有漏"),
    ],
)
def test_one_click_says_what_was_missed(house: House, found: str, field: str, stands: str, words: str) -> None:
    one = told(house, "老伴的腿又肿了")
    house.now = TOMORROW
    assert words in said(house.client("liumin"), one, found)
    assert label(house, one, field) == stands


def test_an_answer_that_is_none_is_no_page(house: House) -> None:
    one = told(house, "老伴的腿又肿了")
    house.now = TOMORROW
    liu = house.client("liumin")
    for found in ("", "need=nonsense", "intent=chat", "wrong"):
        assert liu.send(f"/console/sample/{one}", found=found).status_code == 404
    with house.engine.connect() as conn:
        assert conn.execute(sa.text("SELECT count(*) FROM inbox_looks")).scalar() == 0


def test_the_same_click_twice_changes_nothing(house: House) -> None:
    one = told(house, "老伴的腿又肿了")
    house.now = TOMORROW
    liu = house.client("liumin")
    said(liu, one, "need=medical")
    assert "已经有人这样改过了" in said(liu, one, "need=medical")
    assert "这周看了 1 条，漏了 1 条" in liu.read("/console/sample")


def test_what_a_colleague_corrected_elsewhere_is_not_asked_again(house: House) -> None:
    one = told(house, "老伴的腿又肿了")
    house.now = TOMORROW
    liu = house.client("liumin")
    liu.send(f"/console/messages/{one}/label", field="need", became="medical")
    assert "没有标出来" not in liu.read("/console/")


def test_another_community_sees_and_touches_nothing_of_it(house: House) -> None:
    one = told(house, "老伴的腿又肿了")
    house.now = TOMORROW
    zhao = house.client("zhaolei")
    assert "腿又肿" not in zhao.read("/console/sample") and "没有标出来" not in zhao.read("/console/")
    assert zhao.send(f"/console/sample/{one}", found="right").status_code == 404


def test_who_may_not_correct_is_not_asked_to(house: House) -> None:
    told(house, "早上好")
    house.now = TOMORROW
    linna = house.client("linna")
    assert "没有标出来" not in linna.read("/console/")
    assert linna.get("/console/sample").status_code == 403
