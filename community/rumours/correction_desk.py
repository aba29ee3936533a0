"""The verbs of corrections: written by one, approved by another, told to all who asked, taken back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa

from bot.tables import Stale, new_id
from community.rumours import correction as nouns
from community.rumours import correction_ledger as ledger
from community.rumours import desk
from community.rumours import ledger as rumour_ledger
from community.rumours.correction import Correction, Status, Telling, Words
from community.rumours.rumour import Forbidden, said
from community.rumours.rumour import Status as RumourStatus

_JUDGED = frozenset({RumourStatus.JUDGED, RumourStatus.CORRECTED})


class AlreadyDrafted(Exception):
    """Another correction of the rumour is being written or waits for approval. The text is its id."""


def draft(conn: sa.Connection, rumour_id: str, words: Words, *, actor: str, now: datetime) -> Correction:
    """Begin a correction of a judged rumour. Raises Forbidden, AlreadyDrafted, Unsaid, TooLong."""
    rumour = rumour_ledger.get_locked(conn, rumour_id)
    if rumour.status not in _JUDGED:
        raise Forbidden(f"correction of a rumour that is {rumour.status}")
    other = ledger.unfinished(conn, rumour_id)
    if other is not None:
        raise AlreadyDrafted(other.id)
    correction = Correction(
        id=new_id(),
        rumour_id=rumour_id,
        status=Status.DRAFT,
        words=nouns.require_sayable(words),
        judgements=desk.judgements(conn, rumour_id),
        authors=(actor,),
        drafted_at=now,
    )
    ledger.add(conn, correction)
    _append(conn, None, correction, actor=actor, why="drafted", now=now)
    return correction


def edit(conn: sa.Connection, correction_id: str, words: Words, *, actor: str, now: datetime) -> Correction:
    """Change a draft; who does becomes one of its authors. Raises Forbidden, Unsaid, TooLong, Stale."""
    before = ledger.get(conn, correction_id)
    return _change(conn, before, nouns.edit(before, words, actor=actor), actor=actor, why="edited", now=now)


def submit(conn: sa.Connection, correction_id: str, *, actor: str, now: datetime) -> Correction:
    """Hand it to a second person. Raises Forbidden if the rumour is not judged (any more), Stale."""
    before = ledger.get(conn, correction_id)
    _require_judged(conn, before.rumour_id)
    after = nouns.submit(before, desk.judgements(conn, before.rumour_id), actor=actor)
    return _change(conn, before, after, actor=actor, why="submitted", now=now)


def send_back(conn: sa.Connection, correction_id: str, *, actor: str, reason: str, now: datetime) -> Correction:
    """Not like this, and why: a draft again. Raises Forbidden, Unsaid, Stale."""
    before = ledger.get(conn, correction_id)
    return _change(conn, before, nouns.send_back(before), actor=actor, why=said("reason", reason), now=now)


def approve(conn: sa.Connection, correction_id: str, *, actor: str, seen: int, now: datetime) -> Correction:
    """A second person stands behind what they saw: it is said from now on, and the one before no longer.

    `seen` is the revision that the approver read. Raises approval.Refused (SameHand,
    NotAPerson), Forbidden, Stale if it was changed since, or if the verdicts were.
    """
    rumour_ledger.get_locked(conn, ledger.get(conn, correction_id).rumour_id)
    before = ledger.get(conn, correction_id)  # as it stands now that nobody else can change it
    if before.revision != seen or before.judgements != desk.judgements(conn, before.rumour_id):
        raise Stale(correction_id)
    after = nouns.approve(before, actor=actor, now=now)
    desk.move(conn, before.rumour_id, RumourStatus.CORRECTED, actor=actor, why="correction approved", now=now)
    _supersede(conn, before.rumour_id, actor=actor, now=now)
    _change(conn, before, after, actor=actor, why="approved", now=now)
    return after


def withdraw(conn: sa.Connection, correction_id: str, *, actor: str, reason: str, now: datetime) -> Correction:
    """It is said no longer, at once; the rumour is checked again. Raises Forbidden, Unsaid, Stale.

    Those who got it are told only after a second person agreed: `approve_withdrawal`.
    """
    before = ledger.get(conn, correction_id)
    after = _change(conn, before, nouns.withdraw(before, actor=actor), actor=actor, why=said("reason", reason), now=now)
    if rumour_ledger.get(conn, before.rumour_id).status is not RumourStatus.CHECKING:
        desk.check(conn, before.rumour_id, actor=actor, why="correction withdrawn", now=now)
    return after


def approve_withdrawal(conn: sa.Connection, correction_id: str, *, actor: str, now: datetime) -> Correction:
    """A second person: those who got it are told that it was taken back. Raises approval.Refused, Forbidden, Stale."""
    before = ledger.get(conn, correction_id)
    after = nouns.approve_withdrawal(before, actor=actor)
    return _change(conn, before, after, actor=actor, why="withdrawal approved", now=now)


def next_to_tell(
    conn: sa.Connection, rumour_id: str, *, limit: int, among: Collection[str] | None = None
) -> list[Telling]:
    """Who has still to hear how it came out, or that it was taken back; they count as told in this transaction.

    `among` narrows it to these residents.

    Nobody hears the same twice, whatever number of workers ask. Raises approval.Refused if no two people
    stand behind what would be said.
    """
    correction = ledger.standing(conn, rumour_id) or _taken_back(conn, rumour_id)
    if correction is None:
        return []
    nouns.require_tellable(correction)
    heard = correction.id if correction.status is Status.PUBLISHED else ""
    return [
        Telling(resident_id, correction, heard_before=before != "")
        for resident_id, before in ledger.not_yet(conn, rumour_id, heard, limit=limit, among=among)
        if ledger.mark_told(conn, rumour_id, resident_id, heard)
    ]


def untold(conn: sa.Connection, *, limit: int = 20) -> list[str]:
    """The ids of rumours, in every branch, about which somebody has still to hear: for the worker."""
    return ledger.untold(conn, limit=limit)


def get(conn: sa.Connection, correction_id: str) -> Correction:
    """The correction of that id. Raises NoResultFound."""
    return ledger.get(conn, correction_id)


def standing(conn: sa.Connection, rumour_id: str) -> Correction | None:
    """What is said about a rumour now; None if nothing is."""
    return ledger.standing(conn, rumour_id)


def of_rumour(conn: sa.Connection, rumour_id: str) -> list[Correction]:
    """Every version, the first one first."""
    return ledger.of_rumour(conn, rumour_id)


def waiting(conn: sa.Connection, branch: str) -> list[Correction]:
    """What waits for a second person in a branch: corrections and withdrawals, the oldest first."""
    return ledger.waiting(conn, branch)


def published(conn: sa.Connection, branch: str, *, limit: int = 50) -> list[tuple[str, Correction]]:
    """(rumour's number, correction) of all that is said in a branch, the newest first: for anybody to read.

    The statements are staff's words (`judgements`), not a resident's.
    """
    return ledger.published(conn, branch, limit=limit)


def _taken_back(conn: sa.Connection, rumour_id: str) -> Correction | None:
    """The last withdrawn correction whose withdrawal two people wanted."""
    agreed = [one for one in ledger.of_rumour(conn, rumour_id) if one.withdrawal_approved_by]
    return agreed[-1] if agreed else None


def _require_judged(conn: sa.Connection, rumour_id: str) -> None:
    status = rumour_ledger.get(conn, rumour_id).status
    if status not in _JUDGED:
        raise Forbidden(f"correction of a rumour that is {status}")


def _supersede(conn: sa.Connection, rumour_id: str, *, actor: str, now: datetime) -> None:
    old = ledger.standing(conn, rumour_id)
    if old is not None:
        _change(conn, old, nouns.supersede(old), actor=actor, why="another took its place", now=now)


def _change(
    conn: sa.Connection, before: Correction, after: Correction, *, actor: str, why: str, now: datetime
) -> Correction:
    ledger.change(conn, before, after)
    _append(conn, before, after, actor=actor, why=why, now=now)
    return after


def _append(
    conn: sa.Connection, before: Correction | None, after: Correction, *, actor: str, why: str, now: datetime
) -> None:
    was = f"correction {before.status}" if before else ""
    rumour_ledger.append(
        conn, after.rumour_id, actor=actor, was=was, became=f"correction {after.status}", why=why, now=now
    )
