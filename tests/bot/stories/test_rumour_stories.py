"""Rumours across rooms: a correction reaches who asked and where it goes around, and gives nobody away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa

from bot.approval import SameHand
from bot.outbox import desk as outbox
from bot.outbox.item import Kind
from bot.stories.correct_rumour import (
    Pushed,
    approve_correction,
    approve_withdrawal,
    asked_by_grid,
    set_aside,
)
from bot.stories.open_linked_need import open_linked_need
from bot.stories.tell_residents import tell_due, tell_next
from bot.tables import Stale
from community.areas import desk as areas
from community.areas.area import Area, Level
from community.needs import desk as needs
from community.needs.need import Status as NeedStatus
from community.rumours import correction_desk as corrections
from community.rumours import desk as rumours
from community.rumours.correction import Correction, Words
from community.rumours.desk import Claim
from community.rumours.rumour import Cells, Judgement, Likeness, Rumour, Verdict
from tests.instants import T0, T

WORDS = Words("水库在正常调度，没有泄洪通知。", "没有泄洪通知，请勿转发。", "来源：市水务局7月17日通报")
JUDGED = [
    Judgement("今晚水库泄洪", Verdict.FALSE, "水务局否认"),
    Judgement("河边步道关了", Verdict.TRUE, "公告"),
]


@dataclass
class Filed:
    """Stands for the broadcasts' room."""

    notices: list[Pushed] = field(default_factory=list)

    def __call__(self, _conn: sa.Connection, pushed: Pushed) -> str:
        self.notices.append(pushed)
        return "T-0717-1"


def anything(_text: str, known: Sequence[tuple[str, str]]) -> Likeness:
    return Likeness(same=known[0][0] if known else None)


@pytest.fixture
def town(conn: sa.Connection) -> sa.Connection:
    tree = [
        Area("c", Level.COMMUNITY, "社区"),
        Area("c.g1", Level.GRID, "第1网格", "1"),
        Area("c.g1.b3", Level.BUILDING, "3号楼", "3"),
        Area("c.g1.b3.u2", Level.UNIT, "2单元", "2"),
        Area("c.g2", Level.GRID, "第2网格", "2"),
    ]
    areas.plant(conn, tree)
    return conn


def ask(conn: sa.Connection, resident_id: str, area_code: str = "c.g1.b3.u2") -> Rumour:
    claim = Claim("听隔壁王婶说今晚泄洪", "life", area_code, resident_id, "m")
    return rumours.report(conn, claim, match=anything, now=T0).rumour


def submitted(conn: sa.Connection, rumour: Rumour, words: Words = WORDS) -> Correction:
    rumours.check(conn, rumour.id, actor="liu", now=T(1))
    rumours.note(conn, rumour.id, text="问过", source="水务局", actor="liu", now=T(2))
    rumours.judge(conn, rumour.id, JUDGED, actor="liu", now=T(3))
    draft = corrections.draft(conn, rumour.id, words, actor="liu", now=T(4))
    return corrections.submit(conn, draft.id, actor="liu", now=T(5))


def approved(conn: sa.Connection, correction: Correction, file_notice: Filed, actor: str = "chen") -> int:
    done = approve_correction(
        conn,
        correction.id,
        actor=actor,
        seen=correction.revision,
        branch="c",
        file_notice=file_notice,
        now=T(6),
    )
    return done.told


def news_of(conn: sa.Connection, resident_id: str) -> str:
    return "\n".join(outbox.take_news(conn, resident_id, now=T(900), limit=9))


def test_who_asked_hears_each_verdict_the_words_the_source_and_the_day(town: sa.Connection) -> None:
    rumour = ask(town, "r1")
    ask(town, "r2")
    assert approved(town, submitted(town, rumour), Filed()) == 2
    for resident_id in ("r1", "r2"):
        heard = news_of(town, resident_id)
        for part in (rumour.number, "今晚水库泄洪”：不实", "河边步道关了”：属实", WORDS.chat, WORDS.source, "7月17日"):
            assert part in heard
        assert "王婶" not in heard  # what a neighbour wrote is nobody else's to read


