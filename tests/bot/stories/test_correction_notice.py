"""Who asked about a rumour hears it in person; the notice to their area leaves them out, so each hears it once."""

from __future__ import annotations

from collections import Counter

import pytest
import sqlalchemy as sa

from bot.outbox.item import Kind
from bot.outbox.ledger import outbox
from bot.stories.correct_rumour import Corrected, Pushed, approve_correction
from bot.stories.file_correction_notice import FileCorrectionNotice
from bot.stories.send_broadcast import Directory
from bot.stories.tell_residents import tell_due
from broadcasts import desk as broadcasts
from broadcasts import scheduler
from broadcasts.delivery import Status
from broadcasts.delivery_ledger import deliveries
from community.areas import desk as areas
from community.areas.area import Area, Level
from community.residents import desk as residents
from community.rumours import correction_desk as corrections
from community.rumours import desk as rumours
from community.rumours.correction import Words
from community.rumours.desk import Claim
from community.rumours.rumour import Judgement, Likeness, Rumour, Verdict
from community.staff import desk as staff
from community.staff.account import Role
from tests.broadcasts.notices import anybody
from tests.instants import T0, T

WORDS = Words("今晚没有泄洪安排。", "今晚不泄洪。", "来源：市水务局")


@pytest.fixture
def town(conn: sa.Connection) -> dict[str, str]:
    """Openids to resident ids: four neighbours in one grid."""
    areas.plant(conn, [Area("c", Level.COMMUNITY, "社区"), Area("c.g1", Level.GRID, "第1网格", "1")])
    ids = {}
    for openid in ("o1", "o2", "o3", "o4"):
        one = residents.meet(conn, channel="official", app="gh", openid=openid, now=T0)
        residents.settle(conn, one.id, area_code="c.g1")
        ids[openid] = one.id
    return ids


def ask(conn: sa.Connection, resident_id: str) -> Rumour:
    claim = Claim("听说今晚泄洪", "life", "c.g1", resident_id, "m")
    same = rumours.queue(conn, "c")
    match = Likeness(same=same[0].id) if same else Likeness()
    return rumours.report(conn, claim, match=lambda _text, _known: match, now=T0).rumour


def approve(conn: sa.Connection, rumour: Rumour) -> Corrected:
    """Checked and written by liu, approved by somebody who may."""
    second = staff.add(conn, login="chen", name="陈", password="梧桐树下-7788-晚风", roles={Role.APPROVER},
                       area_code="c", actor="operator", now=T0)  # fmt: skip
    rumours.check(conn, rumour.id, actor="liu", now=T(1))
    rumours.note(conn, rumour.id, text="问过", source="水务局", actor="liu", now=T(2))
    rumours.judge(conn, rumour.id, [Judgement("今晚泄洪", Verdict.FALSE, "没有")], actor="liu", now=T(3))
    draft = corrections.draft(conn, rumour.id, WORDS, actor="liu", now=T(4))
    draft = corrections.submit(conn, draft.id, actor="liu", now=T(5))
    directory = Directory(("official",), wrote_at=lambda _conn, _ids: {}, of_role=lambda _conn, _role: [])
    file_notice = FileCorrectionNotice("c", directory)

    def file(transaction: sa.Connection, pushed: Pushed) -> str:
        return file_notice(transaction, pushed, now=T(6))

    return approve_correction(
        conn, draft.id, actor=second.id, seen=draft.revision, branch="c", file_notice=file, now=T(6)
    )


def letters(conn: sa.Connection) -> Counter[str]:
    """How many letters are on their way to each resident."""
    query = sa.select(outbox.c.resident_id).where(outbox.c.kind.in_((Kind.NEWS, Kind.BROADCAST)))
    return Counter(conn.execute(query).scalars())


def test_each_hears_it_once(conn: sa.Connection, town: dict[str, str]) -> None:
    rumour = ask(conn, town["o1"])
    ask(conn, town["o2"])
    approve(conn, rumour)
    scheduler.due(conn, may_approve=anybody, now=T(7))
    tell_due(conn, now=T(8))
    assert letters(conn) == Counter(town.values())


def test_who_asked_is_counted_as_reached_and_named_nowhere(conn: sa.Connection, town: dict[str, str]) -> None:
    done = approve(conn, ask(conn, town["o1"]))
    assert broadcasts.progress(conn, done.notice_id).by_status == {Status.QUEUED: 4}
    scheduler.due(conn, may_approve=anybody, now=T(7))
    assert broadcasts.progress(conn, done.notice_id).by_status == {Status.POSTED: 4}
    named = set(conn.execute(sa.select(deliveries.c.resident_id)).scalars())
    assert named == {town["o2"], town["o3"], town["o4"]}
    broadcasts.cancel(conn, done.notice_id, actor="liu", why="错了", now=T(8))
    assert broadcasts.progress(conn, done.notice_id).by_status == {Status.WITHDRAWN: 4}


def test_who_refused_notices_and_asked_needs_no_knock_on_the_door(conn: sa.Connection, town: dict[str, str]) -> None:
    residents.refuse_notices(conn, town["o1"])
    residents.refuse_notices(conn, town["o2"])
    done = approve(conn, ask(conn, town["o1"]))
    assert [(door.area_code, door.people) for door in broadcasts.doors(conn, done.notice_id)] == [("c.g1", 1)]
