"""A picture or voice is brought in before the channel lets it expire (three days at WeChat)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import sqlalchemy as sa

from bot.channels.media import Media
from bot.channels.tokens import WeChatError
from bot.inbox import desk as inbox
from bot.outbox.item import Item, Outcome, Result

Fetch = Callable[[str], Media]


def fetch_media(engine: sa.Engine, item: Item, *, fetch: Fetch | None, now: Callable[[], datetime]) -> Result:
    """Fetch what an outbox item speaks of and keep it; the network is touched with no transaction open.

    `fetch` is None where the account may not: the reference stays, and the item says why. What was
    erased meanwhile is not fetched, or not kept.
    """
    if fetch is None:
        return Result(Outcome.FAILED, "the account is not verified: it may not fetch media")
    message_id = item.payload["message_id"]
    with engine.begin() as conn:
        media_id = inbox.media_reference(conn, message_id)
    if media_id is None:
        return Result(Outcome.FAILED, "erased by its resident")
    try:
        media = fetch(media_id)
    except WeChatError as error:
        return Result(Outcome.FAILED if error.permanent else Outcome.RETRY, str(error))
    with engine.begin() as conn:
        kept = inbox.keep_media(conn, message_id, content_type=media.content_type, content=media.content, now=now())
    return Result(Outcome.SENT, "kept") if kept else Result(Outcome.FAILED, "erased by its resident")
