"""One training from beginning to end: what people corrected, a new model, and whether it may answer.

Texts are read in one short transaction and handed to the teacher; none is open while it works. Whoever erases their
data meanwhile has the last word: what was learned is thrown away, and the training begins again without them.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
import structlog

from bot.inbox import desk as inbox
from bot.inbox.desk import Read
from bot.learning import desk as learning
from bot.learning.desk import Ending
from bot.learning.training import LEASE, SYSTEM, Status, Training
from bot.tables import Stale
from knowledge_base import desk as knowledge
from nlp import artefact, claims
from nlp.analysis import Analyser, Analysis
from nlp.corpus import NEVER_A_NEED, Row, problems
from nlp.normalise import normalise
from nlp.taxonomy import Harm, Intent, Need, Urgency

LOOKED_AT = 300  # newest messages that both models read, to show what comes out differently
EXAMPLES = 8
RENEW_AFTER = LEASE / 5

log = structlog.get_logger()


class TeachingFailed(Exception):
    """Nothing came of it. The text says what broke, without anybody's words."""


class Interrupted(Exception):
    """The teacher stopped because it was told to."""


@dataclass(frozen=True)
class Taught:
    """What a teacher hands back: the packed model, and for each figure what changed (`nlp.learning.Change`)."""

    model: bytes
    figures: Sequence[Mapping[str, Any]]


class Teacher(Protocol):
    """Makes a model of the shipped corpus and of rows that people corrected."""

    def material(self) -> str:
        """A name for everything else that is learned from; another one means that there is something new."""
        ...

    def __call__(self, rows: Sequence[Row], *, go_on: Callable[[], bool]) -> Taught:
        """Asks `go_on` every second or so. Raises Interrupted when it says no, and TeachingFailed."""
        ...


@dataclass(frozen=True)
class Lesson:
    """What is taught: rows, the messages that they are, and those whose labels contradict each other."""

    rows: tuple[Row, ...]
    ids: frozenset[str]
    unclear: tuple[Read, ...]


def lesson(conn: sa.Connection) -> Lesson:
    """Everything that people's corrections teach today. Each resident is a topic, so that their words stay together."""
    found = inbox.taught(conn)
    voices = {whose: f"voice-{n}" for n, whose in enumerate(sorted({whose for _, whose in found}))}
    pairs = [(read, row_of(read, voices[whose])) for read, whose in found]
    clear = [(read, row) for read, row in pairs if row is not None]
    return Lesson(
        rows=tuple(row for _, row in clear),
        ids=frozenset(read.id for read, _ in clear),
        unclear=tuple(read for read, row in pairs if row is None),
    )


def row_of(read: Read, voice: str) -> Row | None:
    """A message with its labels as they stand; None where they contradict each other, or the intent is not known."""
    intent, need = read.label("intent"), read.label("need")
    if not intent or (need and Intent(intent) in NEVER_A_NEED):
        return None
    claim = read.label("claim") == "true"
    row = Row(
        place=f"message:{read.id}",
        text=read.text,
        intent=Intent(intent),
        need=Need(need) if need else None,
        urgency=Urgency(read.label("urgency") or Urgency.ROUTINE),
        claim=claim,
        harm=_harm(read.text) if claim else None,
        topic=voice,
    )
    return None if problems([row]) else row


def _harm(text: str) -> Harm:
    """Staff do not correct it, and the analysis does not keep it: what the words point to."""
    return claims.harm(normalise(text))


def basis(rows: Sequence[Row], material: str) -> str:
    """A hash of what is learned from, by ids and labels; of nobody's words."""
    lines = sorted(repr((row.place, row.intent, row.need, row.urgency, row.claim)) for row in rows)
    return hashlib.sha256("\n".join([material, *lines]).encode()).hexdigest()


def learn_due(
    engine: sa.Engine, *, teacher: Teacher, stop: threading.Event, now: Callable[[], datetime]
) -> Status | None:
    """Do the training that is due, if one is, and say what came of it. Any number of workers may ask."""
    try:
        with engine.begin() as conn:
            training = learning.claim(conn, now=now())
        return None if training is None else _Study(engine, training, stop, now).run(teacher)
    except Stale:
        return None  # another worker was quicker, or has taken over


