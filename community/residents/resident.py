"""Nouns of the residents' room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Resident:
    """Somebody who wrote or follows, known by an openid of one account. Nothing here judges them."""

    id: str
    channel: str
    app: str
    openid: str
    area_code: str  # areas.area.ROOT until they say where they live
    room: str  # "501", as far as they told; empty where only the building or unit is known
    name: str  # how they want to be addressed; empty unless they said so
    tags: tuple[str, ...]  # what they told the committee, e.g. 独居老人; never leaves for WeChat's servers
    notices: bool  # False after 退订
    since: datetime
