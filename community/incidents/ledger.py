"""Tables and queries of the incidents."""

from __future__ import annotations

from dataclasses import asdict

import sqlalchemy as sa

from bot.tables import Code, Time, changed_one, metadata
from community.incidents.incident import Incident

incidents = sa.Table(
    "incidents",
    metadata,
    sa.Column("id", Code, primary_key=True),
    sa.Column("number", sa.String, nullable=False),
    sa.Column("area_code", Code, nullable=False),
    sa.Column("why", sa.Text, nullable=False),
    sa.Column("opened_by", sa.String, nullable=False),
    sa.Column("opened_at", Time, nullable=False),
    sa.Column("over_by", sa.String, nullable=False),
    sa.Column("over_at", Time, nullable=True),
    sa.Column("outcome", sa.Text, nullable=False),
)
sa.Index("ix_incidents_opened_at", incidents.c.opened_at)


def add(conn: sa.Connection, incident: Incident) -> None:
    """Write a new incident."""
    conn.execute(incidents.insert().values(asdict(incident)))


def get(conn: sa.Connection, incident_id: str) -> Incident | None:
    """The incident of that id."""
    row = conn.execute(sa.select(incidents).where(incidents.c.id == incident_id)).one_or_none()
    return Incident(**row._mapping) if row else None


def going_on(conn: sa.Connection) -> list[Incident]:
    """Those that are not over, newest first."""
    query = sa.select(incidents).where(incidents.c.over_at.is_(None)).order_by(incidents.c.opened_at.desc())
    return [Incident(**row._mapping) for row in conn.execute(query)]


def newest(conn: sa.Connection, *, limit: int) -> list[Incident]:
    """All of them, newest first."""
    query = sa.select(incidents).order_by(incidents.c.opened_at.desc(), incidents.c.id).limit(limit)
    return [Incident(**row._mapping) for row in conn.execute(query)]


def end(conn: sa.Connection, after: Incident) -> None:
    """Write that it is over. Raises Stale if somebody else ended it meanwhile."""
    ending = (
        sa.update(incidents)
        .where(incidents.c.id == after.id, incidents.c.over_at.is_(None))
        .values(over_by=after.over_by, over_at=after.over_at, outcome=after.outcome)
    )
    changed_one(conn.execute(ending), what=after.number)
