"""What a resident has on the ledgers, and how each stands: the answer to "查进度"."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa

from bot.conversation import news, wording
from community.areas import desk as areas
from community.needs import desk as needs
from community.needs.need import Need
from community.rumours import correction_desk as corrections
from community.rumours import desk as rumours
from community.rumours.rumour import Rumour

MOST = 5  # lines; the newest. More would not be read, and might not fit

_Line = tuple[str, str, datetime, str]


def of_resident(conn: sa.Connection, resident_id: str) -> str:
    """Needs and statements of one resident, the newest first, in words."""
    lines = [_need(conn, need) for need in needs.of_resident(conn, resident_id, limit=MOST)]
    lines += [_claim(conn, rumour) for rumour in rumours.asked_by(conn, resident_id, limit=MOST)]
    return wording.progress(sorted(lines, key=lambda line: line[2], reverse=True)[:MOST])


def _need(conn: sa.Connection, need: Need) -> _Line:
    what = wording.need_line(need.category, areas.name(conn, need.area_code), need.households)
    stands = wording.need_stands(need.status, outcome=need.outcome, body=need.body, body_number=need.body_number)
    return need.number, what, need.opened_at, stands


def _claim(conn: sa.Connection, rumour: Rumour) -> _Line:
    correction = corrections.standing(conn, rumour.id)
    judged = correction.judgements if correction else ()
    # Staff's words only: the rumour's own are those of whoever asked first, who may be a neighbour.
    what = wording.claim_line(judged[0].statement if judged else "")
    stands = wording.claim_stands(news.verdicts([one.verdict for one in judged]))
    return rumour.number, what, rumour.first_at, stands
