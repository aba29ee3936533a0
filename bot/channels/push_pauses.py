"""APIs that are not to be called for a while: a quota is used up, a right is missing. Shared by all processes."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import sqlalchemy as sa

from bot.clock import SHANGHAI, local
from bot.outbox import desk as outbox
from bot.outbox.item import Kind
from bot.tables import Time, insert_once, metadata

push_pauses = sa.Table(
    "push_pauses",
    metadata,
    sa.Column("app", sa.String(128), primary_key=True),
    sa.Column("api", sa.String(64), primary_key=True),
    sa.Column("until", Time, nullable=False),
    sa.Column("why", sa.String, nullable=False),
)


def next_midnight(now: datetime) -> datetime:
    """When WeChat's daily quotas begin again: midnight in Shanghai."""
    tomorrow = local(now).date() + timedelta(days=1)
    return datetime.combine(tomorrow, time.min, tzinfo=SHANGHAI)


class Pauses:
    """The pauses of one account. Opens its own short transactions."""

    def __init__(self, engine: sa.Engine, app: str) -> None:
        self._engine = engine
        self._app = app

    def until(self, api: str, *, now: datetime) -> datetime | None:
        """The end of the pause that holds now, None if the API may be called."""
        mine = self._mine(api) & (push_pauses.c.until > now)
        with self._engine.connect().execution_options(read_only=True) as conn:
            return conn.execute(sa.select(push_pauses.c.until).where(mine)).scalar_one_or_none()

    def pause(self, api: str, until: datetime, *, why: str, now: datetime) -> None:
        """Nobody calls the API before `until`; whoever says so first has the staff told."""
        row = {"app": self._app, "api": api, "until": now, "why": why}
        earlier = self._mine(api) & (push_pauses.c.until <= now)
        with self._engine.begin() as conn:
            insert_once(conn, push_pauses, row, key=["app", "api"])
            longer = sa.update(push_pauses).where(earlier).values(until=until, why=why)
            if conn.execute(longer).rowcount == 1:
                about = {"about": "push paused", "app": self._app, "api": api, "why": why}
                outbox.post(conn, Kind.OPERATIONS, {**about, "until": until.isoformat()}, now=now)

    def _mine(self, api: str) -> sa.ColumnElement[bool]:
        return (push_pauses.c.app == self._app) & (push_pauses.c.api == api)
