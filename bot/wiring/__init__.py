"""The only place where everything is put together."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
import structlog

from bot import metrics
from bot.channels.official_account import OfficialAccount
from bot.clock import utc_now
from bot.conversation.pipeline import Pipeline
from bot.conversation.turn import Setting
from bot.logs import where
from bot.settings import OfficialAccount as OfficialSettings
from bot.settings import Settings
from bot.storage.engine import open_engine
from bot.storage.migrate import is_current
from bot.storage.writer import Unavailable, open_writer
from bot.stories.current import Current
from bot.stories.learn import Teacher
from bot.wiring.carrying import Carrying, carrying
from bot.wiring.teaching import Child
from knowledge_base import desk as knowledge
from knowledge_base.answer import Answers
from knowledge_base.search import Snapshot
from nlp import artefact, segment
from nlp.analysis import Analyser
from nlp.similarity import Known, similarity

# WeChat gives five seconds for everything; what is left after this belongs to the network.
ANSWER_SECONDS = 3.5
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
        # Known by its hash, so that it is not opened a second time where the database names the same one.
        self._hash = hashlib.sha256((shipped / SNAPSHOT_FILE).read_bytes()).hexdigest()
        self._model = _Models(shipped / MODEL_FOLDER)
        self._current = Current(self._model.analyser, Answers(Snapshot.open(shipped / SNAPSHOT_FILE)))

    def __call__(self) -> Current:
        """What answers right now. Needs no database."""
        return self._current

    @property
    def refused(self) -> str | None:
        """The hash of the model that should be in use and cannot be read; the shipped one answers then."""
        return self._model.refused

    def refresh(self) -> None:
        """Take up what the database says: facts, adoption, snapshot, model. Raises what the database raises."""
        with self._engine.connect().execution_options(read_only=True) as conn:
            facts = knowledge.facts(conn, self._area)
            current = knowledge.current_artefact(conn, SNAPSHOT)
            adopted = knowledge.is_adopted(conn)
            content = self._content(conn, current)
            self._model.take_up(conn)
        answers = self._answers(current, content) if current else self._current.answers
        self._current = Current(self._model.analyser, answers, facts, adopted)
        self._hash = current or self._hash

    def keep_fresh(self, stop: threading.Event) -> None:
        """Refresh every few seconds until `stop`; a database that is away changes nothing."""
        while not stop.wait(REFRESH_SECONDS):
            try:
                self.refresh()
            except Exception as error:
                log.warning("not refreshed", error=type(error).__name__, where=where(error))

    def _file(self, hashed: str) -> Path:
        return self._cache / f"knowledge-{hashed}.sqlite"

    def _content(self, conn: sa.Connection, hashed: str | None) -> bytes | None:
        if hashed is None or hashed == self._hash or self._file(hashed).exists():
            return None
        return knowledge.artefact(conn, hashed)

    def _answers(self, hashed: str, content: bytes | None) -> Answers:
        if hashed == self._hash:
            return self._current.answers
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


@dataclass(frozen=True)
class House:
    """Everything of one process, put together."""

    settings: Settings
    engine: sa.Engine
    shelf: Shelf
    pipeline: Pipeline
    official: OfficialAccount | None
    carrying: Carrying
    teacher: Teacher

    def keep_current(self) -> None:
        """Start the thread that takes up new facts, snapshots and models."""
        stop = threading.Event()
        threading.Thread(target=self.shelf.keep_fresh, args=(stop,), name="shelf", daemon=True).start()

    def checks(self) -> dict[str, Callable[[], bool]]:
        """What `/readyz` asks for. The model and the snapshot are loaded, or this process would not stand."""
        return {
            "database": lambda: is_current(self.engine),
            "model": lambda: self.shelf().analyser is not None,
            "snapshot": lambda: self.shelf().answers is not None,
        }

    def count_callback(self, outcome: str) -> None:
        """Count one callback of the 公众号."""
        metrics.callbacks.labels("official", outcome).inc()


def build(settings: Settings) -> House:
    """Everything of one process. Raises what a missing model, snapshot or database raises."""
    segment.use_cache(Path(settings.paths.cache))
    segment.words("邻哨")  # loads the dictionary before the first resident waits for it
    engine = open_engine(settings.database.url)
    shelf = Shelf(settings, engine)
    shelf.refresh()
    pipeline = Pipeline(
        write=open_writer(engine, seconds=ANSWER_SECONDS, threads=settings.web.threads),
        unavailable=Unavailable,
        current=shelf,
        setting=Setting(
            branch=settings.community.area,
            public_url=settings.web.public_url.rstrip("/"),
            alike=similarity,
            match=match_known,
        ),
        now=utc_now,
    )
    return House(
        settings,
        engine,
        shelf,
        pipeline,
        official=_official(settings.wechat.official),
        carrying=carrying(settings, engine),
        teacher=Child(Path(settings.paths.cache)),
    )


def match_known(text: str, known: Sequence[tuple[str, str]]) -> str | None:
    """Which of the known statements, as (id, text), the text repeats; None for a new one."""
    found = Known(known).match(text) if known else None
    return found.id if found else None


def adopt_shipped(engine: sa.Engine, settings: Settings, *, now: datetime) -> None:
    """Put the shipped snapshot and model in use where nothing else is, or where an older shipped one is."""
    shipped = Path(settings.paths.shipped)
    snapshot, model = (shipped / SNAPSHOT_FILE).read_bytes(), artefact.pack(shipped / MODEL_FOLDER)
    with engine.begin() as conn:
        knowledge.use_shipped(conn, SNAPSHOT, snapshot, now=now)
        knowledge.use_shipped(conn, knowledge.MODEL, model, now=now)


def _official(settings: OfficialSettings | None) -> OfficialAccount | None:
    if settings is None:
        return None
    return OfficialAccount(
        token=settings.token,
        app_id=settings.app_id,
        encoding_aes_key=settings.encoding_aes_key,
        mode=settings.mode,
    )
