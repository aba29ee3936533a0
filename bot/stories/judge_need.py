"""A resident says with one word whether what was done has helped."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.outbox import desk as outbox
from bot.outbox.item import Kind
from community.needs import desk as needs
from community.needs.need import Answer, Need, Status

_WHY = {Answer.UNSOLVED: "not solved", Answer.CONTESTED: "the refusal is contested"}


def judge_need(conn: sa.Connection, resident_id: str, answer: Answer, *, number: str, now: datetime) -> Need | None:
    """Close or reopen the resident's need that the answer means; `number` names it, empty for the likeliest.

    Returns it as it stands now, or None where there is none to judge. What is urgent calls the staff again.
    """
    need = needs.to_be_judged(conn, resident_id, answer, number=number, now=now)
    if need is None:
        return None
    if answer is Answer.SOLVED:
        closed = need.status is Status.CLOSED  # a neighbour was faster, or it was said twice
        return need if closed else needs.confirm(conn, need.id, actor="resident", now=now)
    reopened = needs.reopen(conn, need.id, actor="resident", why=_WHY[answer], now=now)
    if need.urgency in {"emergency", "urgent"}:
        outbox.post(conn, Kind.DUTY_ALERT, {"need_id": need.id}, now=now)
    return reopened
