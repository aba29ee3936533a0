"""Two rumours say the same: who asked about the first hears under which number it goes on, or the answer at once."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.conversation import news
from bot.outbox import desk as outbox
from bot.outbox.item import Kind
from bot.stories.tell_residents import tell_these
from community.rumours import correction_desk as corrections
from community.rumours import desk as rumours
from community.rumours.rumour import OVER, Rumour


def join_rumours(conn: sa.Connection, rumour_id: str, *, into: str, actor: str, now: datetime) -> Rumour:
    """Join one rumour into another and tell who asked about it. Returns the one that stays.

    Where something is said about that one already, they hear it now; where it is closed, they are then forgotten.
    Raises what `rumours.join` raises, and approval.Refused if no two people stand behind what would be said.
    """
    first = rumours.get(conn, rumour_id)
    moved = rumours.askers(conn, rumour_id)
    stays = rumours.join(conn, rumour_id, into=into, actor=actor, now=now)
    lead = news.rumours_joined(first.number, stays.number)
    if corrections.standing(conn, into) is not None:
        tell_these(conn, into, moved, lead=lead, now=now)
    else:
        for resident_id in moved:
            outbox.post(conn, Kind.NEWS, {"text": lead + news.STILL_CHECKED}, resident_id=resident_id, now=now)
    if stays.status in OVER:
        rumours.forget_askers(conn, stays.id)
    return stays
