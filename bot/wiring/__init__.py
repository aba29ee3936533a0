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
from bot.stories.authority import may_approve
from bot.stories.current import Current
from bot.stories.publish_articles import publish_due
from bot.wiring.building import build_snapshot
from bot.wiring.carrying import Carrying, carrying
from community.rumours.rumour import Likeness
from knowledge_base import desk as knowledge
from knowledge_base.answer import Answers
from knowledge_base.search import Snapshot, WrongFormat
from nlp import segment
from nlp.analysis import Analyser
from nlp.similarity import Known, similarity

# WeChat gives five seconds for everything; what is left after this belongs to the network.
ANSWER_SECONDS = 3.5
REFRESH_SECONDS = 10.0
MODEL_FOLDER = "model"
SNAPSHOT_FILE = "knowledge.sqlite"
SNAPSHOT = "snapshot"
SUGGEST, ANSWER = 0.35, 0.52  # likeness from which a claim perhaps, and surely, repeats a known rumour

log = structlog.get_logger()


class Shelf:
    """Holds the `Current` of this process and swaps it whole when the database names a newer snapshot."""

    def __init__(self, settings: Settings, engine: sa.Engine) -> None:
        self._engine = engine
        self._area = settings.community.area
        self._cache = Path(settings.paths.cache)
        shipped = Path(settings.paths.shipped)
        self._shipped = shipped / SNAPSHOT_FILE
        # Known by its hash, so that it is not opened a second time where the database names the same one.
        self._shipped_hash = self._hash = hashlib.sha256(self._shipped.read_bytes()).hexdigest()
        self._unreadable: tuple[str, bool] | None = None  # (hash, made by an older program)
        self._current = Current(Analyser.load(shipped / MODEL_FOLDER), Answers(Snapshot.open(self._shipped)))

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

    def refresh(self) -> None:
        """Take up what the database says: facts, adoption, snapshot. Raises what the database raises."""
        with self._engine.connect().execution_options(read_only=True) as conn:
            facts = knowledge.facts(conn, self._area)
            wanted = knowledge.current_artefact(conn, SNAPSHOT) or self._hash
            content = self._content(conn, wanted)
        answering, answers = self._answering(wanted, content)
        with self._engine.connect().execution_options(read_only=True) as conn:
            adopted = knowledge.was_adopted(conn, answering)
        self._current = Current(self._current.analyser, answers, facts, adopted)
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


@dataclass(frozen=True)
class House:
    """Everything of one process, put together."""

    settings: Settings
    engine: sa.Engine
    shelf: Shelf
    pipeline: Pipeline
    official: OfficialAccount | None
    carrying: Carrying

    def keep_current(self) -> None:
        """Start the thread that takes up new facts and snapshots."""
        stop = threading.Event()
        threading.Thread(target=self.shelf.keep_fresh, args=(stop,), name="shelf", daemon=True).start()

    def checks(self) -> dict[str, Callable[[], bool]]:
        """What `/readyz` asks for. The model and the snapshot are loaded, or this process would not stand."""
        return {
            "database": lambda: is_current(self.engine),
            "model": lambda: self.shelf().analyser is not None,
            "snapshot": lambda: self.shelf().answers is not None,
        }

    def publish_due(self, *, stopping: Callable[[], bool]) -> bool:
        """Build and use the next snapshot if one is due; returns whether one was. Takes minutes: the worker's only."""
        self.shelf.refresh()
        area, cache = self.settings.community.area, Path(self.settings.paths.cache)
        return publish_due(
            self.engine,
            build=lambda job, keep: build_snapshot(job, keep, cache=cache, stopping=stopping),
            outdated=self.shelf.outdated,
            may_approve=lambda conn, account: may_approve(conn, account, area),
            now=utc_now,
        )

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
    return House(settings, engine, shelf, pipeline, _official(settings.wechat.official), carrying(settings, engine))


def match_known(text: str, known: Sequence[tuple[str, str]]) -> Likeness:
    """Which of the known statements, as (id, text), the text repeats: surely, perhaps, or none."""
    found = Known(known).rank(text, limit=1) if known else []
    if not found or found[0].score < SUGGEST:
        return Likeness()
    best = found[0]
    sure = best.score >= ANSWER
    return Likeness(same=best.id if sure else None, perhaps=None if sure else best.id, chance=best.score)


def adopt_shipped(engine: sa.Engine, settings: Settings, *, now: datetime) -> None:
    """Put the shipped snapshot in use where nothing else is, or where an older shipped one is."""
    content = (Path(settings.paths.shipped) / SNAPSHOT_FILE).read_bytes()
    with engine.begin() as conn:
        knowledge.use_shipped(conn, SNAPSHOT, content, now=now)


def _official(settings: OfficialSettings | None) -> OfficialAccount | None:
    if settings is None:
        return None
    return OfficialAccount(
        token=settings.token,
        app_id=settings.app_id,
        encoding_aes_key=settings.encoding_aes_key,
        mode=settings.mode,
    )
