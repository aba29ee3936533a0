"""What the assistant asked last and waits for: short-lived, one for each resident."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from bot.tables import Time, metadata

LIVES = timedelta(minutes=15)


class Waiting(StrEnum):
    """For which answer."""

    NOTHING = "nothing"
    MENU = "menu"  # a digit of the menu
    CHOICE = "choice"  # a digit; options are article slugs
    PLACE = "place"  # where it is; options hold the need's id
    HOME = "home"  # where the resident lives; a digit is one of the menu, which was shown with it
    ERASURE = "erasure"  # the confirmation


@dataclass(frozen=True)
class Context:
    """What is waited for, with the options that were offered."""

    waiting: Waiting = Waiting.NOTHING
    options: tuple[str, ...] = ()


NONE = Context()

contexts = sa.Table(
    "contexts",
    metadata,
    sa.Column("resident_id", sa.String, primary_key=True),
    sa.Column("waiting", sa.String, nullable=False),
    sa.Column("options", sa.JSON, nullable=False),
    sa.Column("expires_at", Time, nullable=False, index=True),
)


# Every message asks this: built once.
_RECALL = sa.select(contexts.c.waiting, contexts.c.options).where(
    contexts.c.resident_id == sa.bindparam("of_resident"), contexts.c.expires_at > sa.bindparam("at", type_=Time)
)


def recall(conn: sa.Connection, resident_id: str, *, now: datetime) -> Context:
    """What is waited for from this resident; NONE when nothing is, or it is too long ago."""
    row = conn.execute(_RECALL, {"of_resident": resident_id, "at": now}).one_or_none()
    return Context(Waiting(row.waiting), tuple(row.options)) if row else NONE


def keep(conn: sa.Connection, resident_id: str, context: Context, *, now: datetime) -> None:
    """Wait for that from now on, and no longer for anything before."""
    if context == NONE:
        forget(conn, resident_id)
        return
    dialect = sqlite if conn.dialect.name == "sqlite" else postgresql
    values = {"waiting": context.waiting, "options": list(context.options), "expires_at": now + LIVES}
    statement = dialect.insert(contexts).values(resident_id=resident_id, **values)
    conn.execute(statement.on_conflict_do_update(index_elements=["resident_id"], set_=values))


def forget(conn: sa.Connection, resident_id: str) -> None:
    """Nothing is waited for any more."""
    conn.execute(sa.delete(contexts).where(contexts.c.resident_id == resident_id))


def sweep(conn: sa.Connection, *, now: datetime) -> int:
    """Remove what has expired; returns how many."""
    return conn.execute(sa.delete(contexts).where(contexts.c.expires_at <= now)).rowcount
