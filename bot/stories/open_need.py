"""A resident tells of a need: it is opened or joined, and what is urgent calls the staff."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from bot.outbox import desk as outbox
from bot.outbox.item import Kind
from community.needs import desk as needs
from community.needs.desk import Report
from community.needs.need import Told


def open_need(conn: sa.Connection, report: Report, *, alike: Callable[[str, str], float], now: datetime) -> Told:
    """Open or join. The staff on duty are alerted when a need turns out not to wait a day: once, also
    where a neighbour's word makes a known one urgent.
    """
    told = needs.tell(conn, report, alike=alike, now=now)
    if report.urgency == "urgent" and (not told.joined or told.raised):
        outbox.post(conn, Kind.DUTY_ALERT, {"need_id": told.need.id}, now=now)
    return told
