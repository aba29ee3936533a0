"""The life of a rumour and of its corrections: tables, the two-person rule, who is told, both databases."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
import sqlalchemy as sa

from bot.approval import NotAPerson, SameHand
from bot.tables import Stale
from community.rumours import correction as nouns
from community.rumours import correction_desk as corrections
from community.rumours import correction_ledger, ledger
from community.rumours import desk as rumours
from community.rumours import rumour as rumour_nouns
from community.rumours.correction import (
    MOST_CHAT_BYTES,
    MOST_GROUP_BYTES,
    MOST_SOURCE_BYTES,
    Correction,
    TooLong,
    Words,
)
from community.rumours.correction import Status as Stands
from community.rumours.correction_desk import AlreadyDrafted
from community.rumours.desk import Claim, Reported
from community.rumours.rumour import (
    KEEP_ASKERS,
    Cells,
    Forbidden,
    Judgement,
    Likeness,
    Rumour,
    Status,
    Unsaid,
    Verdict,
)
from tests.instants import T0, T

ALLOWED = {
    *product([Status.REPORTED], [Status.CHECKING, Status.CLOSED]),
    *product([Status.CHECKING], [Status.JUDGED, Status.CLOSED]),
    *product([Status.JUDGED], [Status.CHECKING, Status.CORRECTED, Status.CLOSED]),
    *product([Status.CORRECTED], [Status.CORRECTED, Status.CHECKING, Status.CLOSED]),
    (Status.CLOSED, Status.CHECKING),
    *product([Status.REPORTED, Status.CHECKING, Status.JUDGED], [Status.JOINED]),
}
SAYABLE = {
    (Stands.DRAFT, Stands.SUBMITTED),
    (Stands.SUBMITTED, Stands.DRAFT),
    (Stands.SUBMITTED, Stands.PUBLISHED),
    (Stands.PUBLISHED, Stands.SUPERSEDED),
    (Stands.PUBLISHED, Stands.WITHDRAWN),
}
WORDS = Words("水库在正常调度，没有泄洪通知。", "没有泄洪通知，请勿转发。", "来源：市水务局7月17日通报")
FALSE = Judgement("今晚水库泄洪", Verdict.FALSE, "水务局否认")


def same_text(text: str, known: Sequence[tuple[str, str]]) -> Likeness:
    return Likeness(same=next((one for one, statement in known if statement == text), None))


def ask(conn: sa.Connection, resident_id: str | None = "r1", seconds: float = 0, **values: Any) -> Reported:
    claim = replace(Claim("今晚泄洪", "life", "c.g1.b3", resident_id, "m1"), **values)
    return rumours.report(conn, claim, match=same_text, now=T(seconds))


def judged(conn: sa.Connection, verdict: Verdict = Verdict.FALSE, **values: Any) -> Rumour:
    rumour = ask(conn, **values).rumour
    rumours.check(conn, rumour.id, actor="liu", now=T(1))
    rumours.note(conn, rumour.id, text="打电话问过", source="水务局值班室", actor="liu", now=T(2))
    return rumours.judge(conn, rumour.id, [replace(FALSE, verdict=verdict)], actor="liu", now=T(3))


def published(conn: sa.Connection, rumour: Rumour, *, chat: str = WORDS.chat, now: datetime = T0) -> Correction:
    draft = corrections.draft(conn, rumour.id, replace(WORDS, chat=chat), actor="liu", now=now)
    submitted = corrections.submit(conn, draft.id, actor="liu", now=now)
    return corrections.approve(conn, draft.id, actor="chen", seen=submitted.revision, now=now)


def hear(conn: sa.Connection, rumour: Rumour) -> list[tuple[str, str, bool]]:
    """Everybody who is told now: (who, status of what they hear, whether they heard something before)."""
    told = corrections.next_to_tell(conn, rumour.id, limit=99)
    return [(one.resident_id, one.correction.status, one.heard_before) for one in told]


class TestTables:
    @pytest.mark.parametrize(("before", "after"), list(product(Status, Status)))
    def test_a_rumour_takes_the_steps_of_its_table_and_no_other(self, before: Status, after: Status) -> None:
        if (before, after) in ALLOWED:
            rumour_nouns.require_transition(before, after)
        else:
            with pytest.raises(Forbidden):
                rumour_nouns.require_transition(before, after)

    @pytest.mark.parametrize(("before", "after"), list(product(Stands, Stands)))
    def test_a_correction_takes_the_steps_of_its_table_and_no_other(self, before: Stands, after: Stands) -> None:
        if (before, after) in SAYABLE:
            nouns.require_transition(before, after)
        else:
            with pytest.raises(Forbidden):
                nouns.require_transition(before, after)

    def test_verbs_that_are_refused_change_nothing(self, conn: sa.Connection) -> None:
        rumour = ask(conn).rumour
        verbs: dict[Status, Callable[[], object]] = {
            Status.CHECKING: lambda: rumours.check(conn, rumour.id, actor="liu", now=T(9)),
            Status.JUDGED: lambda: rumours.judge(
                conn, rumour.id, [replace(FALSE, verdict=Verdict.UNCHECKABLE)], actor="liu", now=T(9)
            ),
            Status.CLOSED: lambda: rumours.set_aside(conn, rumour.id, actor="liu", reason="是问路", now=T(9)),
        }
        refused = (set(product(Status, verbs)) - ALLOWED) | {(Status.CORRECTED, Status.CLOSED)}
        for before, after in sorted(refused):
            conn.execute(sa.update(ledger.rumours).values(status=before))
            with pytest.raises(Forbidden):
                verbs[after]()
            assert rumours.get(conn, rumour.id).status is before
        assert len(rumours.history(conn, rumour.id)) == 1


class TestChecking:
    def test_from_the_first_question_to_a_verdict_everything_is_written_down(self, conn: sa.Connection) -> None:
        rumour = judged(conn)
        (found,) = rumours.evidence(conn, rumour.id)
        assert (found.text, found.source, found.actor, found.at) == ("打电话问过", "水务局值班室", "liu", T(2))
        assert rumours.judgements(conn, rumour.id) == (FALSE,)
        assert [one.became for one in rumours.history(conn, rumour.id)] == ["reported", "checking", "judged"]
        assert (rumour.checked_by, rumours.get(conn, rumour.id)) == ("liu", rumour)

    def test_each_statement_has_its_own_verdict_and_judging_again_replaces_them(self, conn: sa.Connection) -> None:
        rumour = judged(conn)
        rumours.check(conn, rumour.id, actor="chen", why="new words", now=T(5))
        both = [replace(FALSE, statement="今晚泄洪"), Judgement("明天停水", Verdict.TRUE, "公告")]
        rumours.judge(conn, rumour.id, both, actor="chen", now=T(6))
        assert rumours.judgements(conn, rumour.id) == tuple(both)

    def test_without_evidence_the_only_verdict_is_that_it_cannot_be_checked(self, conn: sa.Connection) -> None:
        rumour = ask(conn).rumour
        rumours.check(conn, rumour.id, actor="liu", now=T(1))
        with pytest.raises(Unsaid, match="evidence"):
            rumours.judge(conn, rumour.id, [FALSE], actor="liu", now=T(2))
        rumours.judge(conn, rumour.id, [replace(FALSE, verdict=Verdict.UNCHECKABLE)], actor="liu", now=T(2))

    @pytest.mark.parametrize("empty", [[], [replace(FALSE, statement=" ")], [replace(FALSE, why="")]])
    def test_a_verdict_needs_its_statement_and_its_reason(self, conn: sa.Connection, empty: list[Judgement]) -> None:
        rumour = judged(conn)
        rumours.check(conn, rumour.id, actor="liu", now=T(5))
        with pytest.raises(Unsaid):
            rumours.judge(conn, rumour.id, empty, actor="liu", now=T(6))

    def test_evidence_is_put_down_only_while_somebody_checks(self, conn: sa.Connection) -> None:
        rumour = ask(conn).rumour
        with pytest.raises(Forbidden):
            rumours.note(conn, rumour.id, text="x", source="y", actor="liu", now=T(1))

    def test_what_staff_said_it_is_called_is_known_too(self, conn: sa.Connection) -> None:
        rumour = judged(conn)
        assert ask(conn, "r2", text=FALSE.statement).rumour.id == rumour.id

    def test_worst_harm_first_then_how_many_asked_then_the_oldest(self, conn: sa.Connection) -> None:
        wanted = [("life", 1), ("money", 3), ("order", 2), ("order", 1), ("low", 9)]
        for number, (harm, people) in enumerate(reversed(wanted)):
            for person in range(people):
                ask(conn, f"r{person}", number, text=f"说法{number}", harm=harm)
        ask(conn, "r1", 99, text="后来的", harm="order")
        ask(conn, "r1", 99, text="别处的", harm="life", area_code="d.g1")
        queue = [(one.harm, one.askers) for one in rumours.queue(conn, "c")]
        assert queue == [*wanted[:4], ("order", 1), ("low", 9)]
        assert rumours.queue(conn, "c")[4].statement == "后来的"

    def test_staff_see_their_branch_and_what_came_up_nobody_knows_where(self, conn: sa.Connection) -> None:
        nowhere = ask(conn, text="没地方的", area_code="root").rumour
        theirs = ask(conn, text="别处的", area_code="d.g1").rumour
        assert [one.id for one in rumours.queue(conn, "c")] == [nowhere.id]
        assert rumours.find(conn, nowhere.id, branch="c") is not None
        assert rumours.find(conn, theirs.id, branch="c") is None

    def test_a_worse_harm_raises_the_rumour_and_a_lesser_one_does_not_lower_it(self, conn: sa.Connection) -> None:
        rumour = ask(conn, harm="order").rumour
        ask(conn, "r2", harm="life")
        ask(conn, "r3", harm="low")
        assert rumours.get(conn, rumour.id).harm == "life"

    def test_the_trouble_behind_it_is_linked_once(self, conn: sa.Connection) -> None:
        rumour = judged(conn)
        rumours.link(conn, rumour.id, need_id="n1", actor="liu", now=T(5))
        with pytest.raises(Stale):
            rumours.link(conn, rumour.id, need_id="n2", actor="chen", now=T(6))
        assert rumours.get(conn, rumour.id).need_id == "n1"


class TestSmallCells:
    @pytest.mark.parametrize(
        ("counts", "shown", "hidden"),
        [
            ({}, {}, 0),
            ({"a": 4}, {}, 1),
            ({"a": 5}, {"a": 5}, 0),
            ({"a": 9, "b": 7, "x": 4}, {"a": 9}, 2),  # 4 could be worked out from the total
            ({"a": 9, "b": 7, "x": 4, "y": 1}, {"a": 9, "b": 7}, 2),
        ],
    )
    def test_fewer_than_five_are_not_shown_nor_to_be_worked_out(
        self, counts: dict[str, int], shown: dict[str, int], hidden: int
    ) -> None:
        assert rumour_nouns.cells(counts, cell=str) == Cells(shown, hidden)

    def test_areas_are_counted_by_people_and_summed_to_larger_ones(self, conn: sa.Connection) -> None:
        for person in range(5):
            ask(conn, f"r{person}", area_code=f"c.g1.b{person}")
            ask(conn, f"r{person}", area_code=f"c.g1.b{person}")
        rumour = ask(conn, "r9", area_code="c.g2.b9").rumour
        assert rumours.by_area(conn, rumour.id) == Cells({}, 6)
        assert rumours.by_area(conn, rumour.id, cell=lambda code: code[:1]) == Cells({"c": 6}, 0)
        assert rumours.asked_in(conn, rumour.id, cell=lambda code: code[:4]) == ["c.g1", "c.g2"]


class TestTwoPeople:
    @pytest.mark.parametrize(
        ("author", "submitter", "actor", "refusal"),
        [
            ("liu", "liu", "liu", SameHand),
            ("liu", "chen", "liu", SameHand),
            ("liu", "chen", "chen", SameHand),
            ("liu", "chen", "system", NotAPerson),
            ("liu", "chen", "", NotAPerson),
        ],
    )
    def test_nobody_approves_what_they_had_a_hand_in(
        self, author: str, submitter: str, actor: str, refusal: type[Exception]
    ) -> None:
        draft = Correction("k", "y", Stands.DRAFT, WORDS, (FALSE,), (author,), T0)
        submitted = nouns.submit(draft, (FALSE,), actor=submitter)
        with pytest.raises(refusal):
            nouns.approve(submitted, actor=actor, now=T0)
        assert nouns.approve(submitted, actor="zhou", now=T0).approved_by == "zhou"

    def test_whoever_changed_a_word_is_an_author(self, conn: sa.Connection) -> None:
        draft = corrections.draft(conn, judged(conn).id, WORDS, actor="liu", now=T(4))
        corrections.edit(conn, draft.id, replace(WORDS, chat="改过的话。"), actor="chen", now=T(5))
        submitted = corrections.submit(conn, draft.id, actor="liu", now=T(6))
        with pytest.raises(SameHand):
            corrections.approve(conn, draft.id, actor="chen", seen=submitted.revision, now=T(7))

    def test_a_row_that_one_person_brought_to_published_is_told_to_nobody(self, conn: sa.Connection) -> None:
        rumour = judged(conn)
        correction = published(conn, rumour)
        table = correction_ledger.corrections
        conn.execute(sa.update(table).where(table.c.id == correction.id).values(approved_by="liu"))
        with pytest.raises(SameHand):
            corrections.next_to_tell(conn, rumour.id, limit=9)

    def test_a_withdrawal_is_told_only_after_a_second_person(self, conn: sa.Connection) -> None:
        rumour = judged(conn)
        correction = published(conn, rumour)
        assert len(hear(conn, rumour)) == 1
        corrections.withdraw(conn, correction.id, actor="chen", reason="弄错了", now=T(9))
        assert corrections.standing(conn, rumour.id) is None
        assert hear(conn, rumour) == [] and corrections.untold(conn) == []
        with pytest.raises(SameHand):
            corrections.approve_withdrawal(conn, correction.id, actor="chen", now=T(10))
        corrections.approve_withdrawal(conn, correction.id, actor="liu", now=T(11))
        assert corrections.untold(conn) == [rumour.id]
        assert hear(conn, rumour) == [("r1", Stands.WITHDRAWN, True)]
        assert hear(conn, rumour) == [] and corrections.untold(conn) == []

    def test_what_was_approved_is_what_was_read(self, conn: sa.Connection) -> None:
        draft = corrections.draft(conn, judged(conn).id, WORDS, actor="liu", now=T(4))
        read = corrections.submit(conn, draft.id, actor="liu", now=T(5))
        corrections.send_back(conn, draft.id, actor="chen", reason="太长", now=T(6))
        corrections.edit(conn, draft.id, replace(WORDS, chat="别的话。"), actor="liu", now=T(7))
        again = corrections.submit(conn, draft.id, actor="liu", now=T(8))
        with pytest.raises(Stale):
            corrections.approve(conn, draft.id, actor="chen", seen=read.revision, now=T(9))
        assert corrections.approve(conn, draft.id, actor="chen", seen=again.revision, now=T(9)).words.chat == "别的话。"

    def test_a_verdict_that_changed_meanwhile_is_not_approved(self, conn: sa.Connection) -> None:
        rumour = judged(conn)
        draft = corrections.draft(conn, rumour.id, WORDS, actor="liu", now=T(4))
        seen = corrections.submit(conn, draft.id, actor="liu", now=T(5)).revision
        rumours.check(conn, rumour.id, actor="liu", why="new evidence", now=T(6))
        with pytest.raises(Forbidden):
            corrections.approve(conn, draft.id, actor="chen", seen=seen, now=T(7))
        rumours.judge(conn, rumour.id, [replace(FALSE, verdict=Verdict.TRUE)], actor="liu", now=T(8))
        with pytest.raises(Stale):
            corrections.approve(conn, draft.id, actor="chen", seen=seen, now=T(9))
        corrections.send_back(conn, draft.id, actor="chen", reason="结论变了", now=T(10))
        again = corrections.submit(conn, draft.id, actor="liu", now=T(11))
        assert again.judgements == rumours.judgements(conn, rumour.id)
        corrections.approve(conn, draft.id, actor="chen", seen=again.revision, now=T(12))


class TestWords:
    @pytest.mark.parametrize(
        ("field", "most"), [("chat", MOST_CHAT_BYTES), ("group", MOST_GROUP_BYTES), ("source", MOST_SOURCE_BYTES)]
    )
    def test_each_text_fits_its_place_to_the_byte(self, field: str, most: int) -> None:
        fits = "核" * (most // 3) + "a" * (most % 3)
        nouns.require_sayable(replace(WORDS, **{field: fits}))
        with pytest.raises(TooLong, match=field):
            nouns.require_sayable(replace(WORDS, **{field: fits + "a"}))
        with pytest.raises(Unsaid, match=field):
            nouns.require_sayable(replace(WORDS, **{field: "  "}))

    def test_nothing_is_written_before_there_is_a_verdict_and_only_one_at_a_time(self, conn: sa.Connection) -> None:
        rumour = ask(conn).rumour
        with pytest.raises(Forbidden):
            corrections.draft(conn, rumour.id, WORDS, actor="liu", now=T(1))
        rumour = judged(conn, text="别的")
        corrections.draft(conn, rumour.id, WORDS, actor="liu", now=T(4))
        with pytest.raises(AlreadyDrafted):
            corrections.draft(conn, rumour.id, WORDS, actor="chen", now=T(5))

    def test_only_a_draft_is_edited(self, conn: sa.Connection) -> None:
        draft = corrections.draft(conn, judged(conn).id, WORDS, actor="liu", now=T(4))
        corrections.submit(conn, draft.id, actor="liu", now=T(5))
        with pytest.raises(Forbidden):
            corrections.edit(conn, draft.id, WORDS, actor="liu", now=T(6))
        with pytest.raises(Unsaid):
            corrections.send_back(conn, draft.id, actor="chen", reason=" ", now=T(6))


class TestTelling:
    def test_each_who_asked_is_told_once_in_batches(self, conn: sa.Connection) -> None:
        for number in range(5):
            ask(conn, f"r{number}", number)
        rumour = judged(conn)
        published(conn, rumour)
        told: list[str] = []
        while corrections.untold(conn):
            told += [one.resident_id for one in corrections.next_to_tell(conn, rumour.id, limit=2)]
        assert told == [f"r{number}" for number in range(5)]

    def test_of_two_workers_one_tells(self, conn: sa.Connection) -> None:
        rumour = judged(conn)
        correction = published(conn, rumour)
        assert correction_ledger.mark_told(conn, rumour.id, "r1", correction.id)
        assert not correction_ledger.mark_told(conn, rumour.id, "r1", correction.id)

    def test_who_asks_afterwards_gets_the_correction_and_is_not_told_again(self, conn: sa.Connection) -> None:
        rumour = judged(conn)
        assert ask(conn, "r2").correction is None
        correction = published(conn, rumour)
        assert len(hear(conn, rumour)) == 2
        assert ask(conn, "r3").correction == correction
        assert hear(conn, rumour) == []

    def test_a_better_correction_is_told_to_those_who_got_the_old_one(self, conn: sa.Connection) -> None:
        rumour = judged(conn)
        old = published(conn, rumour)
        hear(conn, rumour)
        new = published(conn, rumour, chat="更准的话。", now=T(60))
        ask(conn, "r2", 61)
        assert corrections.get(conn, old.id).status is Stands.SUPERSEDED
        assert corrections.standing(conn, rumour.id) == new
        assert hear(conn, rumour) == [("r1", Stands.PUBLISHED, True)]
        assert [one.status for one in corrections.of_rumour(conn, rumour.id)] == [Stands.SUPERSEDED, Stands.PUBLISHED]

    def test_who_was_forgotten_is_not_told(self, conn: sa.Connection) -> None:
        rumour = judged(conn)
        rumours.forget(conn, "r1")
        published(conn, rumour)
        assert hear(conn, rumour) == [] and corrections.untold(conn) == []

    def test_what_waits_for_a_second_person_is_listed_for_its_branch(self, conn: sa.Connection) -> None:
        draft = corrections.draft(conn, judged(conn).id, WORDS, actor="liu", now=T(4))
        assert corrections.waiting(conn, "c") == []
        submitted = corrections.submit(conn, draft.id, actor="liu", now=T(5))
        assert corrections.waiting(conn, "c") == [submitted]
        assert corrections.waiting(conn, "d") == []
        done = corrections.approve(conn, draft.id, actor="chen", seen=submitted.revision, now=T(6))
        assert corrections.waiting(conn, "c") == []
        withdrawn = corrections.withdraw(conn, done.id, actor="chen", reason="错了", now=T(7))
        assert corrections.waiting(conn, "c") == [withdrawn]


class TestForgetting:
    def test_a_month_after_the_correction_nobody_knows_who_asked(self, conn: sa.Connection) -> None:
        for resident_id in ("r1", "r1", "r2"):
            ask(conn, resident_id)
        rumour = judged(conn)
        correction = published(conn, rumour, now=T0)
        assert rumours.close_old(conn, now=T0 + KEEP_ASKERS - timedelta(seconds=1)) == 0
        assert rumours.close_old(conn, now=T0 + KEEP_ASKERS) == 1
        closed = rumours.get(conn, rumour.id)
        assert (closed.status, closed.askers) == (Status.CLOSED, 2)
        assert rumours.askers(conn, rumour.id) == []
        rows = conn.execute(sa.select(ledger.reports.c.resident_id, ledger.reports.c.message_id)).all()
        assert {tuple(row) for row in rows} == {(None, "")}
        late = ask(conn, "r7")
        assert late.correction == correction
        assert rumours.askers(conn, rumour.id) == []
        assert rumours.get(conn, rumour.id).askers == 3

    def test_set_aside_it_ends_and_the_same_words_begin_anew(self, conn: sa.Connection) -> None:
        rumour = ask(conn).rumour
        with pytest.raises(Unsaid):
            rumours.set_aside(conn, rumour.id, actor="liu", reason=" ", now=T(1))
        rumours.set_aside(conn, rumour.id, actor="liu", reason="只是问路", now=T(1))
        assert rumours.askers(conn, rumour.id) == []
        assert ask(conn, "r2").rumour.id != rumour.id

    def test_a_closed_one_that_turns_out_wrong_is_withdrawn_and_checked_again(self, conn: sa.Connection) -> None:
        rumour = judged(conn)
        correction = published(conn, rumour, now=T0)
        rumours.close_old(conn, now=T0 + KEEP_ASKERS)
        corrections.withdraw(conn, correction.id, actor="chen", reason="错了", now=T0 + KEEP_ASKERS)
        assert rumours.get(conn, rumour.id).status is Status.CHECKING


class TestPublic:
    def test_what_is_said_is_listed_newest_first_without_what_was_taken_back(self, conn: sa.Connection) -> None:
        first = judged(conn)
        published(conn, first, now=T(10))
        second = judged(conn, text="明天停水")
        published(conn, second, now=T(20))
        gone = published(conn, judged(conn, text="盐断货"), now=T(30))
        corrections.withdraw(conn, gone.id, actor="chen", reason="错了", now=T(40))
        listed = corrections.published(conn, "c")
        assert [number for number, _correction in listed] == [second.number, first.number]
        assert listed[0][1].judgements == (FALSE,)
        assert corrections.published(conn, "d") == []

    def test_decided_ones_are_listed_and_a_cleared_branch_is_empty(self, conn: sa.Connection) -> None:
        rumour = judged(conn)
        published(conn, rumour)
        assert [one.id for one in rumours.decided(conn, "c")] == [rumour.id]
        assert rumours.find(conn, rumour.id, branch="d") is None
        rumours.clear(conn, "c")
        for table in (ledger.rumours, ledger.reports, ledger.history, correction_ledger.corrections):
            assert conn.execute(sa.select(sa.func.count()).select_from(table)).scalar_one() == 0
