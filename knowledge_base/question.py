"""A question that the knowledge base could not answer and that a person has to."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    """`OPEN` waits for a person; `ANSWERED` was answered; `ERASED` was the resident's to take back."""

    OPEN = "open"
    ANSWERED = "answered"
    ERASED = "erased"


@dataclass(frozen=True)
class OpenQuestion:
    """`number` is what the resident asks after; `message_id` the message it was asked in."""

    id: str
    number: str
    area_code: str
    message_id: str
    resident_id: str | None
    text: str
    asked_at: datetime
    status: Status = Status.OPEN


class AlreadySettled(Exception):
    """The question is no longer open."""


def settle(question: OpenQuestion) -> OpenQuestion:
    """A person has answered. Raises AlreadySettled."""
    if question.status != Status.OPEN:
        raise AlreadySettled(question.number)
    return replace(question, status=Status.ANSWERED)
