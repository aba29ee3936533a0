"""A resident's data is the resident's: erased in every room, in one transaction."""

from __future__ import annotations

import sqlalchemy as sa

from bot.channels import simulator_push
from bot.conversation import context
from bot.inbox import desk as inbox
from bot.outbox import desk as outbox
from broadcasts import desk as broadcasts
from community.linkage import desk as linkage
from community.needs import desk as needs
from community.residents import desk as residents
from community.rumours import desk as rumours
from knowledge_base import desk as knowledge


def erase_resident(conn: sa.Connection, resident_id: str) -> None:
    """Nothing says any more that they were here. Open needs stay, anonymised; so do counts.

    WeChat demands it when a resident unfollows (PLATFORM: unsubscribe), and they may order it in the
    chat.
    """
    resident = residents.get(conn, resident_id)
    if resident is not None and resident.channel == "simulator":
        simulator_push.erase(conn, resident.openid)
    broadcasts.forget(conn, resident_id)
    inbox.erase(conn, resident_id)
    outbox.erase(conn, resident_id)
    needs.forget(conn, resident_id)
    rumours.forget(conn, resident_id)
    knowledge.forget(conn, resident_id)
    linkage.forget(conn, resident_id)
    context.forget(conn, resident_id)
    residents.erase(conn, resident_id)
