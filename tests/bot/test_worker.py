"""The worker: what is claimed is carried once, with no transaction open, and settled with its outcome."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.channels.media import Media, MediaGone
from bot.channels.tokens import Busy
from bot.inbox import desk as inbox
from bot.inbox.desk import Answered
from bot.inbox.ledger import media as media_table
from bot.inbox.message import Incoming
from bot.inbox.message import Kind as Sent
from bot.outbox import desk as outbox
from bot.outbox.item import Item, Kind, Outcome, Result, Status
from bot.outbox.ledger import attempts
from bot.outbox.ledger import outbox as outbox_table
from bot.storage.engine import open_engine
from bot.stories.erase_resident import erase_resident
from bot.stories.fetch_media import Fetch, fetch_media
from bot.worker import Handler, Worker, tick
from community.residents import desk as residents
from tests.databases import sqlite_url
from tests.instants import T0


def worker(engine: sa.Engine, handler: Handler) -> Worker:
    return Worker(engine, {Kind.FETCH_MEDIA: handler}, now=lambda: T0, jitter=lambda: 0.5)


def posted(engine: sa.Engine) -> str:
    """A picture that came, and the item that asks to fetch it; the message's id."""
    picture = Incoming("official", "gh", "o1", "k1", Sent.IMAGE, T0, media_id="mm")
    with engine.begin() as conn:
        message_id = inbox.admit(conn, picture, now=T0)
        assert message_id is not None
        inbox.remember(conn, message_id, Answered("media", "收到", "r1", "c"))
        outbox.post(conn, Kind.FETCH_MEDIA, {"message_id": message_id}, now=T0)
    return message_id


def status(engine: sa.Engine) -> tuple[str, str]:
    """The item's state and the last attempt's detail."""
    with engine.connect() as conn:
        state = conn.execute(sa.select(outbox_table.c.status)).scalar_one()
        detail = conn.execute(sa.select(attempts.c.detail).order_by(attempts.c.seq.desc())).scalars().first()
    return state, detail or ""


def fetching(engine: sa.Engine, fetch: Fetch | None) -> Handler:
    return lambda item: fetch_media(engine, item, fetch=fetch, now=lambda: T0)


def test_a_picture_is_fetched_and_kept(engine: sa.Engine) -> None:
    message_id = posted(engine)
    assert worker(engine, fetching(engine, lambda media_id: Media(media_id.encode(), "image/jpeg"))).run_once() == 1
    with engine.connect() as conn:
        row = conn.execute(sa.select(media_table)).one()
    assert (row.message_id, row.content, row.content_type) == (message_id, b"mm", "image/jpeg")
    assert status(engine) == (Status.SENT, "kept")


def _raise(error: Exception) -> Callable[[str], Media]:
    def fetch(_media_id: str) -> Media:
        raise error

    return fetch


@pytest.mark.parametrize(
    ("fetch", "state"),
    [
        (_raise(MediaGone("expired")), Status.FAILED),
        (_raise(Busy("later")), Status.QUEUED),
        (_raise(ValueError("a fault of ours")), Status.QUEUED),
        (None, Status.FAILED),
    ],
)
def test_what_cannot_be_fetched_is_tried_again_or_given_up_with_its_reason(
    engine: sa.Engine, fetch: Fetch | None, state: Status
) -> None:
    posted(engine)
    worker(engine, fetching(engine, fetch)).run_once()
    assert status(engine)[0] == state
    assert status(engine)[1]


def test_what_was_erased_meanwhile_is_not_fetched(engine: sa.Engine) -> None:
    posted(engine)
    with engine.begin() as conn:
        inbox.erase(conn, "r1")
    assert worker(engine, fetching(engine, _raise(AssertionError("asked for")))).run_once() == 1
    assert status(engine) == (Status.FAILED, "erased by its resident")


def test_nothing_is_written_while_the_handler_works(engine: sa.Engine) -> None:
    posted(engine)
    seen: list[str] = []

    def handler(_item: Item) -> Result:
        with engine.begin() as conn:  # would wait for ever behind a transaction of the worker's own
            seen.append(conn.execute(sa.select(outbox_table.c.status)).scalar_one())
        return Result(Outcome.SENT)

    worker(engine, handler).run_once()
    assert seen == [Status.LEASED]


def test_an_idle_worker_does_nothing(engine: sa.Engine) -> None:
    assert worker(engine, fetching(engine, None)).run_once() == 0
    assert Worker(engine, {}, now=lambda: T0, jitter=lambda: 0.5).run_once() == 0
    assert tick(engine, T0) == 0


def test_after_the_next_tick_an_erased_text_is_in_no_file_of_the_database(tmp_path: Path) -> None:
    secret = "我叫赵钱孙家住九楼"
    with sqlite_url(tmp_path) as url:
        engine = open_engine(url)
        written = Incoming("official", "gh", "oZhaoQianSun", "k1", Sent.TEXT, T0, text=secret)
        with engine.begin() as conn:
            resident = residents.meet(conn, channel="official", app="gh", openid="oZhaoQianSun", now=T0)
            message_id = inbox.admit(conn, written, now=T0)
            assert message_id is not None
            inbox.remember(conn, message_id, Answered("need", "记下了", resident.id, "c"))
        tick(engine, T0)
        assert secret in _bytes_of(tmp_path)
        with engine.begin() as conn:
            erase_resident(conn, resident.id)
        tick(engine, T0)
        assert secret not in _bytes_of(tmp_path)
        assert "oZhaoQianSun" not in _bytes_of(tmp_path)
        engine.dispose()


def _bytes_of(folder: Path) -> str:
    """Everything in the database's files, its journal too."""
    return "".join(file.read_bytes().decode("utf-8", "ignore") for file in sorted(folder.glob("test.db*")))
