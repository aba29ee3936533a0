"""What answers right now: the model, the snapshot, the community's facts. Swapped whole, read unlocked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from bot.conversation.look_up import Found
from knowledge_base.answer import Answers, Choices, Told
from nlp.analysis import Analyser


@dataclass(frozen=True)
class Current:
    """One consistent set, for the length of one message. Needs no database."""

    analyser: Analyser
    answers: Answers
    facts: Mapping[str, str] = field(default_factory=dict)
    adopted: bool = False

    def look_up(self, text: str, *, today: date) -> Found:
        """Slugs that answer the text: one to tell outright, or up to three to choose from."""
        reply = self.answers.answer(text, facts=self.facts, today=today, adopted=self.adopted)
        if isinstance(reply, Told):
            article = self.answers.article(reply.slug)
            return Found(told=(reply.slug,), calls=reply.call if article and article.first_aid else ())
        if isinstance(reply, Choices):
            return Found(choices=tuple(option.slug for option in reply.options))
        return Found()

    def told(self, slug: str, *, today: date) -> Told | None:
        """The article of that slug as it may be said today; None if it may not."""
        return self.answers.told(slug, facts=self.facts, today=today, adopted=self.adopted)
