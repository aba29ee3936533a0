"""Table and queries of learning: every training, at most one of them open."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from bot.learning.training import OPEN, Status, Training
from bot.tables import Code, Time, changed_one, insert_once, metadata

trainings = sa.Table(
    "trainings",
    metadata,
    sa.Column("id", Code, primary_key=True),
    sa.Column("place", sa.String, nullable=False, unique=True),  # "open" until it has ended, then its id
    sa.Column("asked_by", sa.String, nullable=False),
    sa.Column("due_at", Time, nullable=False),
    sa.Column("status", sa.String, nullable=False),
    sa.Column("leased_until", Time, nullable=True),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("started_at", Time, nullable=True),
    sa.Column("ended_at", Time, nullable=True, index=True),
    sa.Column("corrections", sa.Integer, nullable=False),
    sa.Column("basis", sa.String, nullable=False),
    sa.Column("model", sa.String, nullable=True),
    sa.Column("report", sa.JSON, nullable=True),
    sa.Column("fault", sa.String, nullable=False),
)

_OPEN = "open"


def add(conn: sa.Connection, training: Training) -> bool:
    """Write a new open training; False if one is open already."""
    return insert_once(conn, trainings, {**asdict(training), "place": _OPEN}, key=["place"])


def move(conn: sa.Connection, before: Training, after: Training) -> None:
    """Write what became of it. Raises Stale unless it still stands as it was read."""
    c = trainings.c
    stands = sa.and_(c.id == before.id, c.status == before.status, c.attempts == before.attempts)
    place = _OPEN if after.status in OPEN else after.id
    values = {**asdict(after), "place": place}
    changed_one(conn.execute(sa.update(trainings).where(stands).values(**values)), what=before.id)


def open_one(conn: sa.Connection) -> Training | None:
    """The training that waits or runs."""
    row = conn.execute(sa.select(trainings).where(trainings.c.place == _OPEN)).one_or_none()
    return _training(row) if row else None


def get(conn: sa.Connection, training_id: str) -> Training | None:
    """The training of that id."""
    row = conn.execute(sa.select(trainings).where(trainings.c.id == training_id)).one_or_none()
    return _training(row) if row else None


def ended(conn: sa.Connection, *, limit: int) -> list[Training]:
    """The newest trainings that have ended, newest first."""
    c = trainings.c
    query = sa.select(trainings).where(c.ended_at.is_not(None)).order_by(c.ended_at.desc(), c.id).limit(limit)
    return [_training(row) for row in conn.execute(query)]


def last_basis(conn: sa.Connection) -> str:
    """What the last training that came to a judgement had learned from; "" if there was none."""
    c = trainings.c
    judged = c.status.in_([Status.USED, Status.HELD, Status.WORSE])
    query = sa.select(c.basis).where(judged).order_by(c.ended_at.desc(), c.id).limit(1)
    return conn.execute(query).scalar_one_or_none() or ""


def by_model(conn: sa.Connection) -> dict[str, Training]:
    """The training that first made each model, by the model's hash."""
    c = trainings.c
    query = sa.select(trainings).where(c.model.is_not(None)).order_by(c.ended_at.desc(), c.id)
    return {row.model: _training(row) for row in conn.execute(query)}


def _training(row: sa.Row[Any]) -> Training:
    values = {name: value for name, value in row._mapping.items() if name != "place"}
    return Training(**values | {"status": Status(values["status"])})

