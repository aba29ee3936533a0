"""Whose turn it is to build the snapshot: one row, a lease, and how the last tries went."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.tables import Time, changed_one, insert_once, metadata

turns = sa.Table(
    "snapshot_turns",
    metadata,
    sa.Column("kind", sa.String, primary_key=True),
    sa.Column("holder", sa.String, nullable=False),
    sa.Column("until", Time, nullable=True),
    sa.Column("failures", sa.Integer, nullable=False),  # since the last building that came to an end
    sa.Column("trouble", sa.Text, nullable=False),  # what the last of them was
    sa.Column("not_before", Time, nullable=True),
)
_KIND = "snapshot"
_MINE = turns.c.kind == _KIND


def take(conn: sa.Connection, holder: str, *, until: datetime, now: datetime) -> bool:
    """True if the turn is the holder's until then; False while it is another's, or a pause lasts."""
    row = {"kind": _KIND, "holder": "", "failures": 0, "trouble": ""}
    insert_once(conn, turns, row, key=["kind"])
    c = turns.c
    free = sa.or_(c.until.is_(None), c.until <= now)
    rested = sa.or_(c.not_before.is_(None), c.not_before <= now)
    return conn.execute(sa.update(turns).where(_MINE, free, rested).values(holder=holder, until=until)).rowcount == 1


def keep(conn: sa.Connection, holder: str, *, until: datetime, now: datetime) -> bool:
    """A little longer; False if the turn is lost."""
    mine = sa.and_(_MINE, turns.c.holder == holder, turns.c.until > now)
    return conn.execute(sa.update(turns).where(mine).values(until=until)).rowcount == 1


def give_up(
    conn: sa.Connection, holder: str, *, failures: int = 0, trouble: str = "", not_before: datetime | None = None
) -> None:
    """The turn is anybody's again; the row stays locked to the transaction's end. Raises Stale if it was lost."""
    mine = sa.and_(_MINE, turns.c.holder == holder)
    values = {"holder": "", "until": None, "failures": failures, "trouble": trouble, "not_before": not_before}
    changed_one(conn.execute(sa.update(turns).where(mine).values(**values)), what=holder)


def take_away(conn: sa.Connection) -> None:
    """Whoever is building builds in vain: what they began with is no longer in use."""
    conn.execute(sa.update(turns).where(_MINE).values(holder="", until=None))


def standing(conn: sa.Connection) -> tuple[datetime | None, int, str, datetime | None]:
    """(leased until, failures, the last trouble, no sooner than)."""
    row = conn.execute(sa.select(turns).where(_MINE)).one_or_none()
    return (row.until, row.failures, row.trouble, row.not_before) if row else (None, 0, "", None)


