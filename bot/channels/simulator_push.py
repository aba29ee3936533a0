"""The simulator's push: what arrives in a chat without having been asked for, shown by the browser's WeChat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.channels.push import Letter, Pushed
from bot.channels.reply_text import fit
from bot.outbox.item import Outcome
from bot.tables import Time, insert_once, metadata

simulator_pushes = sa.Table(
    "simulator_pushes",
    metadata,
    sa.Column("id", sa.String, primary_key=True),  # of the letter: a repeat shows once
    sa.Column("openid", sa.String, nullable=False, index=True),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("at", Time, nullable=False),
)


@dataclass(frozen=True)
class Shown:
    """A pushed message as the chat shows it."""

    id: str
    text: str
    at: datetime


class SimulatorOutlet:
    """Implements `Outlet`. It is always open: no window, no quota."""

    def __init__(self, engine: sa.Engine, *, now: Callable[[], datetime]) -> None:
        self._engine = engine
        self._now = now

    def push(self, letter: Letter) -> Pushed:
        """Lay it into the chat."""
        row = {"id": letter.id, "openid": letter.openid, "text": fit(letter.text), "at": self._now()}
        with self._engine.begin() as conn:
            insert_once(conn, simulator_pushes, row, key=["id"])
        return Pushed(Outcome.SENT)


def shown_to(conn: sa.Connection, openid: str) -> list[Shown]:
    """What was pushed to an openid, oldest first."""
    c = simulator_pushes.c
    query = sa.select(c.id, c.text, c.at).where(c.openid == openid).order_by(c.at, c.id)
    return [Shown(row.id, row.text, row.at) for row in conn.execute(query)]


def erase(conn: sa.Connection, openid: str) -> None:
    """Nothing that was pushed to that openid stays."""
    conn.execute(sa.delete(simulator_pushes).where(simulator_pushes.c.openid == openid))
