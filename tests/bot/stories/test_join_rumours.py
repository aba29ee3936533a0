"""Two rumours are joined: who asked about the first hears the other's number, and the answer if there is one."""

from __future__ import annotations

import sqlalchemy as sa

from bot.outbox import desk as outbox
from bot.stories.join_rumours import join_rumours
from bot.stories.tell_residents import tell_due, tell_next
from community.rumours import correction_desk as corrections
from community.rumours import desk as rumours
from community.rumours.rumour import KEEP_ASKERS
from tests.community.test_joined_rumours import WORDS, ask, corrected
from tests.instants import T0, T


def heard(conn: sa.Connection, resident_id: str) -> list[str]:
    return outbox.take_news(conn, resident_id, now=T0 + 2 * KEEP_ASKERS, limit=9)


def test_while_it_is_checked_they_hear_the_new_number(conn: sa.Connection) -> None:
    first, second = ask(conn, "今晚泄洪"), ask(conn, "水库要放水", "r2")
    join_rumours(conn, second.id, into=first.id, actor="liu", now=T(9))
    (told,) = heard(conn, "r2")
    assert second.number in told and first.number in told and "有结论告诉您" in told
    assert heard(conn, "r1") == []


def test_what_is_said_already_is_told_at_once_and_once(conn: sa.Connection) -> None:
    first, second = ask(conn, "今晚泄洪"), ask(conn, "水库要放水", "r2")
    corrected(conn, first)
    tell_next(conn, first.id, now=T(7))
    join_rumours(conn, second.id, into=first.id, actor="liu", now=T(9))
    assert tell_due(conn, now=T(10)) == 0
    (told,) = heard(conn, "r2")
    assert told.startswith(f"您问的 {second.number} 和 {first.number} 是同一个说法") and WORDS.chat in told
    assert len(heard(conn, "r1")) == 1


def test_joined_into_what_is_closed_they_are_told_and_forgotten(conn: sa.Connection) -> None:
    first = ask(conn, "今晚泄洪")
    corrected(conn, first)
    rumours.close_old(conn, now=T0 + KEEP_ASKERS + (T(60) - T0))
    second = ask(conn, "水库要放水", "r2")
    join_rumours(conn, second.id, into=first.id, actor="liu", now=T0 + KEEP_ASKERS * 1.5)
    (told,) = heard(conn, "r2")
    assert WORDS.chat in told
    assert rumours.askers(conn, first.id) == []
    assert corrections.untold(conn) == []
