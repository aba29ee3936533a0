"""Messages by a writer who had no part in the corpus: for measuring, never for training.

Each line of `unseen/messages.jsonl` has every acceptable label, best first: two careful people may differ.
"""

from __future__ import annotations

from pathlib import Path

import msgspec

from nlp.corpus import Row
from nlp.taxonomy import Intent, Need, Urgency

UNSEEN = Path(__file__).parent / "unseen" / "messages.jsonl"


class Unseen(msgspec.Struct, frozen=True, kw_only=True):
    """One message; `need` is empty where there is none, and holds None where none is acceptable too.

    `group` says what it was written as: claim, routine_need, emergency_hardneg …
    """

    id: str
    text: str
    intent: list[Intent]
    need: list[Need | None]
    urgency: Urgency
    claim: bool
    group: str

    def as_row(self, *, intent: str | None, need: str | None) -> Row:
        """The message with the labels that come nearest to what was said of it: an acceptable one is right."""
        return Row(
            place=self.id,
            text=self.text,
            intent=Intent(intent) if intent in self.intent else self.intent[0],
            need=self._need(need),
            urgency=self.urgency,
            claim=self.claim,
            harm=None,
            topic=self.id,
        )

    def _need(self, said: str | None) -> Need | None:
        if said in self.need:
            return Need(said) if said else None
        return self.need[0] if self.need else None


def read_unseen(path: Path = UNSEEN) -> list[Unseen]:
    """All messages of the file. Raises msgspec.ValidationError for a line that is none."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [msgspec.json.decode(line, type=Unseen) for line in lines if line.strip()]
