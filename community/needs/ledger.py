"""Tables and queries of the needs."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.tables import Code, Time, changed_one, metadata, within
from community.needs.need import UNFINISHED, Entry, Need, Status

needs = sa.Table(
    "needs",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("number", sa.String, nullable=False),
    sa.Column("category", sa.String, nullable=False),
    sa.Column("urgency", sa.String, nullable=False),
    sa.Column("area_code", Code, nullable=False),
    sa.Column("summary", sa.Text, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("opened_at", Time, nullable=False),
    sa.Column("changed_at", Time, nullable=False),
    sa.Column("due_at", Time, nullable=True),
    sa.Column("taken_by", sa.String, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("body", sa.String, nullable=False),
    sa.Column("body_number", sa.String, nullable=False),
    sa.Column("joined_into", sa.String, nullable=True),
    sa.Column("confidential", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Index("ix_needs_place", "status", "category", "area_code"),
    sa.Index("ix_needs_due", "status", "due_at"),
)

reports = sa.Table(  # who told of it; erased with the resident
    "need_reports",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("need_id", sa.String, nullable=False, index=True),
    sa.Column("resident_id", sa.String, nullable=True, index=True),
    sa.Column("message_id", sa.String, nullable=False),
    sa.Column("at", Time, nullable=False),
)

history = sa.Table(
    "need_history",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("need_id", sa.String, nullable=False, index=True),
    sa.Column("at", Time, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("was", sa.String, nullable=False),
    sa.Column("became", sa.String, nullable=False),
    sa.Column("why", sa.String, nullable=False),
)

_households = (
    sa.select(sa.func.count(sa.distinct(sa.func.coalesce(reports.c.resident_id, reports.c.id))))
    .where(reports.c.need_id == needs.c.id)
    .scalar_subquery()
    .label("households")
)
_SELECT = sa.select(needs, _households)
_MOVED = ("status", "changed_at", "due_at", "taken_by", "outcome", "body", "body_number", "joined_into")
# What is most dangerous first, then what is owed soonest.
_DANGER = sa.case((needs.c.urgency == "emergency", 0), (needs.c.urgency == "urgent", 1), else_=2)
_BY_DANGER = (_DANGER, sa.func.coalesce(needs.c.due_at, needs.c.changed_at), needs.c.id)


def add(conn: sa.Connection, need: Need) -> None:
    """Write a new need."""
    row = {column: getattr(need, column) for column in needs.c.keys()}  # noqa: SIM118 - a ColumnCollection
    conn.execute(sa.insert(needs), row)


def add_report(
    conn: sa.Connection,
    *,
    report_id: str,
    need_id: str,
    resident_id: str | None,
    message_id: str,
    now: datetime,
) -> None:
    """Write that a resident told of a need."""
    row = {
        "id": report_id,
        "need_id": need_id,
        "resident_id": resident_id,
        "message_id": message_id,
        "at": now,
    }
    conn.execute(sa.insert(reports), row)


def append(conn: sa.Connection, need_id: str, *, actor: str, was: str, became: str, why: str, now: datetime) -> None:
    """Append to the need's history."""
    row = {"need_id": need_id, "at": now, "actor": actor, "was": was, "became": became, "why": why}
    conn.execute(sa.insert(history), row)


def move(conn: sa.Connection, before: Need, after: Need) -> None:
    """Write where a need stands now. Raises Stale if somebody else moved it since `before` was read."""
    c = needs.c
    unmoved = sa.and_(c.id == before.id, c.status == before.status, c.changed_at == before.changed_at)
    values = {column: getattr(after, column) for column in _MOVED}
    changed_one(conn.execute(sa.update(needs).where(unmoved).values(**values)), what=before.number)


def hand_over(conn: sa.Connection, need_id: str, into: str) -> None:
    """Everything that was told of one need counts for another from now on."""
    conn.execute(sa.update(reports).where(reports.c.need_id == need_id).values(need_id=into))


def lock(conn: sa.Connection, category: str, building: str) -> None:
    """Open-or-join of one kind of trouble in one building goes one at a time.

    SQLite's writer is alone already; on PostgreSQL an advisory lock is held to the transaction's end.
    """
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"need {category} {building}"))))


def get(conn: sa.Connection, need_id: str) -> Need:
    """The need of that id. Raises NoResultFound."""
    return _need(conn.execute(_SELECT.where(needs.c.id == need_id)).one())


def find(conn: sa.Connection, need_id: str, branch: str) -> Need | None:
    """The need of that id, if it stands in the branch or nobody knows where."""
    row = conn.execute(_SELECT.where(needs.c.id == need_id, _seen_from(branch))).one_or_none()
    return _need(row) if row else None


def listing(conn: sa.Connection, branch: str, statuses: Collection[Status], *, limit: int) -> list[Need]:
    """Needs of a branch in any of these states, most dangerous first, then by what is owed soonest."""
    query = _SELECT.where(_seen_from(branch), needs.c.status.in_(statuses))
    return [_need(row) for row in conn.execute(query.order_by(*_BY_DANGER).limit(limit))]


def overdue(conn: sa.Connection, branch: str, *, now: datetime, limit: int) -> list[Need]:
    """Unfinished needs of a branch whose next step was owed by now."""
    query = _SELECT.where(_seen_from(branch), needs.c.status.in_(UNFINISHED), needs.c.due_at <= now)
    return [_need(row) for row in conn.execute(query.order_by(*_BY_DANGER).limit(limit))]


