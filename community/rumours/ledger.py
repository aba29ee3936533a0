"""Tables and queries of the rumours: statements, who asked, evidence, judgements, history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.tables import Code, Time, changed_one, metadata, within
from community.rumours.rumour import OVER, UNDECIDED, Entry, Evidence, Judgement, Rumour, Status, Verdict

rumours = sa.Table(
    "rumours",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("number", sa.String, nullable=False),
    sa.Column("statement", sa.Text, nullable=False),
    sa.Column("harm", sa.String, nullable=False),
    sa.Column("status", sa.String, nullable=False, index=True),
    sa.Column("area_code", Code, nullable=False),
    sa.Column("first_at", Time, nullable=False),
    sa.Column("changed_at", Time, nullable=False),
    sa.Column("checked_by", sa.String, nullable=False),
    sa.Column("need_id", sa.String, nullable=True),
    sa.Column("perhaps", sa.String, nullable=True),
    sa.Column("perhaps_chance", sa.Float, nullable=False, server_default="0"),
    sa.Column("perhaps_why", sa.JSON, nullable=False, server_default="[]"),
    sa.Column("joined_into", sa.String, nullable=True, index=True),
)

reports = sa.Table(  # only to tell those who asked how it came out; forgotten when the rumour closes
    "rumour_reports",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("rumour_id", sa.String, nullable=False, index=True),
    sa.Column("resident_id", sa.String, nullable=True, index=True),
    sa.Column("message_id", sa.String, nullable=False),
    sa.Column("area_code", Code, nullable=False),
    sa.Column("at", Time, nullable=False),
    sa.Column("told", sa.String, nullable=False),  # the id of the correction last heard; empty for none
)

judgements = sa.Table(
    "rumour_judgements",
    metadata,
    sa.Column("rumour_id", sa.String, primary_key=True),
    sa.Column("ordinal", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("statement", sa.Text, nullable=False),
    sa.Column("verdict", sa.String, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)

evidence = sa.Table(
    "rumour_evidence",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("rumour_id", sa.String, nullable=False, index=True),
    sa.Column("at", Time, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
)

history = sa.Table(
    "rumour_history",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("rumour_id", sa.String, nullable=False, index=True),
    sa.Column("at", Time, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("was", sa.String, nullable=False),
    sa.Column("became", sa.String, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
)

_person = sa.func.coalesce(reports.c.resident_id, reports.c.id)
_askers = (
    sa.select(sa.func.count(sa.distinct(_person)))
    .where(reports.c.rumour_id == rumours.c.id)
    .scalar_subquery()
    .label("askers")
)
_SELECT = sa.select(rumours, _askers)
_HARM = sa.case((rumours.c.harm == "life", 0), (rumours.c.harm == "money", 1), (rumours.c.harm == "order", 2), else_=3)


def add(conn: sa.Connection, rumour: Rumour) -> None:
    """Write a new rumour."""
    row = {column: getattr(rumour, column) for column in rumours.c.keys()}  # noqa: SIM118 - a ColumnCollection
    conn.execute(sa.insert(rumours), {**row, "perhaps_why": list(rumour.perhaps_why)})


def add_report(
    conn: sa.Connection,
    *,
    report_id: str,
    rumour_id: str,
    resident_id: str | None,
    message_id: str,
    area_code: str,
    told: str,
    now: datetime,
) -> None:
    """Write that somebody asked about it or passed it on; `told` is the correction that they hear with it."""
    row = {
        "id": report_id,
        "rumour_id": rumour_id,
        "resident_id": resident_id,
        "message_id": message_id,
        "area_code": area_code,
        "at": now,
        "told": told,
    }
    conn.execute(sa.insert(reports), row)


def append(conn: sa.Connection, rumour_id: str, *, actor: str, was: str, became: str, why: str, now: datetime) -> None:
    """Append to the rumour's history."""
    row = {"rumour_id": rumour_id, "at": now, "actor": actor, "was": was, "became": became, "why": why}
    conn.execute(sa.insert(history), row)


def history_of(conn: sa.Connection, rumour_id: str) -> list[Entry]:
    """Everything that happened to a rumour and its corrections, in its order."""
    c = history.c
    query = sa.select(c.at, c.actor, c.was, c.became, c.why).where(c.rumour_id == rumour_id).order_by(c.seq)
    return [Entry(*row) for row in conn.execute(query)]


def lock(conn: sa.Connection) -> None:
    """Match-or-report goes one at a time (on SQLite the writer is alone already)."""
    if conn.dialect.name == "postgresql":
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("rumours"))))


def get(conn: sa.Connection, rumour_id: str) -> Rumour:
    """The rumour of that id. Raises NoResultFound."""
    return _rumour(conn.execute(_SELECT.where(rumours.c.id == rumour_id)).one())


def get_locked(conn: sa.Connection, rumour_id: str) -> Rumour:
    """The same, and nobody else writes about this rumour until the transaction ends."""
    conn.execute(sa.select(rumours.c.id).where(rumours.c.id == rumour_id).with_for_update())
    return get(conn, rumour_id)


