"""The nouns: every forbidden step is refused, and nobody approves their own words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot import approval
from broadcasts import broadcast as nouns
from broadcasts.audience import Audience
from broadcasts.broadcast import (
    TRANSITIONS,
    BadNotice,
    Broadcast,
    Forbidden,
    Past,
    Severity,
    Status,
)
from tests.broadcasts.notices import AUTHOR, NOTICE, SECOND, THIRD, notice
from tests.instants import T0, T


def _standing(status: Status = Status.SUBMITTED, **values: object) -> Broadcast:
    made = Broadcast("b1", "T-0717-1", "c", NOTICE, status, (AUTHOR,), T0, submitted_by=AUTHOR)
    return replace(made, **values)  # type: ignore[arg-type]


FORBIDDEN = [(one, two) for one in Status for two in Status if two not in TRANSITIONS[one]]


@pytest.mark.parametrize(("before", "after"), FORBIDDEN)
def test_a_step_that_is_not_in_the_table_is_refused(before: Status, after: Status) -> None:
    with pytest.raises(Forbidden):
        nouns.move(_standing(before), after)


@pytest.mark.parametrize("before", [status for status in Status if status is not Status.SUBMITTED])
def test_only_what_was_submitted_can_be_approved(before: Status) -> None:
    with pytest.raises(Forbidden):
        nouns.approve(_standing(before), actor=SECOND, send_at=T0, emergency=False, now=T0)


@pytest.mark.parametrize("before", [status for status in Status if status is not Status.DRAFT])
def test_only_a_draft_can_be_rewritten(before: Status) -> None:
    with pytest.raises(Forbidden):
        nouns.rewrite(_standing(before), NOTICE, actor=AUTHOR, now=T0)


@pytest.mark.parametrize("before", [status for status in Status if status is not Status.APPROVED])
def test_only_what_was_approved_starts(before: Status) -> None:
    with pytest.raises(Forbidden):
        nouns.start(_standing(before, approvers=(SECOND,)))


@pytest.mark.parametrize("actor", [AUTHOR, "staff-editor", "staff-submitter"])
def test_no_author_and_no_submitter_approves(actor: str) -> None:
    made = _standing(authors=(AUTHOR, "staff-editor"), submitted_by="staff-submitter")
    with pytest.raises(approval.SameHand):
        nouns.approve(made, actor=actor, send_at=T0, emergency=False, now=T0)


@pytest.mark.parametrize("actor", ["", "system", "resident"])
def test_only_a_person_approves(actor: str) -> None:
    with pytest.raises(approval.NotAPerson):
        nouns.approve(_standing(), actor=actor, send_at=T0, emergency=False, now=T0)


def test_an_extreme_notice_in_peacetime_needs_two_different_people() -> None:
    made = _standing(notice=notice(severity=Severity.EXTREME))
    once = nouns.approve(made, actor=SECOND, send_at=T0, emergency=False, now=T0)
    assert once.status is Status.SUBMITTED
    with pytest.raises(approval.SameHand):
        nouns.approve(once, actor=SECOND, send_at=T0, emergency=False, now=T0)
    twice = nouns.approve(once, actor=THIRD, send_at=T(60), emergency=False, now=T0)
    assert (twice.status, twice.approvers, twice.send_at) == (Status.APPROVED, (SECOND, THIRD), T(60))
    assert twice.second_look_until is None


def test_in_emergency_mode_one_is_enough_and_another_looks_within_a_day() -> None:
    made = _standing(notice=notice(severity=Severity.EXTREME))
    told = nouns.approve(made, actor=SECOND, send_at=T0, emergency=True, now=T0)
    assert told.status is Status.APPROVED
    assert told.second_look_until == T0 + timedelta(hours=24)
    for hand in (AUTHOR, SECOND):
        with pytest.raises(approval.SameHand):
            nouns.look_again(told, actor=hand)
    looked = nouns.look_again(told, actor=THIRD)
    with pytest.raises(Forbidden):
        nouns.look_again(looked, actor="staff-d")


@pytest.mark.parametrize(
    ("approvers", "needed", "error"),
    [
        ((), 1, approval.TooFew),
        ((SECOND,), 2, approval.TooFew),
        ((AUTHOR,), 1, approval.SameHand),
        ((SECOND, SECOND), 2, approval.SameHand),
        (("system",), 1, approval.NotAPerson),
    ],
)
def test_an_approval_that_does_not_stand_starts_nothing(
    approvers: tuple[str, ...], needed: int, error: type[Exception]
) -> None:
    with pytest.raises(error):
        nouns.start(_standing(Status.APPROVED, approvers=approvers, needed=needed))


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": " "},
        {"text": ""},
        {"text": "水" * 201},
        {"title": "水" * 21},
        {"title": "【演练】停水"},
        {"text": "【演练】今天停水"},
        {"audience": Audience(areas=())},
    ],
)
def test_words_that_cannot_go_out_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BadNotice):
        nouns.require_sayable(notice(**wrong), now=T0)


def test_the_longest_text_still_fits() -> None:
    nouns.require_sayable(notice(text="水" * 200, title="水" * 20), now=T0)
    assert len(nouns.message(notice(text="水" * 200, title="水" * 20, asks_receipt=True)).encode()) < 750


def test_what_is_over_is_neither_submitted_nor_approved() -> None:
    with pytest.raises(Past):
        nouns.submit(_standing(Status.DRAFT), actor=AUTHOR, emergency=False, now=NOTICE.valid_until)
    with pytest.raises(Past):
        nouns.approve(_standing(), actor=SECOND, send_at=NOTICE.valid_until, emergency=False, now=T0)


def test_a_time_that_lies_behind_means_at_once() -> None:
    assert nouns.approve(_standing(), actor=SECOND, send_at=T(-60), emergency=False, now=T0).send_at == T0


def test_whoever_takes_up_a_returned_one_cannot_approve_it_later() -> None:
    taken = nouns.reopen(_standing(Status.RETURNED), actor=SECOND)
    again = nouns.submit(taken, actor=AUTHOR, emergency=False, now=T0)
    with pytest.raises(approval.SameHand):
        nouns.approve(again, actor=SECOND, send_at=T0, emergency=False, now=T0)
