"""One analysis for one message: danger first, by rules; then what a trained model says, if there is one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from nlp import artefact, claims
from nlp.accusation import find_accusation
from nlp.classify import Answer, Reader, Reading
from nlp.corpus import NEEDS_A_NEED, NEVER_A_NEED
from nlp.emergency import Emergency, get_ready, look, suspected
from nlp.normalise import normalise
from nlp.places import Place, find
from nlp.split import split
from nlp.taxonomy import Harm, Intent, Urgency

_LONG = 24
_CUE_SCORE = 0.6
HINTED = "hinted"
"""The bar for an emergency of which the rules heard a hint."""

_IDLE = frozenset({Intent.SHARING, Intent.CHAT})
_ACTING = 0.45
"""The probability of all intents together that ask somebody to act, from which one of them is chosen."""


@dataclass(frozen=True)
class Label:
    """An answer about a message.

    `value` is None where the model abstains, or where there is none; `best` is what it would have said all the same.
    `score` is a probability; `reasons` are the words that spoke most.
    """

    value: str | None
    score: float = 0.0
    reasons: tuple[str, ...] = ()
    best: str | None = None


NOTHING = Label(value=None)


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """All that is known about one message; the labels are those of `nlp.taxonomy`.

    `emergency` is set exactly where `urgency` is EMERGENCY. `parts` are the analyses of its requests, empty where the
    message is one request. `reasons` are the words that decided, danger's first.
    """

    text: str
    emergency: Emergency | None
    intent: Label
    need: Label
    urgency: Urgency
    claim: bool
    claim_score: float
    harm: Harm | None
    places: tuple[Place, ...]
    parts: tuple[Analysis, ...]
    reasons: tuple[str, ...]
    accusation: tuple[str, ...] = ()  # who is accused of what, in the message's words; never set in an emergency


class Analyser:
    """Analyses messages, with a trained model or with rules alone. May be shared between threads."""

    def __init__(self, model: artefact.Model | None) -> None:
        get_ready()
        self.reader = None if model is None else Reader(model)
        """What the model says by itself; None without one."""

    @classmethod
    def load(cls, directory: Path) -> Self:
        """An analyser with the model in `directory`. Raises what `artefact.load` raises."""
        return cls(artefact.load(directory))

    @classmethod
    def without_model(cls) -> Self:
        """Rules only: emergencies, places and cues of claims are found, intent and need abstain."""
        return cls(None)

    @property
    def version(self) -> str | None:
        """The model's version, or None without one."""
        return None if self.reader is None else self.reader.version

    def analyse(self, text: str) -> Analysis:
        """The analysis of one message, as it was written. Never raises for a text."""
        text = normalise(text)
        requests = split(text) if len(text) >= _LONG else [text]
        parts = tuple(self._one(part, ()) for part in requests) if len(requests) > 1 else ()
        found = self._one(text, parts)
        return found if found.emergency else replace(found, accusation=find_accusation(text))

    def _one(self, text: str, parts: tuple[Analysis, ...]) -> Analysis:
        danger = look(text)
        if self.reader is None:
            return _by_rules(text, danger, parts)
        reading = self.reader.read(text, danger=danger.kind if danger else None)
        return _by_model(reading, text, danger, parts)


def _by_rules(text: str, danger: Emergency | None, parts: tuple[Analysis, ...]) -> Analysis:
    cues = claims.cues(text)
    return Analysis(
        text=text,
        emergency=danger,
        intent=NOTHING,
        need=NOTHING,
        urgency=Urgency.EMERGENCY if danger else Urgency.ROUTINE,
        claim=bool(cues),
        claim_score=_CUE_SCORE if cues else 0.0,
        harm=claims.harm(text) if cues else None,
        places=find(text),
        parts=parts,
        reasons=(danger.reasons if danger else ()) + cues,
    )


def _by_model(reading: Reading, text: str, danger: Emergency | None, parts: tuple[Analysis, ...]) -> Analysis:
    urgency = _urgency(reading, danger)
    if urgency is not Urgency.EMERGENCY:
        danger = None
    in_danger = urgency is Urgency.EMERGENCY
    claim_score = reading.chance("claim", "true")
    claim = claim_score >= reading.bar("claim", "true")
    petition = claims.may_be_petition(text)
    if petition and claim and reading.best("intent") != Intent.SHARING:
        claim = False
    letter = petition and not claim
    ruled_out = NEVER_A_NEED if in_danger else _out_of_the_question(reading, letter=letter)
    intent = _label(reading.answer("intent", but=ruled_out))
    need = _need(reading, intent=intent, in_danger=in_danger, letter=letter)
    if in_danger and danger is None:
        danger = suspected(reading.reasons("urgency", Urgency.EMERGENCY), need=need.best)
    why = reading.reasons("claim", "true") if claim else ()
    return Analysis(
        text=text,
        emergency=danger,
        intent=intent,
        need=need,
        urgency=urgency,
        claim=claim,
        claim_score=claim_score,
        harm=Harm(reading.best("harm")) if claim else None,
        places=find(text),
        parts=parts,
        reasons=tuple(dict.fromkeys((*(danger.reasons if danger else ()), *intent.reasons, *need.reasons, *why))),
    )


def _label(answer: Answer) -> Label:
    return Label(
        value=answer.label if answer.sure else None, score=answer.score, reasons=answer.reasons, best=answer.label
    )


def _urgency(reading: Reading, danger: Emergency | None) -> Urgency:
    """What the rules are sure of, else what the model says; each step up has its own bar, lower where rules hint at it.

    What asks for nothing is never an emergency to the model alone.
    """
    emergency = reading.chance("urgency", Urgency.EMERGENCY)
    if danger is not None and (danger.sure or emergency >= reading.bar("urgency", HINTED)):
        return Urgency.EMERGENCY
    if emergency >= reading.bar("urgency", Urgency.EMERGENCY) and reading.best("intent") not in NEVER_A_NEED:
        return Urgency.EMERGENCY
    if emergency + reading.chance("urgency", Urgency.URGENT) >= reading.bar("urgency", Urgency.URGENT):
        return Urgency.URGENT
    return Urgency.ROUTINE


def _out_of_the_question(reading: Reading, *, letter: bool) -> frozenset[Intent]:
    """First it is decided whether somebody is to act, then what is wanted; a letter neither chats nor passes on."""
    acting = sum(reading.chance("intent", intent) for intent in NEEDS_A_NEED)
    idle = sum(reading.chance("intent", intent) for intent in _IDLE) if letter else 0.0
    if acting >= _ACTING * (1 - idle):
        return frozenset(Intent) - NEEDS_A_NEED
    return NEEDS_A_NEED | _IDLE if letter else NEEDS_A_NEED


def _need(reading: Reading, *, intent: Label, in_danger: bool, letter: bool) -> Label:
    """The need, as the taxonomy binds it to the intent: some intents always have one, some never.

    An inquiry has one where it is about something here and now, and a letter always is.
    """
    always = in_danger or intent.best in NEEDS_A_NEED
    if always or (intent.best == Intent.INQUIRY and (letter or reading.best("needed") == "true")):
        return _label(reading.answer("need"))
    return NOTHING