def lapsed(conn: sa.Connection, *, now: datetime, limit: int) -> list[Need]:
    """Resolved needs to which nobody said anything in time, in every branch."""
    query = _SELECT.where(needs.c.status == Status.RESOLVED, needs.c.due_at <= now)
    return [_need(row) for row in conn.execute(query.order_by(needs.c.due_at, needs.c.id).limit(limit))]


def counts(conn: sa.Connection, branch: str) -> dict[Status, int]:
    """How many needs of a branch stand in each state, without the confidential ones."""
    open_ones = sa.and_(_seen_from(branch), needs.c.confidential.is_(sa.false()))
    query = sa.select(needs.c.status, sa.func.count()).where(open_ones).group_by(needs.c.status)
    return {Status(status): count for status, count in conn.execute(query)}


def history_of(conn: sa.Connection, need_id: str) -> list[Entry]:
    """Everything that happened to a need, in its order."""
    c = history.c
    query = sa.select(c.at, c.actor, c.was, c.became, c.why).where(c.need_id == need_id).order_by(c.seq)
    return [Entry(*row) for row in conn.execute(query)]


def reporters(conn: sa.Connection, need_id: str) -> list[str]:
    """The residents who told of it, first teller first; those who were erased are not among them."""
    c = reports.c
    query = sa.select(c.resident_id).where(c.need_id == need_id, c.resident_id.is_not(None))
    return list(conn.execute(query.group_by(c.resident_id).order_by(sa.func.min(c.at), c.resident_id)).scalars())


def messages_of(conn: sa.Connection, need_id: str) -> list[str]:
    """The ids of the messages in which it was told, first one first."""
    query = sa.select(reports.c.message_id).where(reports.c.need_id == need_id)
    return [one for one in conn.execute(query.order_by(reports.c.at, reports.c.id)).scalars() if one]


def told_in(
    conn: sa.Connection, resident_id: str, statuses: Collection[Status], *, number: str, since: datetime
) -> Need | None:
    """The resident's need that came to one of these states last, not before `since`.

    `number` narrows it to that one; empty for any.
    """
    c = needs.c
    query = _SELECT.where(told_by(conn, resident_id), c.status.in_(statuses), c.changed_at >= since)
    if number:
        query = query.where(c.number == number)
    row = conn.execute(query.order_by(c.changed_at.desc(), c.id).limit(1)).one_or_none()
    return _need(row) if row else None


def open_since(conn: sa.Connection, category: str, where: sa.ColumnElement[bool], since: datetime) -> list[Need]:
    """Unfinished needs of a category that satisfy a place condition, newest first."""
    c = needs.c
    query = _SELECT.where(c.status.in_(UNFINISHED), c.category == category, where, c.opened_at >= since)
    query = query.where(c.confidential.is_(sa.false()))
    return [_need(row) for row in conn.execute(query.order_by(c.opened_at.desc(), c.id).limit(50))]


def told_by(conn: sa.Connection, resident_id: str) -> sa.ColumnElement[bool]:
    """Condition: needs that the resident told of."""
    return needs.c.id.in_(sa.select(reports.c.need_id).where(reports.c.resident_id == resident_id))


def of_resident(conn: sa.Connection, resident_id: str, *, limit: int) -> list[Need]:
    """The newest needs that the resident told of."""
    query = _SELECT.where(told_by(conn, resident_id)).order_by(needs.c.opened_at.desc(), needs.c.id).limit(limit)
    return [_need(row) for row in conn.execute(query)]


def raise_urgency(conn: sa.Connection, need: Need, *, urgency: str, due_at: datetime | None) -> None:
    """The need is more urgent than was known."""
    conn.execute(sa.update(needs).where(needs.c.id == need.id).values(urgency=urgency, due_at=due_at))


def place(conn: sa.Connection, need_id: str, area_code: str) -> None:
    """The need is there."""
    conn.execute(sa.update(needs).where(needs.c.id == need_id).values(area_code=area_code))


def forget(conn: sa.Connection, resident_id: str) -> None:
    """One report of each need stays as a count; whose it was goes."""
    own = reports.c.resident_id == resident_id
    first = sa.select(sa.func.min(reports.c.id)).where(own).group_by(reports.c.need_id)
    conn.execute(sa.delete(reports).where(own, reports.c.id.not_in(first)))
    conn.execute(sa.update(reports).where(own).values(resident_id=None))


def clear(conn: sa.Connection, branch: str) -> None:
    """Remove every need of a branch, its reports and its history."""
    gone = sa.select(needs.c.id).where(within(needs.c.area_code, branch))
    conn.execute(sa.delete(reports).where(reports.c.need_id.in_(gone)))
    conn.execute(sa.delete(history).where(history.c.need_id.in_(gone)))
    conn.execute(sa.delete(needs).where(within(needs.c.area_code, branch)))


def _seen_from(branch: str) -> sa.ColumnElement[bool]:
    """Rows of the branch, and those of which nobody knows yet where they are ("root")."""
    return sa.or_(within(needs.c.area_code, branch), needs.c.area_code == "root")


def _need(row: Any) -> Need:
    values = {name: getattr(row, name) for name in needs.c.keys()}  # noqa: SIM118 - a ColumnCollection
    return Need(**{**values, "status": Status(row.status)}, households=row.households)
