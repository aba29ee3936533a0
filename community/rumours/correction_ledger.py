"""Table and queries of the corrections, and who has heard of which."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa

from bot.tables import Time, changed_one, metadata, within
from community.rumours.correction import UNFINISHED, Correction, Status, Words
from community.rumours.ledger import reports, rumours, seen_from
from community.rumours.rumour import Judgement, Verdict

corrections = sa.Table(
    "corrections",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("rumour_id", sa.String, nullable=False, index=True),
    sa.Column("status", sa.String, nullable=False, index=True),
    sa.Column("chat", sa.Text, nullable=False),
    sa.Column("group_text", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("judgements", sa.JSON, nullable=False),
    sa.Column("authors", sa.JSON, nullable=False),
    sa.Column("drafted_at", Time, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("submitted_by", sa.String, nullable=False),
    sa.Column("approved_by", sa.String, nullable=False),
    sa.Column("published_at", Time, nullable=True),
    sa.Column("withdrawn_by", sa.String, nullable=False),
    sa.Column("withdrawal_approved_by", sa.String, nullable=False),
)
_PLAIN = (
    *("id", "rumour_id", "drafted_at", "revision", "submitted_by", "approved_by"),
    *("published_at", "withdrawn_by", "withdrawal_approved_by"),
)
_STANDING = sa.select(corrections.c.rumour_id).where(corrections.c.status == Status.PUBLISHED)


def add(conn: sa.Connection, correction: Correction) -> None:
    """Write a new correction."""
    conn.execute(sa.insert(corrections).values(**_values(correction)))


def change(conn: sa.Connection, before: Correction, after: Correction) -> None:
    """Write a correction anew. Raises Stale if somebody else changed it since `before` was read."""
    c = corrections.c
    unmoved = sa.and_(
        c.id == before.id,
        c.status == before.status,
        c.revision == before.revision,
        c.withdrawal_approved_by == before.withdrawal_approved_by,
    )
    changed_one(conn.execute(sa.update(corrections).where(unmoved).values(**_values(after))), what=before.id)


def get(conn: sa.Connection, correction_id: str) -> Correction:
    """The correction of that id. Raises NoResultFound."""
    return _correction(conn.execute(sa.select(corrections).where(corrections.c.id == correction_id)).one())


def of_rumour(conn: sa.Connection, rumour_id: str) -> list[Correction]:
    """Every version, the first one first."""
    query = sa.select(corrections).where(corrections.c.rumour_id == rumour_id)
    return [_correction(row) for row in conn.execute(query.order_by(corrections.c.drafted_at, corrections.c.id))]


def standing(conn: sa.Connection, rumour_id: str) -> Correction | None:
    """The published correction of a rumour."""
    c = corrections.c
    query = sa.select(corrections).where(c.rumour_id == rumour_id, c.status == Status.PUBLISHED)
    row = conn.execute(query).one_or_none()
    return _correction(row) if row else None


def unfinished(conn: sa.Connection, rumour_id: str) -> Correction | None:
    """The correction that is being written or waits for approval."""
    c = corrections.c
    row = conn.execute(sa.select(corrections).where(c.rumour_id == rumour_id, c.status.in_(UNFINISHED))).one_or_none()
    return _correction(row) if row else None


def with_one_standing() -> sa.Select[tuple[str]]:
    """The ids of the rumours about which something is said."""
    return _STANDING


def waiting(conn: sa.Connection, branch: str) -> list[Correction]:
    """What waits for a second person in a branch: submitted ones and withdrawals, the oldest first."""
    c = corrections.c
    taken_back = sa.and_(c.status == Status.WITHDRAWN, c.withdrawal_approved_by == "", c.rumour_id.not_in(_STANDING))
    asked = sa.or_(c.status == Status.SUBMITTED, taken_back)
    own = sa.select(rumours.c.id).where(seen_from(branch))
    query = sa.select(corrections).where(asked, c.rumour_id.in_(own)).order_by(c.drafted_at, c.id)
    return [_correction(row) for row in conn.execute(query)]


def published(conn: sa.Connection, branch: str, *, limit: int) -> list[tuple[str, Correction]]:
    """(rumour's number, correction) of everything that is said in a branch, the newest first."""
    query = (
        sa.select(corrections, rumours.c.number.label("number"))
        .join(rumours, rumours.c.id == corrections.c.rumour_id)
        .where(corrections.c.status == Status.PUBLISHED, seen_from(branch))
        .order_by(corrections.c.published_at.desc(), corrections.c.id)
        .limit(limit)
    )
    return [(row.number, _correction(row)) for row in conn.execute(query)]


def untold(conn: sa.Connection, *, limit: int) -> list[str]:
    """The rumours of every branch about which somebody has still to hear."""
    r, c = reports.c, corrections.c
    news = sa.and_(c.status == Status.PUBLISHED, r.told != c.id)
    taken_back = sa.and_(
        c.status == Status.WITHDRAWN,
        c.withdrawal_approved_by != "",
        r.told != "",
        c.rumour_id.not_in(_STANDING),
    )
    query = (
        sa.select(c.rumour_id)
        .join(reports, r.rumour_id == c.rumour_id)
        .where(r.resident_id.is_not(None), sa.or_(news, taken_back))
        .distinct()
        .order_by(c.rumour_id)
        .limit(limit)
    )
    return list(conn.execute(query).scalars())


def not_yet(
    conn: sa.Connection, rumour_id: str, heard: str, *, limit: int, among: Collection[str] | None
) -> list[tuple[str, str]]:
    """(resident's id, what was heard last) of askers who have not heard `heard`, the first asker first."""
    c = reports.c
    asked = c.resident_id.is_not(None) if among is None else c.resident_id.in_(among)
    query = (
        sa.select(c.resident_id, sa.func.max(c.told))
        .where(c.rumour_id == rumour_id, asked, c.told != heard)
        .group_by(c.resident_id)
        .order_by(sa.func.min(c.at), c.resident_id)
        .limit(limit)
    )
    return [(resident_id, told) for resident_id, told in conn.execute(query)]


def mark_told(conn: sa.Connection, rumour_id: str, resident_id: str, heard: str) -> bool:
    """The resident hears `heard` in this transaction; False if another worker was faster."""
    c = reports.c
    mine = sa.and_(c.rumour_id == rumour_id, c.resident_id == resident_id, c.told != heard)
    return conn.execute(sa.update(reports).where(mine).values(told=heard)).rowcount > 0


def clear(conn: sa.Connection, branch: str) -> None:
    """Remove every correction of a branch; before its rumours go."""
    gone = sa.select(rumours.c.id).where(within(rumours.c.area_code, branch))
    conn.execute(sa.delete(corrections).where(corrections.c.rumour_id.in_(gone)))


def _values(correction: Correction) -> dict[str, Any]:
    return {
        **{name: getattr(correction, name) for name in _PLAIN},
        "status": correction.status,
        "chat": correction.words.chat,
        "group_text": correction.words.group,
        "source": correction.words.source,
        "judgements": [vars(one) for one in correction.judgements],
        "authors": list(correction.authors),
    }


def _correction(row: Any) -> Correction:
    return Correction(
        **{name: getattr(row, name) for name in _PLAIN},
        status=Status(row.status),
        words=Words(row.chat, row.group_text, row.source),
        judgements=tuple(Judgement(one["statement"], Verdict(one["verdict"]), one["why"]) for one in row.judgements),
        authors=tuple(row.authors),
    )
