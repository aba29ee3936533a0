"""Learning as it happens: real training in a child of the worker, on a corpus so small that it takes seconds."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psutil
import pytest
import sqlalchemy as sa

from bot import demo
from bot import settings as settings_module
from bot.clock import utc_now
from bot.inbox import desk as inbox
from bot.inbox.desk import Answered
from bot.inbox.message import Incoming, Kind
from bot.learning import desk as learning
from bot.learning.training import LEASE, Status, Training
from bot.storage.engine import open_engine
from bot.stories.learn import Interrupted, TeachingFailed
from bot.wiring import House, build
from bot.wiring.shelf import adopt_shipped
from bot.wiring.teaching import Child
from bot.worker import study
from knowledge_base import desk as knowledge
from nlp.artefact import unpack
from nlp.corpus import line_of
from tests.corpus import corpus as all_messages
from tests.databases import sqlite_url
from tests.scenarios.town import eventually

NAME = "欧阳菡萏"


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One in 160 messages of the corpus."""
    file: Path = tmp_path_factory.mktemp("corpus") / "tiny.jsonl"
    file.write_text("\n".join(map(line_of, all_messages()[::160])), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where jieba's cache lies, made once."""
    made: Path = tmp_path_factory.mktemp("cache")
    return made


@pytest.fixture
def house(tmp_path: Path, cache: Path, corpus: Path) -> Iterator[House]:
    """The program's parts on a demo community, with a teacher that has the small corpus.

    On SQLite; what PostgreSQL could do otherwise stands in tests/bot/stories/test_learn.py.
    """
    with sqlite_url(tmp_path) as url:
        settings = settings_module.from_mapping(
            {
                "web": {"secret_key": "k" * 40},
                "database": {"url": url},
                "paths": {"shipped": "var/shipped", "cache": str(cache)},
                "community": {"area": demo.BRANCH},
            }
        )
    built = build(settings)
    adopt_shipped(built.engine, settings, now=utc_now())
    with built.engine.begin() as conn:
        demo.plant(conn, now=utc_now())
    yield replace(built, teacher=Child(cache, (corpus,)))
    built.engine.dispose()


def write(house: House, number: int, text: str, **became: str) -> None:
    """A resident writes, and somebody corrects what was made of it."""
    now = utc_now()
    sender = f"resident-{number:02d}"
    said = Incoming(demo.CHANNEL, demo.APP, sender, f"{text} {number}", Kind.TEXT, now, text)
    house.pipeline.answer(said)
    with house.engine.begin() as conn:
        (read,) = [one for one in inbox.recent(conn, demo.BRANCH) if one.text == text]
        for field, label in became.items():
            if read.label(field) != label:
                inbox.correct(conn, read, field=field, became=label, actor="liu", now=now)


def ask(house: House) -> None:
    with house.engine.begin() as conn:
        learning.ask(conn, by="chen", now=utc_now())


def ended(house: House) -> list[Training]:
    with house.engine.connect() as conn:
        return learning.ended(conn)


def test_what_staff_corrected_is_learned_in_a_child_and_answers_residents(house: House) -> None:
    house.shelf.refresh()
    before = house.shelf().analyser.version
    write(house, 1, f"小区的鹦鹉丢了，{NAME}", intent="report", need="other")
    write(house, 2, "鹦鹉又丢了一只", intent="report", need="other")
    ask(house)
    study(house, threading.Event())
    (training,) = ended(house)
    assert training.status is Status.USED, training
    assert training.corrections == 2 and training.report is not None and len(training.report["figures"]) == 7
    house.shelf.refresh()
    assert house.shelf().analyser.version != before
    with house.engine.connect() as conn:
        model = unpack(knowledge.artefact(conn, str(training.model)))
    assert "鹦鹉" in model.vocabulary  # two people said it
    assert not any(character in feature for feature in model.vocabulary for character in "菡萏")


def test_a_child_that_breaks_says_where_and_nobodys_words(tmp_path: Path, cache: Path) -> None:
    missing = tmp_path / "corpus.jsonl"
    missing.write_text(f'{{"text": "{NAME}"}}\n', encoding="utf-8")
    with pytest.raises(TeachingFailed, match=r"exit 1 nlp\.corpus\.BadCorpus __init__\.py:\d+") as failed:
        Child(cache, (missing,))([], go_on=lambda: True)
    assert NAME not in str(failed.value)


def test_a_child_ends_when_its_worker_stops_it(cache: Path) -> None:
    begun = psutil.Process().children()
    with pytest.raises(Interrupted):
        Child(cache)(all_messages()[:1], go_on=lambda: False)
    assert psutil.Process().children() == begun


WORKER = """
import sys, threading
from pathlib import Path
from bot.clock import utc_now
from bot.storage.engine import open_engine
from bot.stories.learn import learn_due
from bot.wiring.teaching import Child
learn_due(open_engine(sys.argv[1]), teacher=Child(Path(sys.argv[2])), stop=threading.Event(), now=utc_now)
"""


def test_a_worker_that_is_killed_leaves_no_child_and_no_words_and_the_next_begins_again(
    tmp_path: Path, cache: Path
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    with sqlite_url(tmp_path) as url:
        engine = open_engine(url)
        with engine.begin() as conn:
            _correct(conn, f"小区的鹦鹉丢了，{NAME}")
            learning.ask(conn, by="chen", now=utc_now())
    worker = subprocess.Popen([sys.executable, "-c", WORKER, url, str(cache)], env={"TMPDIR": str(temporary)})
    children: list[psutil.Process] = []
    eventually(lambda: children.extend(psutil.Process(worker.pid).children()) or children, what="a child")
    worker.kill()
    worker.wait()
    assert psutil.wait_procs(children, timeout=10)[1] == []
    assert [file for file in temporary.rglob("*") if file.is_file()] == []
    with engine.begin() as conn:
        assert learning.claim(conn, now=utc_now()) is None
        again = learning.claim(conn, now=utc_now() + LEASE)
    engine.dispose()
    assert again is not None and again.attempts == 2


def _correct(conn: sa.Connection, text: str) -> None:
    now = utc_now()
    message_id = inbox.admit(conn, Incoming("simulator", "a", "o", text, Kind.TEXT, now, text), now=now)
    assert message_id is not None
    labels = {"intent": ["help", 0.9], "need": [None, 0.0], "urgency": "routine", "claim": [False, 0.1]}
    inbox.remember(conn, message_id, Answered("reply", "好", "r1", "c", labels))
    (read,) = inbox.recent(conn, "c")
    inbox.correct(conn, read, field="need", became="other", actor="liu", now=now)
