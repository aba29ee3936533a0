"""The knowledge base's verbs: put an artefact in use, adopt, fill in facts, file what nobody could answer."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.tables import new_id
from knowledge_base import ledger
from knowledge_base import question as questions
from knowledge_base.facts import FACTS
from knowledge_base.question import OpenQuestion, Status

SNAPSHOT = "snapshot"
MODEL = "model"
LEARNED = "learned"  # who put an artefact in use that was learned from staff's corrections
SHIPPED = "shipped"  # who put an artefact in use that came with the program
FACT_BYTES = 120  # 40 Chinese characters: a short form with two of them still fits one message


class NothingInUse(Exception):
    """There is no snapshot in use that could be adopted."""


class NoSuchArtefact(Exception):
    """No artefact of that kind has that hash."""


class NoSuchFact(Exception):
    """The name is none of the fifteen local facts."""


class FactTooLong(Exception):
    """A local fact has at most FACT_BYTES bytes and stands on one line."""


class NoSuchQuestion(Exception):
    """No question has that id."""


def store_artefact(conn: sa.Connection, kind: str, content: bytes, *, now: datetime) -> str:
    """Keep a snapshot's or a model's bytes, once; returns their SHA-256 in hexadecimal."""
    return ledger.store(conn, kind=kind, content=content, now=now)


def use_artefact(conn: sa.Connection, kind: str, name: str, *, by: str, now: datetime) -> None:
    """Make a stored artefact the current one; going back is using an older one again.

    `name` is its hash. Raises NoSuchArtefact.
    """
    if ledger.kind_of(conn, name) != kind:
        raise NoSuchArtefact(f"{kind} {name}")
    ledger.use(conn, kind=kind, name=name, by=by, now=now)


def use_shipped(conn: sa.Connection, kind: str, content: bytes, *, now: datetime) -> None:
    """Put what came with the program in use where nothing is, or where an older shipped one is.

    What was put in use here stays; what came with the program can be gone back to all the same.
    """
    name = ledger.store(conn, kind=kind, content=content, now=now)
    in_use = ledger.current(conn, kind)
    if in_use is None or (in_use[1] == SHIPPED and in_use[0] != name):
        ledger.use(conn, kind=kind, name=name, by=SHIPPED, now=now)


def current_artefact(conn: sa.Connection, kind: str) -> str | None:
    """Hash of the artefact of that kind in use, None if there is none."""
    in_use = ledger.current(conn, kind)
    return in_use[0] if in_use else None


def in_use_by(conn: sa.Connection, kind: str) -> tuple[str, datetime, str] | None:
    """(hash, since when, by whom) of the artefact of that kind in use, None if there is none."""
    found = ledger.uses(conn, kind)
    return found[-1] if found else None


def artefacts(conn: sa.Connection, kind: str) -> list[tuple[str, datetime]]:
    """(hash, when it came) of every artefact of that kind, newest first."""
    return ledger.all_of(conn, kind)


def artefact(conn: sa.Connection, name: str) -> bytes:
    """The bytes of that hash. Raises NoSuchArtefact."""
    content = ledger.content(conn, name)
    if content is None:
        raise NoSuchArtefact(name)
    return content


def adopt(conn: sa.Connection, *, by: str, now: datetime) -> str:
    """The committee's one act: the snapshot in use is its own word from now on (charter 2).

    Returns the snapshot's hash. A second adoption changes nothing. Raises NothingInUse.
    """
    snapshot = current_artefact(conn, SNAPSHOT)
    if snapshot is None:
        raise NothingInUse
    ledger.adopt(conn, snapshot=snapshot, by=by, now=now)
    return snapshot


def adoption(conn: sa.Connection) -> tuple[datetime, str] | None:
    """When and by whom the snapshot in use was adopted; None if it was not."""
    snapshot = current_artefact(conn, SNAPSHOT)
    return ledger.adoption(conn, snapshot) if snapshot else None


def is_adopted(conn: sa.Connection) -> bool:
    """Whether the committee adopted the very snapshot that is in use; a newer one has to be adopted anew."""
    snapshot = current_artefact(conn, SNAPSHOT)
    return snapshot is not None and ledger.is_adopted(conn, snapshot)


def was_adopted(conn: sa.Connection, snapshot: str) -> bool:
    """Whether the committee adopted the snapshot of that hash, be it in use or not."""
    return ledger.is_adopted(conn, snapshot)


def set_fact(conn: sa.Connection, *, area_code: str, name: str, value: str, by: str, now: datetime) -> None:
    """Fill in a local fact; an empty value empties it. Raises NoSuchFact, FactTooLong."""
    if name not in FACTS:
        raise NoSuchFact(name)
    value = value.strip()
    if len(value.encode()) > FACT_BYTES or len(value.splitlines()) > 1:
        raise FactTooLong(name)
    ledger.add_fact(conn, area_code=area_code, name=name, value=value, by=by, now=now)


def facts(conn: sa.Connection, area_code: str) -> dict[str, str]:
    """The area's local facts that are filled in."""
    return {name: value for name, value in ledger.facts(conn, area_code).items() if value}


def file_question(
    conn: sa.Connection,
    *,
    text: str,
    message_id: str,
    resident_id: str | None,
    area_code: str,
    number: str,
    now: datetime,
) -> str:
    """File what could not be answered; returns its id."""
    question = OpenQuestion(
        id=new_id(),
        number=number,
        area_code=area_code,
        message_id=message_id,
        resident_id=resident_id,
        text=text,
        asked_at=now,
    )
    ledger.add_question(conn, question)
    return question.id


def waiting_questions(conn: sa.Connection, branch: str) -> list[OpenQuestion]:
    """The open questions of a branch, and those from nobody knows where, longest waiting first."""
    return ledger.questions(conn, branch, Status.OPEN)


def question(conn: sa.Connection, question_id: str) -> OpenQuestion | None:
    """The question of that id, None if there is none."""
    return ledger.question(conn, question_id)


def settle_question(conn: sa.Connection, question_id: str) -> OpenQuestion:
    """A person has answered. Raises NoSuchQuestion, AlreadySettled, Stale."""
    before = ledger.question(conn, question_id)
    if before is None:
        raise NoSuchQuestion(question_id)
    after = questions.settle(before)
    ledger.move(conn, before, after)
    return after


def forget(conn: sa.Connection, resident_id: str) -> None:
    """The resident's questions lose their name and their words; nobody has to answer them any more."""
    ledger.erase(conn, resident_id)
