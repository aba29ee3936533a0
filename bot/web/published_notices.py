"""The public pages' board: what this community has sent to whole areas."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from bot.privacy import mask_identity
from bot.web.notices import PublicNotice
from broadcasts import desk as broadcasts
from broadcasts.broadcast import CORRECTION, Broadcast, Status


class PublishedNotices:
    """Implements the public pages' Board on the ledger of broadcasts."""

    def __init__(self, engine: sa.Engine, *, branch: str) -> None:
        self._engine = engine
        self._branch = branch

    def notice(self, number: str) -> PublicNotice | None:
        """The notice of that number, None if it was not sent, or not to everybody who lives somewhere."""
        with self._engine.connect().execution_options(read_only=True) as conn:
            found = broadcasts.sent_to_areas(conn, self._branch, number=number)
        return _public(found[0]) if found else None

    def notices(self) -> Sequence[PublicNotice]:
        """The newest of them."""
        with self._engine.connect().execution_options(read_only=True) as conn:
            return [_public(one) for one in broadcasts.sent_to_areas(conn, self._branch)]


def _public(sent: Broadcast) -> PublicNotice:
    assert sent.send_at is not None  # sent
    return PublicNotice(
        number=sent.number,
        title=mask_identity(sent.notice.title),
        text=mask_identity(sent.notice.text),
        sent_at=sent.send_at,
        valid_until=sent.notice.valid_until,
        cancelled=sent.status is Status.CANCELLED,
        corrects=sent.origin.removeprefix(CORRECTION) if sent.origin.startswith(CORRECTION) else "",
    )
