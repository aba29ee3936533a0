"""Somebody is in danger: the need is opened on top of the ledger and the staff on duty are called."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.outbox import desk as outbox
from bot.outbox.item import Kind
from community.needs import desk as needs
from community.needs.desk import Report
from community.needs.need import Need


def raise_alarm(conn: sa.Connection, report: Report, *, now: datetime) -> Need:
    """Open the need and post the alert. The alert holds the need's id, no text and no name.

    Nobody knows of it yet when this returns: the resident may be told that it is on record, not that
    somebody has seen it.
    """
    told = needs.tell(conn, report, alike=_never, now=now)
    outbox.post(conn, Kind.DUTY_ALERT, {"need_id": told.need.id}, now=now)
    return told.need


def _never(_one: str, _other: str) -> float:
    return 0.0
