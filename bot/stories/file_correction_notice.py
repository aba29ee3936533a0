"""An approved correction goes out as a notice to the areas in which the statement went around."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from bot.stories.authority import may_approve
from bot.stories.correct_rumour import Pushed
from bot.stories.send_broadcast import Directory
from broadcasts import desk as broadcasts
from broadcasts.audience import Audience
from broadcasts.broadcast import CORRECTION, MOST_TEXT_BYTES, Certainty, Notice, Severity, Urgency
from broadcasts.desk import Consent

VALID = timedelta(days=3)


@dataclass(frozen=True)
class FileCorrectionNotice:
    """Files the notice with the two hands that the correction had: who submitted it, and who approved it.

    Nobody else's word is needed, and no other rule is bent: the broadcast room checks the same two people
    again, now and when the sending starts.
    """

    branch: str
    directory: Directory
    public_url: str = ""  # our address as the world sees it

    def __call__(self, conn: sa.Connection, pushed: Pushed, *, now: datetime) -> str:
        """Draft, submit and approve, in the transaction of the approval. Returns the broadcast's id."""
        words = pushed.words
        whole = f"{words.chat}\n{words.source}".strip()
        fits = len(whole.encode()) <= MOST_TEXT_BYTES
        notice = Notice(
            title=f"更正 {pushed.rumour_number}",
            text=whole if fits else self._short(pushed),
            severity=Severity.MODERATE,
            urgency=Urgency.EXPECTED,
            certainty=Certainty.OBSERVED,
            audience=Audience(areas=pushed.areas or (self.branch,)),
            valid_until=now + VALID,
        )
        origin = f"{CORRECTION}{pushed.rumour_number}"
        made = broadcasts.draft(conn, notice, area_code=self.branch, actor=pushed.authors[0], origin=origin, now=now)
        made = broadcasts.submit(conn, made.id, actor=pushed.submitted_by, emergency=False, now=now)
        consent = Consent(
            seen=made.revision,
            send_at=now,
            emergency=False,
            may_approve=may_approve,
            residents_of=self.directory.residents_of,
            told=pushed.told,
        )
        return broadcasts.approve(conn, made.id, consent, actor=pushed.approved_by, now=now).id

    def _short(self, pushed: Pushed) -> str:
        """The group's words, and where all of it stands."""
        lines = [pushed.words.group, pushed.words.source]
        if self.public_url:
            lines.append(f"全文：{self.public_url}/public/corrections#{pushed.rumour_number}")
        return "\n".join(lines).strip()
