"""The model that answers is the one that the database names; one that cannot be read never stops a start."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
import structlog

from bot import settings as settings_module
from bot.settings import Settings
from bot.storage.engine import open_engine
from bot.wiring.shelf import Shelf, adopt_shipped
from knowledge_base import desk as knowledge
from knowledge_base.desk import MODEL
from nlp.artefact import load, unpack
from tests.databases import sqlite_url
from tests.instants import T0
from tests.small_models import of_another_format, packed

SHIPPED = load(Path("var/shipped/model")).version


@pytest.fixture(scope="module")
def learned() -> bytes:
    return packed(160)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    with sqlite_url(tmp_path) as url:
        return settings_module.from_mapping(
            {
                "web": {"secret_key": "k" * 40},
                "database": {"url": url},
                "paths": {"shipped": "var/shipped", "cache": str(tmp_path / "cache")},
            }
        )


@pytest.fixture
def base(settings: Settings) -> sa.Engine:
    engine = open_engine(settings.database.url)
    adopt_shipped(engine, settings, now=T0)
    return engine


def use(engine: sa.Engine, content: bytes, *, by: str = knowledge.LEARNED, now: datetime = T0) -> str:
    """Put a model in use; its hash."""
    with engine.begin() as conn:
        name = knowledge.store_artefact(conn, MODEL, content, now=now)
        knowledge.use_artefact(conn, MODEL, name, by=by, now=now)
    return name


def test_a_running_process_takes_up_what_was_learned_and_goes_back(
    base: sa.Engine, settings: Settings, learned: bytes
) -> None:
    with base.connect() as conn:
        shipped = knowledge.current_artefact(conn, MODEL)
    shelf = Shelf(settings, base)
    shelf.refresh()
    before = shelf()
    assert before.analyser.version == SHIPPED
    use(base, learned)
    shelf.refresh()
    assert shelf().analyser.version == unpack(learned).version
    assert before.analyser.version == SHIPPED  # whoever is in the middle of a message keeps the whole set
    with base.begin() as conn:
        knowledge.use_artefact(conn, MODEL, str(shipped), by="chen", now=T0)
    shelf.refresh()
    assert shelf().analyser.version == SHIPPED and shelf.refused is None


def test_a_model_that_did_not_change_is_not_loaded_again(base: sa.Engine, settings: Settings, learned: bytes) -> None:
    use(base, learned)
    shelf = Shelf(settings, base)
    shelf.refresh()
    analyser = shelf().analyser
    shelf.refresh()
    assert shelf().analyser is analyser


@pytest.mark.parametrize("broken", ["format", "bytes"])
def test_a_model_that_cannot_be_read_leaves_the_answering_to_the_shipped_one_and_says_so_once(
    base: sa.Engine, settings: Settings, learned: bytes, broken: str
) -> None:
    name = use(base, of_another_format(learned) if broken == "format" else b"damaged")
    shelf = Shelf(settings, base)
    with structlog.testing.capture_logs() as logs:
        shelf.refresh()
        shelf.refresh()
    assert shelf().analyser.version == SHIPPED and shelf.refused == name
    assert [one["model"] for one in logs if one["log_level"] == "warning"] == [name[:16]]
    use(base, learned)
    shelf.refresh()
    assert shelf().analyser.version == unpack(learned).version and shelf.refused is None


def test_a_newer_program_keeps_what_was_learned_and_offers_its_own(
    base: sa.Engine, settings: Settings, learned: bytes
) -> None:
    with base.begin() as conn:
        name = knowledge.store_artefact(conn, MODEL, learned, now=T0)
        knowledge.use_artefact(conn, MODEL, name, by=knowledge.LEARNED, now=T0)
        knowledge.use_shipped(conn, MODEL, b"of a newer version", now=T0)
        assert knowledge.current_artefact(conn, MODEL) == name
        assert len(knowledge.artefacts(conn, MODEL)) == 3
    adopt_shipped(base, settings, now=T0)
    with base.connect() as conn:
        assert knowledge.current_artefact(conn, MODEL) == name
