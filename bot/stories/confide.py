"""A resident accuses somebody: it is opened for whoever brings it to the police, and nobody else is told."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.outbox import desk as outbox
from bot.outbox.item import Kind
from community.needs import desk as needs
from community.needs.desk import Report
from community.needs.need import Need


def confide(conn: sa.Connection, report: Report, *, now: datetime) -> Need:
    """Open the confidential need; what cannot wait a day calls the staff on duty, who read its number alone."""
    need = needs.confide(conn, report, now=now)
    if report.urgency == "urgent":
        outbox.post(conn, Kind.DUTY_ALERT, {"need_id": need.id}, now=now)
    return need