def find(conn: sa.Connection, rumour_id: str, branch: str) -> Rumour | None:
    """The rumour of that id, if it came up in the branch or nobody knows where."""
    row = conn.execute(_SELECT.where(rumours.c.id == rumour_id, seen_from(branch))).one_or_none()
    return _rumour(row) if row else None


def move(conn: sa.Connection, before: Rumour, after: Rumour) -> None:
    """Write where a rumour stands now. Raises Stale if somebody else moved it since `before` was read."""
    c = rumours.c
    unmoved = sa.and_(c.id == before.id, c.status == before.status, c.changed_at == before.changed_at)
    values = {name: getattr(after, name) for name in ("status", "changed_at", "checked_by", "joined_into")}
    changed_one(conn.execute(sa.update(rumours).where(unmoved).values(**values)), what=before.number)


def raise_harm(conn: sa.Connection, rumour_id: str, harm: str) -> None:
    """It may do more harm than was known."""
    conn.execute(sa.update(rumours).where(rumours.c.id == rumour_id).values(harm=harm))


def link(conn: sa.Connection, rumour_id: str, need_id: str) -> bool:
    """Name the need behind it; False if one is named already."""
    unlinked = sa.and_(rumours.c.id == rumour_id, rumours.c.need_id.is_(None))
    return conn.execute(sa.update(rumours).where(unlinked).values(need_id=need_id)).rowcount == 1


def matchable(conn: sa.Connection, *, also: sa.Select[tuple[str]], limit: int) -> list[Rumour]:
    """Every rumour that is not over and those that `also` selects the ids of; the newest, oldest of them first."""
    c = rumours.c
    query = _SELECT.where(sa.or_(c.status.not_in(OVER), c.id.in_(also)))
    return [_rumour(row) for row in conn.execute(query.order_by(c.first_at.desc(), c.id).limit(limit))][::-1]


def queue(conn: sa.Connection, branch: str, *, limit: int) -> list[Rumour]:
    """Undecided rumours of a branch: worst harm first, then by how many asked, then the oldest."""
    query = _SELECT.where(seen_from(branch), rumours.c.status.in_(UNDECIDED))
    ordered = query.order_by(_HARM, sa.desc("askers"), rumours.c.first_at, rumours.c.id)
    return [_rumour(row) for row in conn.execute(ordered.limit(limit))]


def decided(conn: sa.Connection, branch: str, *, limit: int) -> list[Rumour]:
    """Corrected and closed rumours of a branch, the last decided first."""
    query = _SELECT.where(seen_from(branch), rumours.c.status.not_in(UNDECIDED))
    ordered = query.order_by(rumours.c.changed_at.desc(), rumours.c.id)
    return [_rumour(row) for row in conn.execute(ordered.limit(limit))]


def corrected_before(conn: sa.Connection, moment: datetime, *, limit: int) -> list[Rumour]:
    """Rumours of every branch that have stood corrected since before that moment."""
    query = _SELECT.where(rumours.c.status == Status.CORRECTED, rumours.c.changed_at <= moment)
    return [_rumour(row) for row in conn.execute(query.order_by(rumours.c.changed_at).limit(limit))]


def asked_by(conn: sa.Connection, resident_id: str, *, limit: int) -> list[Rumour]:
    """The newest rumours that the resident asked about."""
    own = sa.select(reports.c.rumour_id).where(reports.c.resident_id == resident_id)
    query = _SELECT.where(rumours.c.id.in_(own))
    query = query.order_by(rumours.c.first_at.desc(), rumours.c.id).limit(limit)
    return [_rumour(row) for row in conn.execute(query)]


def people_by_area(conn: sa.Connection, rumour_id: str) -> dict[str, int]:
    """How many people asked in each area, by the code that stands with their report."""
    c = reports.c
    people = sa.func.count(sa.distinct(_person)).label("people")
    query = sa.select(c.area_code, people).where(c.rumour_id == rumour_id).group_by(c.area_code)
    return {row.area_code: row.people for row in conn.execute(query)}


def judge(conn: sa.Connection, rumour_id: str, judged: Sequence[Judgement]) -> None:
    """Write the judgements anew."""
    conn.execute(sa.delete(judgements).where(judgements.c.rumour_id == rumour_id))
    rows = [{"rumour_id": rumour_id, "ordinal": number, **vars(one)} for number, one in enumerate(judged)]
    conn.execute(sa.insert(judgements), rows)


def judgements_of(conn: sa.Connection, rumour_id: str) -> tuple[Judgement, ...]:
    """What the statements came to, in their order."""
    c = judgements.c
    query = sa.select(c.statement, c.verdict, c.why).where(c.rumour_id == rumour_id).order_by(c.ordinal)
    return tuple(Judgement(row.statement, Verdict(row.verdict), row.why) for row in conn.execute(query))