@dataclass
class _Study:
    """One worker's hold on one training."""

    engine: sa.Engine
    training: Training
    stop: threading.Event
    now: Callable[[], datetime]

    def __post_init__(self) -> None:
        self.renew_at = self.now() + RENEW_AFTER

    def run(self, teacher: Teacher) -> Status:
        with self.engine.connect().execution_options(read_only=True) as conn:
            told, known = lesson(conn), learning.last_basis(conn)
        named = basis(told.rows, teacher.material())
        if not told.rows or named == known:
            return self._end(Ending(Status.NOTHING, len(told.rows), named))
        try:
            taught = teacher(told.rows, go_on=self._go_on)
            return self._judge(told, taught, named)
        except Interrupted:
            return self._let_go()
        except (TeachingFailed, artefact.DamagedModel) as error:
            return self._end(Ending(Status.FAILED, len(told.rows), named, fault=str(error)))

    def _judge(self, told: Lesson, taught: Taught, named: str) -> Status:
        report = {"figures": list(taught.figures), **self._differences(taught.model)}
        worse = any(figure["falls"] for figure in taught.figures)
        with self.engine.begin() as conn:
            if told.ids - lesson(conn).ids:
                learning.release(conn, self.training, now=self.now())
                return Status.WAITING
            model = None if worse else self._keep(conn, taught.model)
            status = Status.WORSE if worse else self._put_in_use(conn, str(model))
            ending = Ending(status, len(told.rows), named, model, report)
            learning.end(conn, self.training, ending, now=self.now())
        log.info("learned", status=status, corrections=len(told.rows))
        return status

    def _keep(self, conn: sa.Connection, content: bytes) -> str:
        return knowledge.store_artefact(conn, knowledge.MODEL, content, now=self.now())

    def _put_in_use(self, conn: sa.Connection, name: str) -> Status:
        """What a person chose is replaced only when a person asked."""
        using = knowledge.in_use_by(conn, knowledge.MODEL)
        chosen = using is not None and using[2] not in {knowledge.SHIPPED, knowledge.LEARNED}
        if chosen and self.training.asked_by == SYSTEM:
            return Status.HELD
        knowledge.use_artefact(conn, knowledge.MODEL, name, by=knowledge.LEARNED, now=self.now())
        return Status.USED

    def _differences(self, content: bytes) -> dict[str, Any]:
        """Labels of the newest messages that the new model reads differently: counts, and where to look."""
        with self.engine.connect().execution_options(read_only=True) as conn:
            texts = inbox.newest_texts(conn, limit=LOOKED_AT)
            using = knowledge.current_artefact(conn, knowledge.MODEL)
            old = knowledge.artefact(conn, using) if using else b""
        try:
            before = Analyser(artefact.unpack(old))
        except artefact.DamagedModel:
            return {"looked_at": 0, "changed": [], "examples": []}
        return differences(texts, before, Analyser(artefact.unpack(content)))

    def _end(self, ending: Ending) -> Status:
        with self.engine.begin() as conn:
            learning.end(conn, self.training, ending, now=self.now())
        log.info("learned", status=ending.status, corrections=ending.corrections, fault=ending.fault)
        return ending.status

    def _let_go(self) -> Status:
        with self.engine.begin() as conn:
            learning.release(conn, self.training, now=self.now())
        return Status.WAITING

    def _go_on(self) -> bool:
        """Whether the teacher should go on; renews the lease from time to time. Raises Stale once it is lost."""
        if self.now() >= self.renew_at:
            self.renew_at = self.now() + RENEW_AFTER
            try:
                with self.engine.begin() as conn:
                    learning.renew(conn, self.training, now=self.now())
            except sa.exc.OperationalError:
                self.renew_at = self.now() + timedelta(seconds=5)  # the lease outlives a short absence
        return not self.stop.is_set()


def differences(texts: Sequence[tuple[str, str]], before: Analyser, after: Analyser) -> dict[str, Any]:
    """How often each label came out differently, most frequent first, and the ids of a few such messages."""
    changed: Counter[tuple[str, str, str]] = Counter()
    examples = []
    for message_id, text in texts:
        old, new = labels_of(before.analyse(text)), labels_of(after.analyse(text))
        found = [(field, old[field], new[field]) for field in old if old[field] != new[field]]
        changed.update(found)
        examples += [message_id] if found else []
    return {
        "looked_at": len(texts),
        "changed": [[*what, count] for what, count in changed.most_common()],
        "examples": examples[:EXAMPLES],
    }


def labels_of(said: Analysis) -> dict[str, str]:
    """The labels that staff see and correct, as text; "" where there is none."""
    return {
        "intent": said.intent.value or "",
        "need": said.need.value or "",
        "urgency": said.urgency.value,
        "claim": str(said.claim).lower(),
    }
