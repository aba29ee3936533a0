"""What answers in this process: models and knowledge that the database names, or what came with the program."""

from __future__ import annotations

import hashlib
import threading
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
import structlog

from bot.logs import where
from bot.settings import Settings
from bot.stories.current import Current
from knowledge_base import desk as knowledge
from knowledge_base.answer import Answers
from knowledge_base.search import Snapshot, WrongFormat
from nlp import artefact
from nlp.analysis import Analyser

REFRESH_SECONDS = 10.0
MODEL_FOLDER = "model"
SNAPSHOT_FILE = "knowledge.sqlite"
SNAPSHOT = "snapshot"

log = structlog.get_logger()


class Shelf:
    """Holds the `Current` of this process and swaps it whole when the database names another snapshot or model."""

    def __init__(self, settings: Settings, engine: sa.Engine) -> None:
        self._engine = engine
        self._area = settings.community.area
        self._cache = Path(settings.paths.cache)
        shipped = Path(settings.paths.shipped)
        self._shipped = shipped / SNAPSHOT_FILE
        # Known by its hash, so that it is not opened a second time where the database names the same one.
        self._shipped_hash = self._hash = hashlib.sha256(self._shipped.read_bytes()).hexdigest()
        self._unreadable: tuple[str, bool] | None = None  # (hash, made by an older program)
        self._model = _Models(shipped / MODEL_FOLDER)
        self._current = Current(self._model.analyser, Answers(Snapshot.open(self._shipped)))

    def __call__(self) -> Current:
        """What answers right now. Needs no database."""
        return self._current

    @property
    def unreadable(self) -> str | None:
        """Hash of the snapshot in use where this program cannot open it; what came with it answers instead."""
        return self._unreadable[0] if self._unreadable else None

    @property
    def outdated(self) -> str | None:
        """The same, where an older program made it: it can be built anew from its articles."""
        return self._unreadable[0] if self._unreadable and self._unreadable[1] else None

    @property
    def refused(self) -> str | None:
        """The hash of the model that should be in use and cannot be read; the shipped one answers then."""
        return self._model.refused

    def refresh(self) -> None:
        """Take up what the database says: facts, adoption, snapshot, model. Raises what the database raises."""
        with self._engine.connect().execution_options(read_only=True) as conn:
            facts = knowledge.facts(conn, self._area)
            wanted = knowledge.current_artefact(conn, SNAPSHOT) or self._hash
            content = self._content(conn, wanted)
            self._model.take_up(conn)
        answering, answers = self._answering(wanted, content)
        with self._engine.connect().execution_options(read_only=True) as conn:
            adopted = knowledge.was_adopted(conn, answering)
        self._current = Current(self._model.analyser, answers, facts, adopted)
        self._hash = answering

    def keep_fresh(self, stop: threading.Event) -> None:
        """Refresh every few seconds until `stop`; a database that is away changes nothing."""
        while not stop.wait(REFRESH_SECONDS):
            try:
                self.refresh()
            except Exception as error:
                log.warning("not refreshed", error=type(error).__name__, where=where(error))

    def _file(self, hashed: str) -> Path:
        return self._cache / f"knowledge-{hashed}.sqlite"

    def _content(self, conn: sa.Connection, hashed: str) -> bytes | None:
        if hashed in {self._hash, self.unreadable} or self._file(hashed).exists():
            return None
        return knowledge.artefact(conn, hashed)

    def _answering(self, wanted: str, content: bytes | None) -> tuple[str, Answers]:
        """(hash, answers) of what is wanted; of what came with the program where that cannot be opened."""
        if wanted == self._hash:
            self._unreadable = None
            return self._hash, self._current.answers
        if wanted != self.unreadable:
            try:
                answers = self._opened(wanted, content)
            except WrongFormat as error:
                log.error("the snapshot in use cannot be opened: the shipped one answers", snapshot=wanted,
                          reason=str(error), will_be_built_anew=error.older)  # fmt: skip
                self._unreadable = (wanted, error.older)
            else:
                self._unreadable = None
                return wanted, answers
        if self._hash == self._shipped_hash:
            return self._hash, self._current.answers
        return self._shipped_hash, Answers(Snapshot.open(self._shipped))

    def _opened(self, hashed: str, content: bytes | None) -> Answers:
        file = self._file(hashed)
        if content is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
            fresh = file.with_suffix(f".{threading.get_ident()}.new")
            fresh.write_bytes(content)
            fresh.replace(file)  # atomic: another process sees the whole file or none
        return Answers(Snapshot.open(file))


class _Models:
    """The analyser of the model in use: the shipped one, or one that was learned here."""

    def __init__(self, shipped: Path) -> None:
        self._shipped = shipped
        self._shipped_hash = hashlib.sha256(artefact.pack(shipped)).hexdigest()
        self._hash = self._shipped_hash
        self.analyser = Analyser.load(shipped)
        self.refused: str | None = None

    def take_up(self, conn: sa.Connection) -> None:
        """Swap for the one that the database names; one of another format leaves the answering to the shipped one."""
        named = knowledge.current_artefact(conn, knowledge.MODEL) or self._shipped_hash
        if named in {self._hash, self.refused}:
            return
        try:
            self.analyser, self.refused = self._analyser(conn, named), None
            self._hash = named
        except artefact.DamagedModel as error:
            log.warning("the model in use cannot be read, the shipped one answers", why=str(error), model=named[:16])
            self.analyser, self.refused = Analyser.load(self._shipped), named
            self._hash = self._shipped_hash

    def _analyser(self, conn: sa.Connection, named: str) -> Analyser:
        if named == self._shipped_hash:
            return Analyser.load(self._shipped)
        return Analyser(artefact.unpack(knowledge.artefact(conn, named)))


def adopt_shipped(engine: sa.Engine, settings: Settings, *, now: datetime) -> None:
    """Put the shipped snapshot and model in use where nothing else is, or where an older shipped one is."""
    shipped = Path(settings.paths.shipped)
    snapshot, model = (shipped / SNAPSHOT_FILE).read_bytes(), artefact.pack(shipped / MODEL_FOLDER)
    with engine.begin() as conn:
        knowledge.use_shipped(conn, SNAPSHOT, snapshot, now=now)
        knowledge.use_shipped(conn, knowledge.MODEL, model, now=now)
