"""The verbs of the needs' room."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from bot.clock import local
from bot.privacy import mask
from bot.tables import new_id, next_number, within
from community.needs import ledger
from community.needs import need as nouns
from community.needs.need import UNFINISHED, Answer, Entry, Need, Status, Told


@dataclass(frozen=True)
class Report:
    """What a resident told: of what, how urgent, where, and in which message."""

    category: str
    urgency: str
    text: str
    area_code: str
    building: str | None  # the building's code, None where the place is not known
    resident_id: str | None
    message_id: str


def confide(conn: sa.Connection, report: Report, *, now: datetime) -> Need:
    """Somebody is accused: a confidential need that stands for itself, whoever else tells the same."""
    need = open_one(conn, report, actor="resident", why="told in confidence", confidential=True, now=now)
    _add_report(conn, need, report, now=now)
    return ledger.get(conn, need.id)


def tell(conn: sa.Connection, report: Report, *, alike: Callable[[str, str], float], now: datetime) -> Told:
    """Open a need, or join the one that a neighbour (or the resident before) opened.

    One trouble is one need: same category, same building, within 48 hours, and alike. An emergency
    always stands for itself: two may be in danger in one house. Who joins may raise the urgency, and
    with it the clock; nobody lowers it.
    """
    standing = None if report.urgency == "emergency" else _standing(conn, report, alike=alike, now=now)
    need = standing or open_one(conn, report, actor="resident", why="told in the chat", now=now)
    _add_report(conn, need, report, now=now)
    raised = standing is not None and _raise(conn, standing, report.urgency, now=now)
    return Told(need=ledger.get(conn, need.id), joined=standing is not None, raised=raised)


def open_one(
    conn: sa.Connection, report: Report, *, actor: str, why: str, confidential: bool = False, now: datetime
) -> Need:
    """Open a need that stands for itself, without a report: staff saw it, or it stands behind a rumour."""
    need = Need(
        id=new_id(),
        number=next_number(conn, nouns.PREFIX, local(now).date()),
        category=report.category,
        urgency=report.urgency,
        area_code=report.area_code,
        summary=mask(report.text),
        status=Status.OPEN,
        opened_at=now,
        households=0,
        changed_at=now,
        due_at=nouns.due(Status.OPEN, report.urgency, now),
        confidential=confidential,
    )
    ledger.add(conn, need)
    ledger.append(conn, need.id, actor=actor, was="", became=Status.OPEN, why=why, now=now)
    return need


def accept(conn: sa.Connection, need_id: str, *, actor: str, now: datetime) -> Need:
    """Somebody of the staff takes it. Raises Forbidden if it is not to be taken, Stale if another was faster."""
    return _move(conn, need_id, Status.ACCEPTED, actor=actor, why="taken", now=now, taken_by=actor)


def progress(conn: sa.Connection, need_id: str, *, actor: str, note: str, now: datetime) -> Need:
    """Work goes on; `note` is what the residents hear. Raises Unsaid, Forbidden, Stale."""
    note = nouns.said("note", note)
    return _move(conn, need_id, Status.IN_PROGRESS, actor=actor, why=note, now=now, outcome=note)


def resolve(conn: sa.Connection, need_id: str, *, actor: str, done: str, now: datetime) -> Need:
    """Staff say that it is done, and what was done; the residents have the last word.

    Raises Unsaid, Forbidden, Stale.
    """
    done = nouns.said("done", done)
    return _move(conn, need_id, Status.RESOLVED, actor=actor, why=done, now=now, outcome=done)


def refer(conn: sa.Connection, need_id: str, *, actor: str, body: str, number: str, now: datetime) -> Need:
    """Another body does it: `number` is theirs for it, or the telephone to ask at. Raises Unsaid, Forbidden, Stale."""
    body, number = nouns.said("body", body), nouns.said("number", number)
    why = f"{body} {number}"
    return _move(conn, need_id, Status.REFERRED, actor=actor, why=why, now=now, body=body, body_number=number)


def decline(conn: sa.Connection, need_id: str, *, actor: str, reason: str, now: datetime) -> Need:
    """It cannot be done, and why; the residents may contest it. Raises Unsaid, Forbidden, Stale."""
    reason = nouns.said("reason", reason)
    return _move(conn, need_id, Status.DECLINED, actor=actor, why=reason, now=now, outcome=reason)


def join(conn: sa.Connection, need_id: str, *, into: str, actor: str, now: datetime) -> Need:
    """The same trouble as another's: its reports stand there from now on. Returns the need that stays.

    Raises Forbidden for joining a need with itself or into one that is no longer worked on, or where either
    is confidential; Stale.
    """
    target = ledger.get(conn, into)
    confidential = target.confidential or ledger.get(conn, need_id).confidential
    if into == need_id or target.status not in UNFINISHED or confidential:
        raise nouns.Forbidden(f"join into {target.number}: {target.status}")
    _move(conn, need_id, Status.JOINED, actor=actor, why=f"the same as {target.number}", now=now, joined_into=into)
    ledger.hand_over(conn, need_id, into)
    return ledger.get(conn, into)


def confirm(conn: sa.Connection, need_id: str, *, actor: str, now: datetime) -> Need:
    """It is solved, says a resident. Raises Forbidden, Stale."""
    return _move(conn, need_id, Status.CLOSED, actor=actor, why="solved", now=now)


def reopen(conn: sa.Connection, need_id: str, *, actor: str, why: str, now: datetime) -> Need:
    """It is not solved, or the refusal is contested: open again, for anybody to take. Raises Forbidden, Stale."""
    return _move(conn, need_id, Status.REOPENED, actor=actor, why=nouns.said("why", why), now=now, taken_by="")


def close_lapsed(conn: sa.Connection, *, now: datetime, limit: int = 100) -> int:
    """Resolved needs to which nobody said anything in three days close. Returns how many did."""
    lapsed = ledger.lapsed(conn, now=now, limit=limit)
    for need in lapsed:
        _move(conn, need.id, Status.CLOSED, actor="system", why="nobody said otherwise", now=now)
    return len(lapsed)


def get(conn: sa.Connection, need_id: str) -> Need:
    """The need of that id. Raises NoResultFound."""
    return ledger.get(conn, need_id)


def find(conn: sa.Connection, need_id: str, *, branch: str) -> Need | None:
    """The need of that id as staff of a branch may see it; None if there is none or it is not theirs."""
    return ledger.find(conn, need_id, branch)


def listing(
    conn: sa.Connection, branch: str, *, statuses: Collection[Status] = UNFINISHED, limit: int = 200
) -> list[Need]:
    """Needs of a branch in these states, most dangerous first, then by what is owed soonest."""
    return ledger.listing(conn, branch, statuses, limit=limit)


def overdue(conn: sa.Connection, branch: str, now: datetime, *, limit: int = 200) -> list[Need]:
    """Unfinished needs of a branch whose clock has run out: silence goes to the next person."""
    return ledger.overdue(conn, branch, now=now, limit=limit)


def counts(conn: sa.Connection, branch: str) -> dict[Status, int]:
    """How many needs of a branch stand in each state; states without any are left out, and what is confidential."""
    return ledger.counts(conn, branch)


def history(conn: sa.Connection, need_id: str) -> list[Entry]:
    """Everything that happened to a need, in its order."""
    return ledger.history_of(conn, need_id)


def reporters(conn: sa.Connection, need_id: str) -> list[str]:
    """The ids of the residents who told of it and have not been erased: whom news of it go to."""
    return ledger.reporters(conn, need_id)


def messages(conn: sa.Connection, need_id: str) -> list[str]:
    """The ids of the messages in which it was told, for staff who read them in the inbox."""
    return ledger.messages_of(conn, need_id)


def of_resident(conn: sa.Connection, resident_id: str, *, limit: int = 5) -> list[Need]:
    """The newest needs that a resident told of."""
    return ledger.of_resident(conn, resident_id, limit=limit)


def to_be_judged(
    conn: sa.Connection, resident_id: str, answer: Answer, *, number: str = "", now: datetime
) -> Need | None:
    """The need that a resident means with an answer such as "没解决": the likeliest state first, then the last.

    `number` names one of theirs. None if there is nothing to which the answer fits, or it is a month ago.
    """
    since = now - nouns.WORD_WITHIN
    for statuses in nouns.MEANT[answer]:
        need = ledger.told_in(conn, resident_id, statuses, number=number, since=since)
        if need is not None:
            return need
    return None


def place(conn: sa.Connection, need_id: str, *, area_code: str, actor: str = "resident", now: datetime) -> Need:
    """The resident said where it is, or staff know."""
    before = ledger.get(conn, need_id)
    ledger.place(conn, need_id, area_code)
    ledger.append(
        conn,
        need_id,
        actor=actor,
        was=before.area_code,
        became=area_code,
        why="the place was told",
        now=now,
    )
    return replace(before, area_code=area_code)


def forget(conn: sa.Connection, resident_id: str) -> None:
    """The needs stay open; nothing says any more whose they were."""
    ledger.forget(conn, resident_id)


def clear(conn: sa.Connection, branch: str) -> None:
    """The demo begins again: every need of its branch goes, with what was told of it."""
    ledger.clear(conn, branch)


def _add_report(conn: sa.Connection, need: Need, report: Report, *, now: datetime) -> None:
    ledger.add_report(
        conn,
        report_id=new_id(),
        need_id=need.id,
        resident_id=report.resident_id,
        message_id=report.message_id,
        now=now,
    )


def _standing(conn: sa.Connection, report: Report, *, alike: Callable[[str, str], float], now: datetime) -> Need | None:
    if report.building is not None:
        ledger.lock(conn, report.category, report.building)
        where = within(ledger.needs.c.area_code, report.building)
    elif report.resident_id is not None:
        where = ledger.told_by(conn, report.resident_id)
    else:
        return None
    text = mask(report.text)
    for candidate in ledger.open_since(conn, report.category, where, now - nouns.JOIN_WITHIN):
        if nouns.same_trouble(text, candidate.summary, alike=alike):
            return candidate
    return None


def _raise(conn: sa.Connection, need: Need, urgency: str, *, now: datetime) -> bool:
    if not nouns.more_urgent(urgency, need.urgency):
        return False
    due_at = nouns.due(need.status, urgency, now)
    ledger.raise_urgency(conn, need, urgency=urgency, due_at=min(filter(None, (due_at, need.due_at)), default=None))
    why = "a neighbour's report is more urgent"
    ledger.append(conn, need.id, actor="resident", was=need.urgency, became=urgency, why=why, now=now)
    return True


def _move(
    conn: sa.Connection,
    need_id: str,
    status: Status,
    *,
    actor: str,
    why: str,
    now: datetime,
    **values: str,
) -> Need:
    before = ledger.get(conn, need_id)
    after = nouns.move(before, status, now=now, **values)
    ledger.move(conn, before, after)
    ledger.append(conn, need_id, actor=actor, was=before.status, became=status, why=why, now=now)
    return after
