"""What answers in a process: the snapshot that the database names, or the shipped one where that cannot be opened."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot import settings as settings_module
from bot.settings import Settings
from bot.storage.engine import open_engine
from bot.storage.schema import metadata
from bot.stories.publish_articles import BuildFailed, Stopped
from bot.wiring import building
from bot.wiring.building import build_snapshot
from bot.wiring.shelf import MODEL_FOLDER, SNAPSHOT_FILE, Shelf, adopt_shipped
from knowledge_base import desk, index, version_desk
from knowledge_base.model import FORMAT
from knowledge_base.search import WrongFormat, articles_of
from knowledge_base.version_desk import Job
from nlp.segment import use_cache
from tests.instants import T0
from tests.knowledge_base.shelf import beside, shelf


@pytest.fixture(scope="module")
def snapshots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shipped snapshot and one of the committee's own, which has an article less."""
    folder = tmp_path_factory.mktemp("snapshots")
    use_cache(folder / "jieba")
    for name, articles in ((SNAPSHOT_FILE, shelf()), ("own.sqlite", shelf()[:3])):
        index.build(articles, folder=folder, out_of_scope=beside()).rename(folder / name)
    (folder / MODEL_FOLDER).symlink_to(Path("var/shipped").resolve() / MODEL_FOLDER)
    return folder


@pytest.fixture
def settings(snapshots: Path, tmp_path: Path) -> Settings:
    return settings_module.from_mapping(
        {
            "web": {"secret_key": "k" * 40},
            "database": {"url": f"sqlite:///{tmp_path / 'shelf.db'}"},
            "paths": {"shipped": str(snapshots), "cache": str(tmp_path / "cache")},
        }
    )


@pytest.fixture
def database(settings: Settings) -> sa.Engine:
    engine = open_engine(settings.database.url)
    metadata.create_all(engine)
    adopt_shipped(engine, settings, now=T0)
    return engine


def of_format(file: Path, number: int, folder: Path) -> bytes:
    """The snapshot as another version of the program would have written it."""
    copy = folder / f"format-{number}.sqlite"
    copy.write_bytes(file.read_bytes())
    with sqlite3.connect(copy) as db:
        db.execute("UPDATE about SET value = ? WHERE name = 'format'", (str(number),))
    db.close()
    return copy.read_bytes()


def put_in_use(engine: sa.Engine, content: bytes) -> str:
    with engine.begin() as conn:
        name = desk.store_artefact(conn, desk.SNAPSHOT, content, now=T0)
        desk.use_artefact(conn, desk.SNAPSHOT, name, by="chen", now=T0)
        desk.adopt(conn, by="主任", now=T0)
    return name


def slugs(shelf: Shelf) -> set[str]:
    return {one.slug for one in shelf().answers.articles()}


def test_the_snapshot_in_use_answers_and_is_swapped(settings: Settings, database: sa.Engine, snapshots: Path) -> None:
    held = Shelf(settings, database)
    held.refresh()
    assert (len(slugs(held)), held().adopted, held.unreadable) == (4, False, None)
    put_in_use(database, (snapshots / "own.sqlite").read_bytes())
    held.refresh()
    assert (len(slugs(held)), held().adopted, held.unreadable) == (3, True, None)


@pytest.mark.parametrize(("number", "older"), [(FORMAT - 1, True), (FORMAT + 1, False)])
def test_a_snapshot_of_another_format_stops_no_start(
    settings: Settings, database: sa.Engine, snapshots: Path, tmp_path: Path, number: int, older: bool
) -> None:
    name = put_in_use(database, of_format(snapshots / "own.sqlite", number, tmp_path))
    held = Shelf(settings, database)
    for _ in range(2):
        held.refresh()
        assert (len(slugs(held)), held.unreadable, held.outdated) == (4, name, name if older else None)
        assert not held().adopted, "the committee adopted its own version, not what answers instead"
    put_in_use(database, (snapshots / "own.sqlite").read_bytes())
    held.refresh()
    assert (len(slugs(held)), held.unreadable, held.outdated) == (3, None, None)


def test_the_committees_snapshot_of_an_older_format_is_built_anew_from_its_articles(
    settings: Settings, database: sa.Engine, snapshots: Path, tmp_path: Path
) -> None:
    name = put_in_use(database, of_format(snapshots / "own.sqlite", FORMAT - 1, tmp_path))
    with database.begin() as conn:
        job = version_desk.begin(conn, outdated=name, now=T0)
    assert job is not None
    made = build_snapshot(job, lambda: True, cache=Path(settings.paths.cache), stopping=lambda: False)
    assert made.missed == ()
    with database.begin() as conn:
        version_desk.publish(conn, job, made.content, may_approve=lambda _conn, _who: False, now=T0)
    held = Shelf(settings, database)
    held.refresh()
    assert (len(slugs(held)), held.unreadable, held().adopted) == (3, None, True)


def test_what_is_no_snapshot_at_all_has_no_articles(tmp_path: Path) -> None:
    (tmp_path / "broken.sqlite").write_bytes(b"SQLite format 3\0" + b"?" * 200)
    with pytest.raises(WrongFormat):
        articles_of(tmp_path / "broken.sqlite")


def test_a_building_that_breaks_off_says_at_what(tmp_path: Path) -> None:
    (tmp_path / "build-killed").mkdir()
    with pytest.raises(BuildFailed, match="WrongFormat"):
        build_snapshot(Job("h", "b", b"nothing", ()), lambda: True, cache=tmp_path, stopping=lambda: False)
    assert list(tmp_path.glob("build-*")) == [], "nor is anything left of it, or of one that was killed"


def test_a_building_renews_its_lease_and_ends_where_that_is_lost(
    tmp_path: Path, snapshots: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "KEEP_SECONDS", 0.0)
    asked = iter([True, False])
    job = Job("h", "b", (snapshots / SNAPSHOT_FILE).read_bytes(), ())
    with pytest.raises(Stopped):
        build_snapshot(job, lambda: next(asked), cache=tmp_path, stopping=lambda: False)


def test_a_building_ends_at_once_when_its_worker_does(tmp_path: Path, snapshots: Path) -> None:
    job = Job("h", "b", (snapshots / SNAPSHOT_FILE).read_bytes(), ())
    with pytest.raises(Stopped):
        build_snapshot(job, lambda: True, cache=tmp_path, stopping=lambda: True)