def statements(conn: sa.Connection, rumour_ids: Sequence[str]) -> list[tuple[str, str]]:
    """(rumour's id, statement) of everything judged in these rumours."""
    c = judgements.c
    query = sa.select(c.rumour_id, c.statement).where(c.rumour_id.in_(rumour_ids)).order_by(c.rumour_id, c.ordinal)
    return [(row.rumour_id, row.statement) for row in conn.execute(query)]


def joined_statements(conn: sa.Connection, rumour_ids: Sequence[str]) -> list[tuple[str, str]]:
    """(rumour's id, statement) of what was joined into these rumours: other words for the same."""
    c = rumours.c
    query = sa.select(c.joined_into, c.statement).where(c.joined_into.in_(rumour_ids)).order_by(c.first_at, c.id)
    return [(row.joined_into, row.statement) for row in conn.execute(query)]


def hand_over(conn: sa.Connection, rumour_id: str, into: str) -> None:
    """Whoever asked about one rumour asked about the other from now on, and has heard what they heard of that."""
    c, other = reports.c, reports.alias()
    there = sa.and_(other.c.rumour_id == into, other.c.resident_id == c.resident_id)
    heard = sa.select(sa.func.max(other.c.told)).where(there).scalar_subquery()
    moved = sa.update(reports).where(c.rumour_id == rumour_id)
    conn.execute(moved.values(rumour_id=into, told=sa.func.coalesce(heard, c.told)))


def lead_on(conn: sa.Connection, rumour_id: str, into: str) -> None:
    """What pointed to one rumour points to the other; nothing points to itself."""
    c = rumours.c
    conn.execute(sa.update(rumours).where(c.joined_into == rumour_id).values(joined_into=into))
    conn.execute(sa.update(rumours).where(c.perhaps == rumour_id, c.id != into).values(perhaps=into))
    _doubt_no_more(conn, sa.or_(c.id == rumour_id, sa.and_(c.id == into, c.perhaps == rumour_id)))


def keep_apart(conn: sa.Connection, rumour_id: str) -> None:
    """It repeats nothing: the suggestion goes."""
    _doubt_no_more(conn, rumours.c.id == rumour_id)


def _doubt_no_more(conn: sa.Connection, which: sa.ColumnElement[bool]) -> None:
    conn.execute(sa.update(rumours).where(which).values(perhaps=None, perhaps_chance=0.0, perhaps_why=[]))


def note(conn: sa.Connection, rumour_id: str, found: Evidence) -> None:
    """Append a piece of evidence."""
    conn.execute(sa.insert(evidence).values(rumour_id=rumour_id, **vars(found)))


def evidence_of(conn: sa.Connection, rumour_id: str) -> list[Evidence]:
    """What was found, in its order."""
    c = evidence.c
    query = sa.select(c.text, c.source, c.actor, c.at).where(c.rumour_id == rumour_id).order_by(c.seq)
    return [Evidence(*row) for row in conn.execute(query)]


def askers(conn: sa.Connection, rumour_id: str) -> list[str]:
    """The residents who asked and are not forgotten, the first one first."""
    c = reports.c
    query = sa.select(c.resident_id).where(c.rumour_id == rumour_id, c.resident_id.is_not(None))
    return list(conn.execute(query.group_by(c.resident_id).order_by(sa.func.min(c.at), c.resident_id)).scalars())


def forget(conn: sa.Connection, resident_id: str) -> None:
    """The counts stay; that this resident asked goes."""
    _forget(conn, reports.c.resident_id == resident_id)


def forget_askers(conn: sa.Connection, rumour_id: str) -> None:
    """The counts stay; who asked about this rumour goes."""
    _forget(conn, sa.and_(reports.c.rumour_id == rumour_id, reports.c.resident_id.is_not(None)))


def _forget(conn: sa.Connection, whose: sa.ColumnElement[bool]) -> None:
    """One report for each person and rumour stays as a count, with no way back to the person."""
    c = reports.c
    first = sa.select(sa.func.min(c.id)).where(whose).group_by(c.rumour_id, c.resident_id)
    conn.execute(sa.delete(reports).where(whose, c.id.not_in(first)))
    conn.execute(sa.update(reports).where(whose).values(resident_id=None, message_id="", told=""))


def clear(conn: sa.Connection, branch: str) -> None:
    """Remove every rumour of a branch and all that belongs to it."""
    gone = sa.select(rumours.c.id).where(within(rumours.c.area_code, branch))
    for table in (reports, judgements, evidence, history):
        conn.execute(sa.delete(table).where(table.c.rumour_id.in_(gone)))
    conn.execute(sa.delete(rumours).where(within(rumours.c.area_code, branch)))


def seen_from(branch: str) -> sa.ColumnElement[bool]:
    """Rows of the branch, and those of which nobody knows where they came up ("root")."""
    return sa.or_(within(rumours.c.area_code, branch), rumours.c.area_code == "root")


def _rumour(row: Any) -> Rumour:
    values = {name: getattr(row, name) for name in rumours.c.keys()}  # noqa: SIM118 - a ColumnCollection
    kinds = {"status": Status(row.status), "perhaps_why": tuple(row.perhaps_why)}
    return Rumour(**{**values, **kinds}, askers=row.askers)
