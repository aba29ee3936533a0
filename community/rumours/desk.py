"""The verbs of the rumours' room: reporting, checking, judging. Corrections: `correction_desk.py`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from bot.clock import local
from bot.privacy import mask
from bot.tables import Stale, new_id, next_number
from community.rumours import correction_ledger, ledger
from community.rumours import rumour as nouns
from community.rumours.correction import Correction
from community.rumours.rumour import Cells, Entry, Evidence, Judgement, Likeness, Rumour, Status

# Which of the known statements, given as (id, text), a new one repeats, surely or perhaps. An id may stand with
# several texts: the words in which it first came, those of what was joined into it, and those of staff.
Match = Callable[[str, Sequence[tuple[str, str]]], Likeness]
MOST_KNOWN = 500  # rumours that a new claim is compared with, the newest


@dataclass(frozen=True)
class Claim:
    """A statement as a resident passed it on or asked about it."""

    text: str
    harm: str
    area_code: str
    resident_id: str | None
    message_id: str


@dataclass(frozen=True)
class Reported:
    """What came of reporting a claim: the rumour, whether it was known, and what is said about it by now."""

    rumour: Rumour
    known: bool
    correction: Correction | None = None


def report(conn: sa.Connection, claim: Claim, *, match: Match, now: datetime) -> Reported:
    """File a claim under the rumour that it surely repeats, or open a new one that remembers what it perhaps repeats.

    Who asks about what is closed is not kept: the answer is given at once. A worse harm raises the rumour's.
    """
    ledger.lock(conn)
    statement = mask(claim.text)
    standing = {one.id: one for one in _matchable(conn)}
    known = [(one.id, one.statement) for one in standing.values()]
    known += ledger.joined_statements(conn, list(standing)) + ledger.statements(conn, list(standing))
    found = match(statement, known)
    same = found.same
    rumour = standing[same] if same else _open(conn, claim, statement, found, now=now)
    correction = correction_ledger.standing(conn, rumour.id) if same else None
    if nouns.worse(claim.harm, rumour.harm):
        ledger.raise_harm(conn, rumour.id, claim.harm)
    closed = rumour.status is Status.CLOSED
    ledger.add_report(
        conn,
        report_id=new_id(),
        rumour_id=rumour.id,
        resident_id=None if closed else claim.resident_id,
        message_id="" if closed else claim.message_id,
        area_code=claim.area_code,
        told=correction.id if correction and not closed else "",
        now=now,
    )
    return Reported(rumour=rumour, known=same is not None, correction=correction)


def check(conn: sa.Connection, rumour_id: str, *, actor: str, why: str = "taken", now: datetime) -> Rumour:
    """Somebody of the staff begins to check it, or checks it again. Raises Forbidden, Stale."""
    return move(conn, rumour_id, Status.CHECKING, actor=actor, why=nouns.said("why", why), now=now)


def note(conn: sa.Connection, rumour_id: str, *, text: str, source: str, actor: str, now: datetime) -> None:
    """Put down something found while checking, and where. Raises Unsaid, Forbidden if nobody is checking it."""
    rumour = ledger.get(conn, rumour_id)
    if rumour.status is not Status.CHECKING:
        raise nouns.Forbidden(f"evidence on {rumour.status}")
    found = Evidence(nouns.said("text", text), nouns.said("source", source), actor, now)
    ledger.note(conn, rumour_id, found)


def judge(conn: sa.Connection, rumour_id: str, judged: Sequence[Judgement], *, actor: str, now: datetime) -> Rumour:
    """Say what each statement of a rumour came to, in staff's words. Raises Unsaid, Forbidden, Stale.

    Evidence has to stand first, or the verdict has to be that it cannot be checked.
    """
    kept = [
        Judgement(nouns.said("statement", one.statement), one.verdict, nouns.said("why", one.why)) for one in judged
    ]
    if not kept:
        raise nouns.Unsaid("judgements")
    if not ledger.evidence_of(conn, rumour_id) and {one.verdict for one in kept} != {nouns.Verdict.UNCHECKABLE}:
        raise nouns.Unsaid("evidence")
    rumour = move(conn, rumour_id, Status.JUDGED, actor=actor, why="、".join(one.verdict for one in kept), now=now)
    ledger.judge(conn, rumour_id, kept)
    return rumour


def link(conn: sa.Connection, rumour_id: str, *, need_id: str, actor: str, now: datetime) -> None:
    """There is a real trouble behind it, and it stands in the ledger of needs. Raises Stale if one is linked."""
    rumour = ledger.get(conn, rumour_id)
    if not ledger.link(conn, rumour_id, need_id):
        raise Stale(rumour.number)
    ledger.append(conn, rumour_id, actor=actor, was=rumour.status, became=rumour.status, why=f"need {need_id}", now=now)


def set_aside(conn: sa.Connection, rumour_id: str, *, actor: str, reason: str, now: datetime) -> Rumour:
    """It ends without a correction, and who asked is forgotten: tell them before.

    Raises Unsaid, Stale, Forbidden for what was corrected: that is withdrawn, or closes by itself.
    """
    if ledger.get(conn, rumour_id).status not in nouns.UNDECIDED:
        raise nouns.Forbidden("set aside what is decided")
    return _close(conn, rumour_id, actor=actor, why=nouns.said("reason", reason), now=now)


def join(conn: sa.Connection, rumour_id: str, *, into: str, actor: str, now: datetime) -> Rumour:
    """Two rumours say the same: who asked about the first stands with the other from now on, which is returned.

    The first is over and points there. Raises Stale; Forbidden for one that is decided or waits for approval,
    and for joining with itself or with one that nobody works on and about which nothing is said.
    """
    ledger.lock(conn)
    rumour, target = ledger.get(conn, rumour_id), ledger.get_locked(conn, into)
    if rumour_id == into or not _takes_in(conn, target):
        raise nouns.Forbidden(f"join into {target.number}: {target.status}")
    if _is_said_or_waits(conn, rumour_id):
        raise nouns.Forbidden(f"join {rumour.number}: its correction stands or waits for approval")
    move(conn, rumour_id, Status.JOINED, actor=actor, why=f"the same as {target.number}", now=now, joined_into=into)
    ledger.hand_over(conn, rumour_id, into)
    ledger.lead_on(conn, rumour_id, into)
    if nouns.worse(rumour.harm, target.harm):
        ledger.raise_harm(conn, into, rumour.harm)
    if rumour.need_id:
        ledger.link(conn, into, rumour.need_id)
    why = f"joined by {rumour.number}"
    ledger.append(conn, into, actor=actor, was=target.status, became=target.status, why=why, now=now)
    return ledger.get(conn, into)


def keep_apart(conn: sa.Connection, rumour_id: str, *, actor: str, now: datetime) -> Rumour:
    """It is not what it was taken for: the suggestion goes. Raises Stale if there is none (any more)."""
    rumour = ledger.get_locked(conn, rumour_id)
    if rumour.perhaps is None:
        raise Stale(rumour.number)
    ledger.keep_apart(conn, rumour_id)
    why = f"not the same as {ledger.get(conn, rumour.perhaps).number}"
    ledger.append(conn, rumour_id, actor=actor, was=rumour.status, became=rumour.status, why=why, now=now)
    return ledger.get(conn, rumour_id)


def suggested(conn: sa.Connection, rumour: Rumour, *, branch: str) -> Rumour | None:
    """The rumour that this one perhaps repeats, as long as they could be joined and staff of the branch see it."""
    if rumour.perhaps is None or rumour.status not in nouns.UNDECIDED:
        return None
    other = ledger.find(conn, rumour.perhaps, branch)
    return other if other is not None and _takes_in(conn, other) else None


def forget_askers(conn: sa.Connection, rumour_id: str) -> None:
    """Everybody who asked has been told of what is closed: who they were goes."""
    ledger.forget_askers(conn, rumour_id)


def close_old(conn: sa.Connection, *, now: datetime, limit: int = 20) -> int:
    """Close what was corrected a month ago: who asked is forgotten. Returns how many closed."""
    due = ledger.corrected_before(conn, now - nouns.KEEP_ASKERS, limit=limit)
    for rumour in due:
        _close(conn, rumour.id, actor="system", why="corrected a month ago", now=now)
    return len(due)


def get(conn: sa.Connection, rumour_id: str) -> Rumour:
    """The rumour of that id. Raises NoResultFound."""
    return ledger.get(conn, rumour_id)


def find(conn: sa.Connection, rumour_id: str, *, branch: str) -> Rumour | None:
    """The rumour of that id as staff of a branch may see it; None if there is none or it is not theirs."""
    return ledger.find(conn, rumour_id, branch)


def queue(conn: sa.Connection, branch: str, *, limit: int = 200) -> list[Rumour]:
    """What waits to be checked or corrected: worst harm first, then by how many asked, then the oldest."""
    return ledger.queue(conn, branch, limit=limit)


def decided(conn: sa.Connection, branch: str, *, limit: int = 200) -> list[Rumour]:
    """Corrected and closed ones, the last decided first."""
    return ledger.decided(conn, branch, limit=limit)


def judgements(conn: sa.Connection, rumour_id: str) -> tuple[Judgement, ...]:
    """What each statement came to, in their order."""
    return ledger.judgements_of(conn, rumour_id)


def evidence(conn: sa.Connection, rumour_id: str) -> list[Evidence]:
    """What was found while checking, in its order."""
    return ledger.evidence_of(conn, rumour_id)


def history(conn: sa.Connection, rumour_id: str) -> list[Entry]:
    """Everything that happened to a rumour and its corrections, in its order."""
    return ledger.history_of(conn, rumour_id)


def by_area(conn: sa.Connection, rumour_id: str, *, cell: Callable[[str], str] = str) -> Cells:
    """How many people asked in each area, no cell below five shown, and how many areas are hidden.

    `cell` says to which larger area a code belongs; without it the reports' own codes are the cells.
    """
    return nouns.cells(ledger.people_by_area(conn, rumour_id), cell=cell)


def asked_in(conn: sa.Connection, rumour_id: str, *, cell: Callable[[str], str]) -> list[str]:
    """The larger areas from which it was reported, by code: where a correction is pushed. Not who, nor how many."""
    return sorted({cell(code) for code in ledger.people_by_area(conn, rumour_id)})


def askers(conn: sa.Connection, rumour_id: str) -> list[str]:
    """The ids of those who asked, only to tell them how it came out (charter 1)."""
    return ledger.askers(conn, rumour_id)


def asked_by(conn: sa.Connection, resident_id: str, *, limit: int = 5) -> list[Rumour]:
    """The newest rumours that a resident asked about: they are told how it came out."""
    return ledger.asked_by(conn, resident_id, limit=limit)


def forget(conn: sa.Connection, resident_id: str) -> None:
    """Counts stay; nothing says any more who asked."""
    ledger.forget(conn, resident_id)


def clear(conn: sa.Connection, branch: str) -> None:
    """The demo begins again: every rumour of its branch goes, with who asked."""
    correction_ledger.clear(conn, branch)
    ledger.clear(conn, branch)


def move(
    conn: sa.Connection, rumour_id: str, status: Status, *, actor: str, why: str, now: datetime, joined_into: str = ""
) -> Rumour:
    """One step of the table, written down. For this room only: stories take the verbs. Raises Forbidden, Stale."""
    before = ledger.get(conn, rumour_id)
    after = replace(nouns.move(before, status, now=now), joined_into=joined_into or None)
    if status is Status.CHECKING:
        after = replace(after, checked_by=actor)
    ledger.move(conn, before, after)
    ledger.append(conn, rumour_id, actor=actor, was=before.status, became=status, why=why, now=now)
    return after


def _close(conn: sa.Connection, rumour_id: str, *, actor: str, why: str, now: datetime) -> Rumour:
    rumour = move(conn, rumour_id, Status.CLOSED, actor=actor, why=why, now=now)
    ledger.forget_askers(conn, rumour_id)
    return rumour


def _matchable(conn: sa.Connection) -> list[Rumour]:
    return ledger.matchable(conn, also=correction_ledger.with_one_standing(), limit=MOST_KNOWN)


def _takes_in(conn: sa.Connection, rumour: Rumour) -> bool:
    """True for a rumour that somebody works on, or about which something is said."""
    return rumour.status not in nouns.OVER or correction_ledger.standing(conn, rumour.id) is not None


def _is_said_or_waits(conn: sa.Connection, rumour_id: str) -> bool:
    unfinished = correction_ledger.unfinished(conn, rumour_id)
    waits = unfinished is not None and bool(unfinished.submitted_by)
    return waits or correction_ledger.standing(conn, rumour_id) is not None


def _open(conn: sa.Connection, claim: Claim, statement: str, found: Likeness, *, now: datetime) -> Rumour:
    rumour = Rumour(
        id=new_id(),
        number=next_number(conn, nouns.PREFIX, local(now).date()),
        statement=statement,
        harm=claim.harm,
        status=Status.REPORTED,
        area_code=claim.area_code,
        first_at=now,
        askers=0,
        changed_at=now,
        perhaps=found.perhaps,
        perhaps_chance=found.chance,
        perhaps_why=found.reasons,
    )
    ledger.add(conn, rumour)
    ledger.append(conn, rumour.id, actor="resident", was="", became=Status.REPORTED, why="asked in the chat", now=now)
    return rumour
