"""The verbs of the broadcasts' room. Everything in the caller's transaction, every step in the history."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from bot.approval import NoAuthority
from bot.clock import local
from bot.tables import new_id, next_number
from broadcasts import broadcast as nouns
from broadcasts import delivery_ledger, ledger
from broadcasts.audience import ResidentsOf, outside
from broadcasts.broadcast import BadNotice, Broadcast, Notice, Status
from broadcasts.delivery import Door, Frozen, Progress
from broadcasts.delivery import Status as DeliveryStatus

# Whether an account may approve for an area right now: the staff's room knows.
MayApprove = Callable[[sa.Connection, str, str], bool]


@dataclass(frozen=True)
class Step:
    """A line of the history, oldest first."""

    at: datetime
    actor: str
    was: str
    became: str
    why: str


def draft(
    conn: sa.Connection, notice: Notice, *, area_code: str, actor: str, origin: str = "", now: datetime
) -> Broadcast:
    """Begin a broadcast for a branch of the tree. Raises BadNotice, Past."""
    _require_own(notice, area_code)
    nouns.require_sayable(notice, now=now)
    made = Broadcast(
        id=new_id(),
        number=next_number(conn, nouns.PREFIX, local(now).date()),
        area_code=area_code,
        notice=notice,
        status=Status.DRAFT,
        authors=(actor,),
        created_at=now,
        origin=origin,
    )
    ledger.add(conn, made)
    ledger.append(conn, made.id, actor=actor, was="", became=made.status, why=origin, now=now)
    return made


def rewrite(
    conn: sa.Connection, broadcast_id: str, notice: Notice, *, actor: str, seen: int, now: datetime
) -> Broadcast:
    """Other words for a draft. `seen` is the revision that was on the screen.

    Raises Stale if it has changed since, Forbidden, BadNotice, Past.
    """
    before = ledger.get_seen(conn, broadcast_id, seen=seen)
    _require_own(notice, before.area_code)
    after = nouns.rewrite(before, notice, actor=actor, now=now)
    return _keep(conn, before, after, actor=actor, why="rewritten", now=now)


def submit(conn: sa.Connection, broadcast_id: str, *, actor: str, emergency: bool, now: datetime) -> Broadcast:
    """Hand it over for approval. `emergency`: the mode of the community. Raises Forbidden, BadNotice, Past."""
    before = ledger.get(conn, broadcast_id)
    after = nouns.submit(before, actor=actor, emergency=emergency, now=now)
    return _keep(conn, before, after, actor=actor, why="", now=now)


def give_back(conn: sa.Connection, broadcast_id: str, *, actor: str, why: str, now: datetime) -> Broadcast:
    """Back to the authors with a reason. Raises Forbidden."""
    return _move(conn, broadcast_id, Status.RETURNED, actor=actor, why=why, now=now)


def reject(conn: sa.Connection, broadcast_id: str, *, actor: str, why: str, now: datetime) -> Broadcast:
    """Not to be sent at all, with a reason. Raises Forbidden."""
    return _move(conn, broadcast_id, Status.REJECTED, actor=actor, why=why, now=now)


def reopen(conn: sa.Connection, broadcast_id: str, *, actor: str, now: datetime) -> Broadcast:
    """A returned one becomes a draft again. Raises Forbidden."""
    before = ledger.get(conn, broadcast_id)
    return _keep(conn, before, nouns.reopen(before, actor=actor), actor=actor, why="", now=now)


@dataclass(frozen=True)
class Consent:
    """What approving needs from outside the room, and what the approver decided."""

    seen: int  # the revision that was on the screen
    send_at: datetime  # one that lies behind means at once
    emergency: bool  # the mode of the community
    may_approve: MayApprove
    residents_of: ResidentsOf
    told: frozenset[str] = frozenset()  # residents who hear it in person: left out, and counted as reached


def approve(conn: sa.Connection, broadcast_id: str, consent: Consent, *, actor: str, now: datetime) -> Broadcast:
    """Another person approves. With the last one needed, words and audience are frozen.

    Still SUBMITTED afterwards where a second approver is needed. Raises Stale, Forbidden, Past,
    approval.SameHand, NotAPerson, NoAuthority.
    """
    before = ledger.get_seen(conn, broadcast_id, seen=consent.seen)
    after = nouns.approve(before, actor=actor, send_at=consent.send_at, emergency=consent.emergency, now=now)
    if not consent.may_approve(conn, actor, before.area_code):
        raise NoAuthority(actor)
    kept = _keep(conn, before, after, actor=actor, why="approved", now=now)
    if kept.status is Status.APPROVED:
        meant = consent.residents_of(conn, kept.notice.audience)
        others = [one for one in meant if one.resident_id not in consent.told]
        delivery_ledger.freeze(conn, _frozen(kept, told_already=len(meant) - len(others)), others)
    return kept


def look_again(
    conn: sa.Connection, broadcast_id: str, *, actor: str, may_approve: MayApprove, now: datetime
) -> Broadcast:
    """The second look after an approval by one in emergency mode. Raises Forbidden, approval.Refused."""
    before = ledger.get(conn, broadcast_id)
    after = nouns.look_again(before, actor=actor)
    if not may_approve(conn, actor, before.area_code):
        raise NoAuthority(actor)
    return _keep(conn, before, after, actor=actor, why="second look", now=now)


def cancel(conn: sa.Connection, broadcast_id: str, *, actor: str, why: str, now: datetime) -> Broadcast:
    """Stop it: what has not left does not leave. Raises Forbidden."""
    kept = _move(conn, broadcast_id, Status.CANCELLED, actor=actor, why=why, now=now)
    delivery_ledger.withdraw(conn, broadcast_id, why="cancelled", now=now)
    return kept


def get(conn: sa.Connection, broadcast_id: str) -> Broadcast:
    """The broadcast of that id. Raises NoResultFound."""
    return ledger.get(conn, broadcast_id)


def of_branch(
    conn: sa.Connection, branch: str, *, statuses: Collection[Status] = tuple(Status), limit: int = 100
) -> list[Broadcast]:
    """The branch's broadcasts in these states, newest first."""
    return ledger.of_branch(conn, branch, statuses, limit=limit)


