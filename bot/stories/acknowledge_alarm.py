"""Somebody on duty takes an emergency; only now may the resident be told that somebody knows (charter 6)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.conversation import news
from bot.stories.move_need import tell
from community.needs import desk as needs
from community.needs.need import Need


def acknowledge_alarm(conn: sa.Connection, need_id: str, *, actor: str, name: str, now: datetime) -> Need:
    """ "我来接手": the need is theirs, and whoever raised the alarm hears it.

    `name` is how the staff member is called on duty ("小周"). Raises needs' Forbidden if somebody has it
    already, Stale if somebody was faster by a moment.
    """
    need = needs.accept(conn, need_id, actor=actor, now=now)
    return tell(conn, need, news.alarm_taken(need.number, name), now=now)
