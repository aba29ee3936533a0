"""One letter to one resident: by push where a route is open, else with the answer to their next message.

A killed worker loses nothing: that an attempt begins is written before the network is touched, and
whoever finds it begun and not settled knows that it may have arrived.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.channels.push import Letter, Outlet, Pushed
from bot.outbox import desk as outbox
from bot.outbox.item import MOST_ATTEMPTS, Item, Kind, LeaseLost, Outcome, Result
from broadcasts import desk as broadcasts

SLOW_RETRY = timedelta(minutes=10)  # when the quick attempts are used up: a busy server is no lost notice
MOST_REPEATS = 3  # attempts after which a lost answer stays unknown, however much the letter matters

# When residents wrote last; who never did is not in it.
WroteAt = Callable[[sa.Connection, Collection[str]], Mapping[str, datetime]]


@dataclass(frozen=True)
class Address:
    """Where a resident is written to."""

    channel: str
    openid: str


AddressOf = Callable[[sa.Connection, str], Address | None]


@dataclass(frozen=True)
class Post:
    """What carrying needs: an outlet for each channel that can push, and what other rooms know."""

    engine: sa.Engine
    outlets: Mapping[str, Outlet]
    address_of: AddressOf
    wrote_at: WroteAt
    now: Callable[[], datetime]
    public_url: str = ""  # our address as the world sees it


def deliver_broadcast(post: Post, item: Item) -> Result:
    """Handler of Kind.BROADCAST: one notice for one person, unless it was cancelled or is over."""
    payload = item.payload
    address = Address(payload["channel"], payload["openid"])
    with post.engine.begin() as conn:
        if not broadcasts.may_leave(conn, payload["broadcast_id"], now=post.now()):
            return Result(Outcome.WITHDRAWN, "cancelled or over")
        ready = _ready(conn, post, item, address, repeat=payload["repeat"])
    if isinstance(ready, Result):
        return ready
    pushed = post.outlets[address.channel].push(ready)
    if pushed.gone:
        with post.engine.begin() as conn:
            broadcasts.unreachable(conn, item.id)
    return result_of(pushed, item, repeat=payload["repeat"], now=post.now())


def deliver_news(post: Post, item: Item) -> Result:
    """Handler of Kind.NEWS: a personal answer that came late. Worth repeating when its answer is lost."""
    with post.engine.begin() as conn:
        address = post.address_of(conn, item.resident_id) if item.resident_id else None
        if address is None:
            return Result(Outcome.FAILED, "nobody to write to")
        ready = _ready(conn, post, item, address, repeat=True)
    if isinstance(ready, Result):
        return ready
    return result_of(post.outlets[address.channel].push(ready), item, repeat=True, now=post.now())


def result_of(pushed: Pushed, item: Item, *, repeat: bool, now: datetime) -> Result:
    """What becomes of an item after an attempt. `repeat`: it is worth arriving twice."""
    if pushed.outcome is Outcome.UNKNOWN and repeat and item.attempts < MOST_REPEATS:
        return Result(Outcome.RETRY, pushed.detail)
    if pushed.outcome is Outcome.RETRY and item.attempts + 1 >= MOST_ATTEMPTS:
        return Result(Outcome.WAIT, pushed.detail, pushed.until or now + SLOW_RETRY)
    return Result(pushed.outcome, pushed.detail, pushed.until)


def _ready(conn: sa.Connection, post: Post, item: Item, address: Address, *, repeat: bool) -> Letter | Result:
    """The letter, its attempt noted in this transaction; or what is settled without the network."""
    if address.channel not in post.outlets:
        return Result(Outcome.WAIT, f"{address.channel} cannot push")
    try:
        begun_before = outbox.begin(conn, item, now=post.now())
    except LeaseLost:
        return Result(Outcome.WAIT, "too little of the lease was left", post.now())
    if begun_before and not repeat:
        return Result(Outcome.UNKNOWN, "an attempt before this one never came back")
    whose = item.resident_id or ""
    return Letter(
        id=item.id,
        openid=address.openid,
        text=item.payload["text"],
        title=item.payload.get("title", ""),
        wrote_at=post.wrote_at(conn, [whose]).get(whose),
        link=_link(post.public_url, item),
    )


def _link(public_url: str, item: Item) -> str:
    """The public page of a notice, or of what was checked; "" where nobody else may read it."""
    page = item.payload.get("page")
    if not page or not public_url:
        return ""
    return f"{public_url}/public/{'notices/' if item.kind is Kind.BROADCAST else 'corrections#'}{page}"
