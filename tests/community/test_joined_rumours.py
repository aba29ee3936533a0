"""A rumour that perhaps repeats another: a person joins them, or says that they are two."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import sqlalchemy as sa

from bot.tables import Stale
from community.rumours import correction_desk as corrections
from community.rumours import desk as rumours
from community.rumours.correction import Correction, Words
from community.rumours.desk import Claim
from community.rumours.rumour import Forbidden, Judgement, Likeness, Rumour, Status, Verdict
from tests.instants import T0, T

WORDS = Words("没有泄洪通知。", "没有泄洪。", "来源：市水务局")
FALSE = Judgement("今晚泄洪", Verdict.FALSE, "水务局否认")


def ask(
    conn: sa.Connection, text: str, who: str | None = "r1", *, harm: str = "low", perhaps: Rumour | None = None
) -> Rumour:
    """A claim whose words are known is filed there; a new one remembers `perhaps`."""

    def match(asked: str, known: Sequence[tuple[str, str]]) -> Likeness:
        same = next((one for one, statement in known if statement == asked), None)
        if same or not perhaps:
            return Likeness(same=same, chance=1.0 if same else 0.0)
        return Likeness(perhaps=perhaps.id, chance=0.46, reasons=("数目不一样",))

    return rumours.report(conn, Claim(text, harm, "c.g1", who, "m"), match=match, now=T0).rumour


def corrected(conn: sa.Connection, rumour: Rumour) -> Correction:
    rumours.check(conn, rumour.id, actor="liu", now=T(1))
    rumours.note(conn, rumour.id, text="问过", source="水务局", actor="liu", now=T(2))
    rumours.judge(conn, rumour.id, [FALSE], actor="liu", now=T(3))
    draft = corrections.draft(conn, rumour.id, WORDS, actor="liu", now=T(4))
    draft = corrections.submit(conn, draft.id, actor="liu", now=T(5))
    return corrections.approve(conn, draft.id, actor="chen", seen=draft.revision, now=T(6))


def test_a_new_rumour_remembers_what_it_perhaps_repeats_and_why(conn: sa.Connection) -> None:
    first = ask(conn, "今晚泄洪")
    second = ask(conn, "水库要放水三次", "r2", perhaps=first)
    kept = rumours.get(conn, second.id)
    assert (kept.perhaps, kept.perhaps_chance, kept.perhaps_why) == (first.id, 0.46, ("数目不一样",))
    other = rumours.suggested(conn, kept, branch="c")
    assert other is not None and other.id == first.id
    assert rumours.suggested(conn, kept, branch="d") is None  # another community's rumour is not shown
    assert rumours.suggested(conn, first, branch="c") is None


def test_joined_all_who_asked_stand_with_the_other_and_the_first_points_there(conn: sa.Connection) -> None:
    first = ask(conn, "今晚泄洪")
    second = ask(conn, "水库要放水", "r2", harm="life", perhaps=first)
    ask(conn, "水库要放水", "r3")
    ask(conn, "水库要放水", None)
    stays = rumours.join(conn, second.id, into=first.id, actor="liu", now=T(9))
    assert (stays.id, stays.askers, stays.harm) == (first.id, 4, "life")
    assert rumours.askers(conn, first.id) == ["r1", "r2", "r3"] and rumours.askers(conn, second.id) == []
    gone = rumours.get(conn, second.id)
    assert (gone.status, gone.joined_into, gone.perhaps) == (Status.JOINED, first.id, None)
    assert [one.id for one in rumours.queue(conn, "c")] == [first.id]
    assert [one.id for one in rumours.decided(conn, "c")] == [second.id]
    assert rumours.history(conn, second.id)[-1].why == f"the same as {first.number}"
    assert rumours.history(conn, first.id)[-1].why == f"joined by {second.number}"


def test_the_joined_ones_words_are_known_from_then_on_also_through_a_second_joining(conn: sa.Connection) -> None:
    first, second, third = ask(conn, "甲说法"), ask(conn, "乙说法", "r2"), ask(conn, "丙说法", "r3")
    rumours.join(conn, third.id, into=second.id, actor="liu", now=T(8))
    rumours.join(conn, second.id, into=first.id, actor="liu", now=T(9))
    assert ask(conn, "乙说法", "r4").id == ask(conn, "丙说法", "r5").id == first.id
    assert rumours.get(conn, third.id).joined_into == first.id


def test_suggestions_follow_what_was_joined_and_none_points_to_itself(conn: sa.Connection) -> None:
    first = ask(conn, "甲说法")
    second = ask(conn, "乙说法", "r2", perhaps=first)
    third = ask(conn, "丙说法", "r3", perhaps=second)
    rumours.join(conn, first.id, into=second.id, actor="liu", now=T(9))
    assert rumours.get(conn, second.id).perhaps is None
    rumours.join(conn, second.id, into=ask(conn, "丁说法").id, actor="liu", now=T(10))
    told = rumours.suggested(conn, rumours.get(conn, third.id), branch="c")
    assert told is not None and told.statement == "丁说法"


def test_who_asked_about_both_is_told_once(conn: sa.Connection) -> None:
    first = ask(conn, "今晚泄洪")
    second = ask(conn, "水库要放水", "r1")
    ask(conn, "水库要放水", "r2")
    corrected(conn, first)
    assert [one.resident_id for one in corrections.next_to_tell(conn, first.id, limit=9)] == ["r1"]
    rumours.join(conn, second.id, into=first.id, actor="liu", now=T(9))
    assert [one.resident_id for one in corrections.next_to_tell(conn, first.id, limit=9)] == ["r2"]


def test_what_is_decided_or_waits_for_the_second_person_is_not_joined(conn: sa.Connection) -> None:
    first, second, third = ask(conn, "甲说法"), ask(conn, "乙说法"), ask(conn, "丙说法")
    corrected(conn, second)
    rumours.check(conn, third.id, actor="liu", now=T(1))
    rumours.judge(conn, third.id, [Judgement("丙", Verdict.UNCHECKABLE, "问不到")], actor="liu", now=T(3))
    draft = corrections.draft(conn, third.id, WORDS, actor="liu", now=T(4))
    corrections.submit(conn, draft.id, actor="liu", now=T(5))
    for source, into in ((second, first), (third, first), (first, first)):
        with pytest.raises(Forbidden):
            rumours.join(conn, source.id, into=into.id, actor="liu", now=T(9))
        assert rumours.get(conn, source.id).joined_into is None


def test_nothing_is_joined_into_what_was_set_aside_or_joined_itself(conn: sa.Connection) -> None:
    first, second, third = ask(conn, "甲说法"), ask(conn, "乙说法"), ask(conn, "丙说法")
    rumours.set_aside(conn, second.id, actor="liu", reason="广告", now=T(5))
    with pytest.raises(Forbidden):
        rumours.join(conn, first.id, into=second.id, actor="liu", now=T(9))
    rumours.join(conn, third.id, into=first.id, actor="liu", now=T(9))
    other = ask(conn, "丁说法")
    with pytest.raises(Forbidden):
        rumours.join(conn, other.id, into=third.id, actor="liu", now=T(9))


def test_kept_apart_the_suggestion_goes_once(conn: sa.Connection) -> None:
    first = ask(conn, "今晚泄洪")
    second = ask(conn, "水库要放水", "r2", perhaps=first)
    kept = rumours.keep_apart(conn, second.id, actor="liu", now=T(9))
    assert (kept.perhaps, kept.perhaps_why, kept.status) == (None, (), Status.REPORTED)
    assert rumours.history(conn, second.id)[-1].why == f"not the same as {first.number}"
    with pytest.raises(Stale):
        rumours.keep_apart(conn, second.id, actor="liu", now=T(10))


def test_a_suggestion_of_what_is_over_is_not_made_any_more(conn: sa.Connection) -> None:
    first = ask(conn, "今晚泄洪")
    second = ask(conn, "水库要放水", "r2", perhaps=first)
    rumours.set_aside(conn, first.id, actor="liu", reason="广告", now=T(5))
    assert rumours.suggested(conn, rumours.get(conn, second.id), branch="c") is None
