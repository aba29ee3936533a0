"""The snapshot's versions: build the next one from what was approved, use it, go back to an earlier one.

What is due stands in the database: revisions that are reviewed, or a snapshot in use that an older program made.
Whoever builds holds a lease that it renews while it works; one that is killed loses the lease, and nothing else.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.approval import Refused
from bot.tables import Stale, new_id
from knowledge_base import desk, ledger, revision_ledger, turn_ledger
from knowledge_base import revision as nouns
from knowledge_base.desk import SNAPSHOT, NoSuchArtefact
from knowledge_base.revision import Missed, Revision, Status
from knowledge_base.revision_desk import MayApprove

LEASE = timedelta(seconds=60)  # renewed every few seconds: a building takes a minute or two, on a small box five
LONGEST_PAUSE = timedelta(hours=1)
SYSTEM = "system"


@dataclass(frozen=True)
class Job:
    """What one building is to make: the snapshot in use with the revisions put in, oldest first.

    Without revisions the snapshot's own articles are built anew.
    """

    holder: str
    base: str  # hash of the snapshot in use
    content: bytes
    revisions: tuple[Revision, ...]


@dataclass(frozen=True)
class Built:
    """What a building came to: the snapshot's bytes, and the questions that it must not be published with."""

    content: bytes
    missed: tuple[Missed, ...]


@dataclass(frozen=True)
class Version:
    """One time that a snapshot was put in use, by whom, and what it changed (nothing where an older one came back)."""

    name: str
    since: datetime
    by: str
    revisions: tuple[Revision, ...]
    again: bool
    in_use: bool
    adopted: bool


@dataclass(frozen=True)
class Building:
    """How the building goes: somebody is at it, or it failed so many times and is tried again then."""

    under_way: bool
    failures: int
    trouble: str
    again_at: datetime | None


def begin(conn: sa.Connection, *, outdated: str | None, now: datetime) -> Job | None:
    """Take the turn if something is due; None if not, or if another has it.

    `outdated` is the hash of a snapshot in use that an older program made: it is built anew before anything else.
    """
    base = desk.current_artefact(conn, SNAPSHOT)
    stale = base is not None and base == outdated
    due = [] if stale else revision_ledger.in_states(conn, (Status.REVIEWED,))
    if base is None or not (due or stale):
        return None
    holder = new_id()
    if not turn_ledger.take(conn, holder, until=now + LEASE, now=now):
        return None
    return Job(holder, base, desk.artefact(conn, base), tuple(due))


def keep(conn: sa.Connection, job: Job, *, now: datetime) -> bool:
    """Still at work: the lease is renewed. False if the turn was lost."""
    return turn_ledger.keep(conn, job.holder, until=now + LEASE, now=now)


def publish(conn: sa.Connection, job: Job, content: bytes, *, may_approve: MayApprove, now: datetime) -> str | None:
    """Store the new snapshot and use it; returns its hash.

    None, and nothing is used, where a revision or the snapshot in use was changed meanwhile; a revision whose approval
    no longer stands goes back to its author. Raises Stale if the turn was lost.
    """
    turn_ledger.give_up(conn, job.holder)
    standing = [revision_ledger.get(conn, one.id) for one in job.revisions]
    if standing != list(job.revisions) or desk.current_artefact(conn, SNAPSHOT) != job.base:
        return None
    unapproved = [one for one in standing if not _stands(conn, one, may_approve=may_approve)]
    for one in unapproved:
        _keep(conn, one, nouns.move(one, Status.RETURNED, now=now), why="no longer approved", now=now)
    if unapproved:
        return None
    name = desk.store_artefact(conn, SNAPSHOT, content, now=now)
    desk.use_artefact(conn, SNAPSHOT, name, by=standing[-1].approved_by if standing else SYSTEM, now=now)
    for one in standing:
        _keep(conn, one, nouns.publish(one, snapshot=name, now=now), why="", now=now)
    adoption = ledger.adoption(conn, job.base)
    if adoption is not None:  # every change of it was approved by the committee's second person
        ledger.adopt(conn, snapshot=name, by=adoption[1], now=adoption[0])
    return name


def miss(conn: sa.Connection, job: Job, missed: Sequence[Missed], *, now: datetime) -> None:
    """Questions no longer find their article: the revisions go back to their authors with them. Raises Stale."""
    turn_ledger.give_up(conn, job.holder)
    for one in job.revisions:
        if revision_ledger.get(conn, one.id) == one:
            after = replace(nouns.move(one, Status.RETURNED, now=now), missed=tuple(missed))
            _keep(conn, one, after, why="questions miss", now=now)


def fail(conn: sa.Connection, job: Job, trouble: str, *, now: datetime) -> None:
    """The building broke off: it is tried again after a pause that grows. Raises Stale."""
    _, failures, _, _ = turn_ledger.standing(conn)
    pause = min(LONGEST_PAUSE, timedelta(minutes=2**failures))
    turn_ledger.give_up(conn, job.holder, failures=failures + 1, trouble=trouble, not_before=now + pause)


def leave(conn: sa.Connection, job: Job) -> None:
    """The worker ends: another takes over at once. Raises Stale."""
    turn_ledger.give_up(conn, job.holder)


def building(conn: sa.Connection, *, now: datetime) -> Building:
    """How the building goes."""
    until, failures, trouble, again_at = turn_ledger.standing(conn)
    return Building(until is not None and until > now, failures, trouble, again_at)


def versions(conn: sa.Connection) -> list[Version]:
    """Every snapshot that was put in use, newest first."""
    changed: dict[str, list[Revision]] = {}
    for one in revision_ledger.published(conn):
        changed.setdefault(one.snapshot or "", []).append(one)
    current = desk.current_artefact(conn, SNAPSHOT)
    found: list[Version] = []
    for name, since, by in ledger.uses(conn, SNAPSHOT):
        again = any(one.name == name for one in found)
        revisions = () if again else tuple(changed.get(name, ()))
        found.append(Version(name, since, by, revisions, again, name == current, ledger.is_adopted(conn, name)))
    return found[::-1]


def go_back(conn: sa.Connection, name: str, *, seen: str, by: str, now: datetime) -> None:
    """Use an earlier version again. `seen` is the hash that was in use on the screen.

    What is approved and not built yet is put into this one. Raises Stale, NoSuchArtefact.
    """
    turn_ledger.take_away(conn)  # before the look at what is in use: a building that ends now waits for this
    if desk.current_artefact(conn, SNAPSHOT) != seen:
        raise Stale(name)
    if name not in {used for used, _, _ in ledger.uses(conn, SNAPSHOT)}:
        raise NoSuchArtefact(name)
    desk.use_artefact(conn, SNAPSHOT, name, by=by, now=now)


def _stands(conn: sa.Connection, one: Revision, *, may_approve: MayApprove) -> bool:
    try:
        nouns.publish(one, snapshot="", now=one.changed_at)
    except Refused:
        return False
    return may_approve(conn, one.approved_by)


def _keep(conn: sa.Connection, before: Revision, after: Revision, *, why: str, now: datetime) -> None:
    kept = revision_ledger.move(conn, before, after)
    revision_ledger.append(
        conn, before.id, actor=SYSTEM, was=before.status, became=kept.status, why=why, now=now
    )