def test_it_is_pushed_to_the_grids_where_it_goes_around_and_to_no_single_building(town: sa.Connection) -> None:
    filed = Filed()
    rumour = ask(town, "r1")
    ask(town, "r2", "c.g2")
    ask(town, "r3", "root")
    approved(town, submitted(town, rumour), filed)
    (pushed,) = filed.notices
    assert pushed.areas == ("c", "c.g1", "c.g2")
    assert pushed.words == WORDS
    assert (pushed.authors, pushed.submitted_by, pushed.approved_by) == (("liu",), "liu", "chen")
    assert asked_by_grid(town, rumour.id, branch="c") == Cells({}, 3)


def test_on_one_persons_word_nothing_goes_out(town: sa.Connection) -> None:
    filed = Filed()
    correction = submitted(town, ask(town, "r1"))
    with pytest.raises(SameHand):
        approved(town, correction, filed, actor="liu")
    assert filed.notices == []
    assert outbox.waiting(town) == {}


def test_the_worker_tells_those_whom_the_approval_did_not(town: sa.Connection) -> None:
    for number in range(5):
        rumour = ask(town, f"r{number}")
    correction = submitted(town, rumour)
    corrections.approve(town, correction.id, actor="chen", seen=correction.revision, now=T(6))
    assert tell_next(town, rumour.id, limit=2, now=T(7)) == 2
    assert tell_due(town, limit=2, now=T(8)) == 2
    assert tell_due(town, limit=2, now=T(9)) == 1
    assert tell_due(town, limit=2, now=T(10)) == 0
    assert outbox.waiting(town) == {Kind.NEWS: 5}


def test_a_better_one_begins_with_a_word_of_correction(town: sa.Connection) -> None:
    rumour = ask(town, "r1")
    approved(town, submitted(town, rumour), Filed())
    assert "更正" not in news_of(town, "r1")
    ask(town, "r2")  # answered at once with the first one
    approved(town, submitted(town, rumour, Words("更准的话。", "更准。", "来源：通报")), Filed())
    for resident_id in ("r1", "r2"):
        assert "更正" in news_of(town, resident_id)


def test_what_is_taken_back_is_said_to_those_who_got_it(town: sa.Connection) -> None:
    rumour = ask(town, "r1")
    correction = submitted(town, rumour)
    approved(town, correction, Filed())
    news_of(town, "r1")
    corrections.withdraw(town, correction.id, actor="liu", reason="弄错了", now=T(7))
    approve_withdrawal(town, correction.id, actor="chen", now=T(8))
    assert "收回" in news_of(town, "r1")


def test_set_aside_is_told_before_it_is_forgotten(town: sa.Connection) -> None:
    rumour = ask(town, "r1")
    set_aside(town, rumour.id, actor="liu", reason="查不到出处。", now=T(7))
    heard = news_of(town, "r1")
    assert "查不到出处。" in heard and "。。" not in heard
    assert rumours.askers(town, rumour.id) == []


def test_the_trouble_behind_it_is_opened_and_its_number_told(town: sa.Connection) -> None:
    rumour = ask(town, "r1")
    need = open_linked_need(
        town,
        rumour.id,
        category="supplies",
        urgency="urgent",
        text="菜价高，老人买不起",
        area_code="c.g1",
        actor="liu",
        now=T(2),
    )
    assert (need.status, need.households) == (NeedStatus.OPEN, 0)
    assert [one.actor for one in needs.history(town, need.id)] == ["liu"]
    assert outbox.waiting(town) == {Kind.DUTY_ALERT: 1}
    approved(town, submitted(town, rumour), Filed())
    assert need.number in news_of(town, "r1")
    with pytest.raises(Stale):
        open_linked_need(
            town,
            rumour.id,
            category="supplies",
            urgency="routine",
            text="x",
            area_code="c.g1",
            actor="chen",
            now=T(9),
        )
