"""Somebody has to look after the installation: it stands in the log, and in the operations' group if there is one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog

from bot.clock import local
from bot.outbox.item import Item, Outcome, Result
from bot.stories.tell_group import tell_group

log = structlog.get_logger()

_ABOUT = {
    "push paused": "微信推送停了，到{until}再试（{why}，接口 {api}）。这段时间的通知改走别的办法，或等居民来信时带回。",
    "approval fell": "一条通知到点没有发：批准已不成立。它退回了起草人，请到“通知”里看原因。",
}
_OTHER = "有一件事要看一下：{about}。"


def words(payload: Mapping[str, Any]) -> str:
    """What the group reads of an operations item."""
    facts = {**payload}
    if "until" in facts:
        facts["until"] = f"{local(datetime.fromisoformat(facts['until'])):%m月%d日%H:%M}"
    return _ABOUT.get(str(payload.get("about")), _OTHER).format_map(facts)


def deliver_to_operations(engine: sa.Engine, item: Item, *, group: str | None, now: Callable[[], datetime]) -> Result:
    """Handler of Kind.OPERATIONS: into the log always; into the group of that name where one is configured.

    Killed in between, it is told again: twice is better than never.
    """
    log.warning("operations", about=item.payload.get("about"), api=item.payload.get("api"), item=item.id)
    if group is not None:
        with engine.begin() as conn:
            tell_group(conn, group, words(item.payload), now=now())
    return Result(Outcome.SENT, "told" if group else "logged")