def sent_to_areas(conn: sa.Connection, branch: str, *, number: str = "", limit: int = 100) -> list[Broadcast]:
    """What was sent to everybody of some areas, newest first: for anybody to read. `number` asks for one.

    What never began to be sent is none of it, nor what picked people out by tag or role.
    """
    found = ledger.sent(conn, branch, number=number, limit=limit)
    return [one for one in found if one.notice.audience.everybody_there]


def to_decide(conn: sa.Connection, branch: str) -> list[Broadcast]:
    """What waits for an approver."""
    return ledger.of_branch(conn, branch, (Status.SUBMITTED,), limit=100)


def second_looks(conn: sa.Connection, branch: str) -> list[Broadcast]:
    """What one person approved in emergency mode and nobody else has looked at."""
    return ledger.second_looks(conn, branch)


def history(conn: sa.Connection, broadcast_id: str) -> list[Step]:
    """What has happened, oldest first."""
    return [Step(row.at, row.actor, row.was, row.became, row.why) for row in ledger.told(conn, broadcast_id)]


def frozen(conn: sa.Connection, broadcast_id: str) -> Frozen | None:
    """Exactly what is sent; None before approval."""
    return delivery_ledger.get_frozen(conn, broadcast_id)


def progress(conn: sa.Connection, broadcast_id: str) -> Progress:
    """How far it has come. Who was told in person counts with the others that are reached."""
    counted = delivery_ledger.counts(conn, broadcast_id)
    frozen = delivery_ledger.get_frozen(conn, broadcast_id)
    if frozen is not None and frozen.told_already:
        beside = next((one for one in _BESIDE if one in counted), DeliveryStatus.SENT)
        counted[beside] = counted.get(beside, 0) + frozen.told_already
    return Progress(counted, delivery_ledger.receipts(conn, broadcast_id))


def doors(conn: sa.Connection, broadcast_id: str) -> list[Door]:
    """The grid worker's round: where people live whom nothing has reached."""
    return delivery_ledger.not_told(conn, broadcast_id)


def unanswered(conn: sa.Connection, broadcast_id: str) -> list[Door]:
    """Where people live who have not answered "收到"."""
    return delivery_ledger.not_answered(conn, broadcast_id)


def receive(conn: sa.Connection, resident_id: str, *, now: datetime) -> str | None:
    """A resident says "收到": the title of the notice that asked for it, None if none does."""
    return delivery_ledger.answer(conn, resident_id, now=now)


def may_leave(conn: sa.Connection, broadcast_id: str, *, now: datetime) -> bool:
    """Whether a delivery may still go out: neither cancelled nor over."""
    found = ledger.get(conn, broadcast_id)
    return found.status in {Status.SENDING, Status.SENT} and now < found.notice.valid_until


def unreachable(conn: sa.Connection, delivery_id: str) -> None:
    """Nobody is at the other end any more: for the door."""
    delivery_ledger.mark(conn, delivery_id, DeliveryStatus.UNREACHABLE)


def forget(conn: sa.Connection, resident_id: str) -> None:
    """Nothing here says any more whom a notice went to; counts stay."""
    delivery_ledger.forget(conn, resident_id)


def clear(conn: sa.Connection, branch: str) -> None:
    """The demo begins again: every broadcast of its branch goes."""
    delivery_ledger.clear(conn, ledger.ids_within(branch))
    ledger.clear(conn, branch)


# With whom those count who were told in person, the best first: alone, so few could be recognised (charter 1).
_BESIDE = (
    *(DeliveryStatus.SENT, DeliveryStatus.POSTED, DeliveryStatus.QUEUED),
    *(DeliveryStatus.WAITING, DeliveryStatus.WITHDRAWN),
)


def _require_own(notice: Notice, area_code: str) -> None:
    foreign = outside(notice.audience, area_code)
    if foreign:
        raise BadNotice(f"audience: outside of {area_code}")


def _frozen(broadcast: Broadcast, *, told_already: int) -> Frozen:
    assert broadcast.send_at is not None  # approved
    return Frozen(
        broadcast_id=broadcast.id,
        number=broadcast.number,
        title=broadcast.notice.title,
        text=nouns.message(broadcast.notice),
        severity=broadcast.notice.severity,
        asks_receipt=broadcast.notice.asks_receipt,
        approvers=broadcast.approvers,
        send_at=broadcast.send_at,
        valid_until=broadcast.notice.valid_until,
        told_already=told_already,
    )


def _move(conn: sa.Connection, broadcast_id: str, status: Status, *, actor: str, why: str, now: datetime) -> Broadcast:
    before = ledger.get(conn, broadcast_id)
    return _keep(conn, before, nouns.move(before, status), actor=actor, why=why, now=now)


def _keep(
    conn: sa.Connection, before: Broadcast, after: Broadcast, *, actor: str, why: str, now: datetime
) -> Broadcast:
    kept = ledger.move(conn, before, after)
    ledger.append(conn, before.id, actor=actor, was=before.status, became=after.status, why=why, now=now)
    return kept
