"""Where a statement stands on a real trouble, the need is opened beside the correction (charter 4)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.outbox import desk as outbox
from bot.outbox.item import Kind
from community.needs import desk as needs
from community.needs.desk import Report
from community.needs.need import Need
from community.rumours import desk as rumours


def open_linked_need(
    conn: sa.Connection,
    rumour_id: str,
    *,
    category: str,
    urgency: str,
    text: str,
    area_code: str,
    actor: str,
    now: datetime,
) -> Need:
    """Open the need in staff's words and name it in the rumour. Raises Stale if one is linked already.

    Nobody is written down as having told of it: who asked about a statement stays out of the needs.
    """
    rumour = rumours.get(conn, rumour_id)
    report = Report(category, urgency, text, area_code, building=None, resident_id=None, message_id="")
    need = needs.open_one(conn, report, actor=actor, why=f"behind rumour {rumour.number}", now=now)
    rumours.link(conn, rumour_id, need_id=need.id, actor=actor, now=now)
    if urgency == "urgent":
        outbox.post(conn, Kind.DUTY_ALERT, {"need_id": need.id}, now=now)
    return need
