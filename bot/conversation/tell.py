"""An answer from the knowledge base, or the honest word that nobody here knows."""

from __future__ import annotations

from bot.conversation import wording
from bot.conversation.turn import Turn
from bot.stories.ask_a_person import ask_a_person


def tell_article(turn: Turn, slug: str) -> str:
    """The article with its source and a link to the whole; a question for a person if it may not be told."""
    told = turn.current.told(slug, today=turn.today)
    if told is None:  # its date has passed since it was offered
        return file_question(turn, turn.incoming.text)
    link = f"{turn.setting.public_url}/public/articles/{slug}"
    return wording.told(told.text, told.source, guidance=told.guidance, link=link)


def file_question(turn: Turn, text: str) -> str:
    """A person gets it, with a number."""
    return wording.question_filed(filed(turn, text), turn.current.facts, turn.now)


def filed(turn: Turn, text: str) -> str:
    """File it for a person; returns the number."""
    return ask_a_person(turn.conn, text, resident=turn.resident, message_id=turn.message_id, now=turn.now)
