"""群机器人: texts into a staff group through a webhook, at most 20 a minute for each robot (PLATFORM, WeCom)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.channels.official_api import BUSY, DAILY_QUOTA, send
from bot.channels.push import Pushed
from bot.channels.reply_text import fit
from bot.channels.tokens import HttpPost
from bot.outbox.item import Outcome
from bot.tables import Time, metadata

MOST_A_MINUTE = 20
MINUTE = timedelta(seconds=60)
MOST_BYTES = 2_048

robot_turns = sa.Table(  # one row for each message of the last minute
    "robot_turns",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("robot", sa.String(64), nullable=False),
    sa.Column("at", Time, nullable=False),
    sa.Index("ix_robot_turns_robot", "robot", "at"),
)


def take_turn(conn: sa.Connection, robot: str, *, now: datetime) -> datetime | None:
    """Take one of the robot's 20 turns of this minute, in the caller's transaction.

    Returns None if it was taken, else the moment when the next one is free. `robot` is its name in
    the configuration, not its key.
    """
    if conn.dialect.name == "postgresql":  # SQLite's writer is alone already
        conn.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(f"robot {robot}"))))
    c = robot_turns.c
    conn.execute(sa.delete(robot_turns).where(c.robot == robot, c.at <= now - MINUTE))
    query = sa.select(c.at).where(c.robot == robot).order_by(c.at.desc()).limit(MOST_A_MINUTE)
    taken: Sequence[datetime] = conn.execute(query).scalars().all()
    if len(taken) >= MOST_A_MINUTE:
        return taken[-1] + MINUTE
    conn.execute(sa.insert(robot_turns).values(robot=robot, at=now))
    return None


class Robot:
    """One group's robot. Its webhook address holds its key: it is never told, nor logged."""

    def __init__(
        self, engine: sa.Engine, http: HttpPost, *, name: str, webhook: str, now: Callable[[], datetime]
    ) -> None:
        self._engine = engine
        self._http = http
        self._name = name
        self._webhook = webhook
        self._now = now

    def post(self, text: str, *, mention: Sequence[str] = ()) -> Pushed:
        """Say `text` in the group; `mention` are userids, or "@all". Never with a transaction open."""
        with self._engine.begin() as conn:
            free_at = take_turn(conn, self._name, now=self._now())
        if free_at is not None:
            return Pushed(Outcome.WAIT, "20 a minute", until=free_at)
        answer = send(self._http, self._webhook, payload(text, mention))
        if answer.errcode is None:
            return Pushed(Outcome.UNKNOWN if answer.lost else Outcome.RETRY, answer.why)
        return self._meaning(answer.errcode)

    def _meaning(self, errcode: int) -> Pushed:
        detail = f"errcode {errcode}"
        if errcode == 0:
            return Pushed(Outcome.SENT)
        if errcode == DAILY_QUOTA:  # here: more than 20 within a minute, by whoever else uses the robot
            return Pushed(Outcome.WAIT, detail, until=self._now() + MINUTE)
        return Pushed(Outcome.RETRY if errcode in BUSY else Outcome.FAILED, detail)


def payload(text: str, mention: Sequence[str]) -> dict[str, Any]:
    """The body of a text message (W/99110)."""
    content: dict[str, Any] = {"content": fit(text, MOST_BYTES)}
    if mention:
        content["mentioned_list"] = list(mention)
    return {"msgtype": "text", "text": content}
