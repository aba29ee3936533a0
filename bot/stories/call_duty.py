"""The staff on duty are called by every route there is, again and again, until one of them takes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
import structlog

from bot.channels.push import Pushed
from bot.outbox.item import Item, Outcome, Result
from bot.stories.tell_group import tell_group
from community.areas import desk as areas
from community.needs import desk as needs
from community.needs.need import Need, Status

AGAIN = timedelta(minutes=2)  # an emergency that nobody took is called out this often …
LATER = timedelta(minutes=30)  # … what is only urgent, this often
GIVE_UP = timedelta(hours=24)

log = structlog.get_logger()


class Sms(Protocol):
    """What is used of `SmsHook`."""

    def send(self, text: str) -> Pushed:
        """Send one text."""
        ...


def call_duty(
    engine: sa.Engine, item: Item, *, group: str | None, sms: Sms | None, now: Callable[[], datetime]
) -> Result:
    """Handler of Kind.DUTY_ALERT: the console shows the need by itself; the duty group and the SMS hook are
    called here, until the need is taken. Their text holds the number, the place and the minutes, nobody's words.
    """
    moment = now()
    with engine.begin() as conn:
        need = needs.get(conn, item.payload["need_id"])
        if need.status is not Status.OPEN:
            return Result(Outcome.SENT, f"taken: {need.status}")
        if moment - item.created_at > GIVE_UP:
            return Result(Outcome.FAILED, "nobody took it for a day")
        text = words(need, areas.name(conn, need.area_code), moment)
        if group is not None:
            tell_group(conn, group, text, mention=["@all"], now=moment)
    sent = sms.send(text) if sms is not None else None
    routes = [name for name, used in (("group", group), ("sms", sms)) if used is not None]
    log.warning("duty called", need=need.number, urgency=need.urgency, routes=routes)
    detail = "called: " + (", ".join(routes) or "only the console shows it")
    if sent is not None and sent.outcome is not Outcome.SENT:
        detail += f"; sms {sent.detail}"
    return Result(Outcome.WAIT, detail, moment + (AGAIN if need.urgency == "emergency" else LATER))


def words(need: Need, place: str, now: datetime) -> str:
    """What the staff on duty read: what kind, which number, where, since when."""
    kind = "【紧急】" if need.urgency == "emergency" else "【急】"
    minutes = int((now - need.opened_at).total_seconds() // 60)
    place = "保密线索，请进工作台看" if need.confidential else place
    waited = f"，已等 {minutes} 分钟" if minutes else ""
    return f"{kind}{need.number} {place or '地点待问'}{waited}，还没有人接手。请打开工作台点“我来接手”。"
