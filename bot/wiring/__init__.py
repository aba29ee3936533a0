"""The only place where everything is put together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from bot import metrics
from bot.channels.official_account import OfficialAccount
from bot.clock import utc_now
from bot.conversation.pipeline import Pipeline
from bot.conversation.turn import Setting
from bot.settings import OfficialAccount as OfficialSettings
from bot.settings import Settings
from bot.storage.engine import open_engine
from bot.storage.migrate import is_current
from bot.storage.writer import Unavailable, open_writer
from bot.stories.authority import may_approve
from bot.stories.learn import Teacher
from bot.stories.publish_articles import publish_due
from bot.wiring.building import build_snapshot
from bot.wiring.carrying import Carrying, carrying
from bot.wiring.shelf import Shelf
from bot.wiring.teaching import Child
from community.rumours.rumour import Likeness
from nlp import segment
from nlp.analysis import Analyser
from nlp.claim_matching import Matcher
from nlp.similarity import similarity

# WeChat gives five seconds for everything; what is left after this belongs to the network.
ANSWER_SECONDS = 3.5


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
            match=lambda text, known: match_known(shelf().analyser, text, known),
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


def match_known(analyser: Analyser, text: str, known: Sequence[tuple[str, str]]) -> Likeness:
    """Which of the known statements, as (id, text), the text repeats: surely, perhaps, or none."""
    found = Matcher(known, analyser.reader).nearest(text) if known else None
    if found is None or not found.perhaps:
        return Likeness()
    return Likeness(
        same=found.id if found.same else None,
        perhaps=None if found.same else found.id,
        chance=found.chance,
        reasons=found.against,
    )


def _official(settings: OfficialSettings | None) -> OfficialAccount | None:
    if settings is None:
        return None
    return OfficialAccount(
        token=settings.token,
        app_id=settings.app_id,
        encoding_aes_key=settings.encoding_aes_key,
        mode=settings.mode,
    )
