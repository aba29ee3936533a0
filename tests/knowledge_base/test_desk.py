"""The knowledge base's verbs on both databases."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from knowledge_base import desk, ledger
from knowledge_base.question import AlreadySettled
from tests.instants import T0, T


def test_bytes_are_stored_once_under_their_hash(conn: sa.Connection) -> None:
    name = desk.store_artefact(conn, "model", b"weights", now=T0)
    assert desk.store_artefact(conn, "model", b"weights", now=T(5)) == name
    assert desk.artefact(conn, name) == b"weights"
    with pytest.raises(desk.NoSuchArtefact):
        desk.artefact(conn, "0" * 64)


def test_the_newest_use_is_the_current_one_and_going_back_is_using_the_old_one(conn: sa.Connection) -> None:
    assert desk.current_artefact(conn, "snapshot") is None
    old, new = (desk.store_artefact(conn, "snapshot", content, now=T0) for content in (b"old", b"new"))
    for name in (old, new, old):
        desk.use_artefact(conn, "snapshot", name, by="s1", now=T0)
        assert desk.current_artefact(conn, "snapshot") == name
    assert [name for name, _, _ in ledger.uses(conn, "snapshot")] == [old, new, old]


def test_an_artefact_of_another_kind_is_not_put_in_use(conn: sa.Connection) -> None:
    model = desk.store_artefact(conn, "model", b"weights", now=T0)
    with pytest.raises(desk.NoSuchArtefact):
        desk.use_artefact(conn, "snapshot", model, by="s1", now=T0)


def test_a_newer_shipped_snapshot_replaces_an_older_shipped_one(conn: sa.Connection) -> None:
    for content in (b"one", b"one", b"two"):
        desk.use_shipped(conn, "snapshot", content, now=T0)
    assert len(ledger.uses(conn, "snapshot")) == 2
    assert desk.artefact(conn, desk.current_artefact(conn, "snapshot") or "") == b"two"


def test_a_shipped_snapshot_never_replaces_what_staff_put_in_use(conn: sa.Connection) -> None:
    own = desk.store_artefact(conn, "snapshot", b"own", now=T0)
    desk.use_artefact(conn, "snapshot", own, by="s1", now=T0)
    desk.use_shipped(conn, "snapshot", b"shipped", now=T(5))
    assert desk.current_artefact(conn, "snapshot") == own


def test_adoption_is_of_the_very_snapshot_in_use(conn: sa.Connection) -> None:
    with pytest.raises(desk.NothingInUse):
        desk.adopt(conn, by="主任", now=T0)
    desk.use_shipped(conn, "snapshot", b"one", now=T0)
    assert not desk.is_adopted(conn)
    for _ in range(2):
        desk.adopt(conn, by="主任", now=T0)
    assert desk.is_adopted(conn)
    desk.use_shipped(conn, "snapshot", b"two", now=T(5))
    assert not desk.is_adopted(conn)


def test_the_newest_value_of_a_fact_stands_and_an_empty_one_empties_it(conn: sa.Connection) -> None:
    for value in ("1", " 2 "):
        desk.set_fact(conn, area_code="c", name="duty_phone", value=value, by="s1", now=T0)
    desk.set_fact(conn, area_code="d", name="duty_phone", value="9", by="s1", now=T0)
    assert desk.facts(conn, "c") == {"duty_phone": "2"}
    desk.set_fact(conn, area_code="c", name="duty_phone", value="", by="s1", now=T0)
    assert desk.facts(conn, "c") == {}


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("nope", "1", desk.NoSuchFact),
        ("shelter", "长" * 41, desk.FactTooLong),
        ("shelter", "一行\n两行", desk.FactTooLong),
    ],
)
def test_an_impossible_fact_is_refused(conn: sa.Connection, name: str, value: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        desk.set_fact(conn, area_code="c", name=name, value=value, by="s1", now=T0)
    assert desk.facts(conn, "c") == {}


def test_a_filed_question_waits_in_its_branch_until_it_is_answered(conn: sa.Connection) -> None:
    question = file(conn, area_code="c.g1")
    file(conn, area_code="d")
    assert [one.id for one in desk.waiting_questions(conn, "c")] == [question]
    desk.settle_question(conn, question)
    assert desk.waiting_questions(conn, "c") == []
    with pytest.raises(AlreadySettled):
        desk.settle_question(conn, question)
    with pytest.raises(desk.NoSuchQuestion):
        desk.settle_question(conn, "nowhere")


def test_a_resident_who_leaves_takes_their_question_along(conn: sa.Connection) -> None:
    erased, kept = file(conn, resident_id="r1"), file(conn, resident_id="r2")
    desk.forget(conn, "r1")
    forgotten = ledger.question(conn, erased)
    assert forgotten is not None
    assert (forgotten.text, forgotten.resident_id) == ("", None)
    assert [one.id for one in desk.waiting_questions(conn, "c")] == [kept]


def file(conn: sa.Connection, *, area_code: str = "c", resident_id: str = "r1") -> str:
    return desk.file_question(
        conn,
        text="这个谁知道",
        message_id="m1",
        resident_id=resident_id,
        area_code=area_code,
        number="W-0717-1",
        now=T0,
    )
