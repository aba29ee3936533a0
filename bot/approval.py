"""The two-person rule, once (charter 5): nothing goes out to many on one person's word."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta

# CAP 1.2, severity: the one word for which two people beside the author have to be of one mind.
EXTREME = "Extreme"
SECOND_LOOK_WITHIN = timedelta(hours=24)
NOBODY = frozenset({"", "system", "resident"})


class Refused(Exception):
    """The approval does not stand. The text is the actor's account id, never a name."""


class SameHand(Refused):
    """Who wrote or submitted it cannot approve it, and nobody approves twice."""


class NotAPerson(Refused):
    """Approving is a person's act: a program, a resident or nobody cannot."""


class NoAuthority(Refused):
    """The account may not approve, or may not any more."""


class TooFew(Refused):
    """Fewer people have approved than the severity asks for."""


def require_other(actor: str, *, author: str, submitter: str) -> None:
    """The approver is neither the author nor the one who submitted. All three are account ids.

    Raises SameHand; NotAPerson for "system", "resident" or an empty actor.
    """
    if actor in NOBODY:
        raise NotAPerson(actor)
    if actor in {author, submitter}:
        raise SameHand(actor)


def require_new_hand(actor: str, *, authors: Iterable[str], submitter: str, approvers: Collection[str]) -> None:
    """`require_other` for a text that several people wrote, and nobody counts twice. Raises `Refused`."""
    require_other(actor, author="", submitter=submitter)
    for author in authors:
        require_other(actor, author=author, submitter=submitter)
    if actor in approvers:
        raise SameHand(actor)


def approvers_needed(severity: str, *, emergency: bool) -> int:
    """How many approve beside the author: one; two for Extreme in peacetime.

    `severity` is CAP's word. `emergency` is the emergency mode, in which one is enough and a second looks
    within `SECOND_LOOK_WITHIN` (DESIGN, life of a broadcast).
    """
    return 2 if severity == EXTREME and not emergency else 1


def require_standing(approvers: Collection[str], *, authors: Collection[str], submitter: str, needed: int) -> None:
    """What is checked again before the sending starts: enough different people, none of them a hand in it.

    Raises SameHand, NotAPerson, TooFew.
    """
    seen: list[str] = []
    for approver in approvers:
        require_new_hand(approver, authors=authors, submitter=submitter, approvers=seen)
        seen.append(approver)
    if len(seen) < needed:
        raise TooFew(f"{len(seen)} of {needed}")
