"""Access tokens: one fetch for everybody, renewed in time, and never a secret in an error."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import sqlalchemy as sa

from bot.channels.tokens import (
    LEASE,
    AccessTokens,
    Busy,
    Credentials,
    HttpPost,
    HttpResponse,
    IpNotAllowed,
    TokenRefused,
    Unreachable,
    WeChatError,
    access_tokens,
)
from bot.storage.engine import open_engine
from bot.tables import metadata

T0 = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
ACCOUNT = Credentials(app_id="wx1", app_secret="the-secret", api_base_url="https://api.example")


@dataclass
class Clock:
    now: datetime = T0

    def __call__(self) -> datetime:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Answer:
    body: Any
    status_code: int = 200

    def json(self) -> Any:
        if isinstance(self.body, Exception):
            raise self.body
        return self.body


@dataclass
class WeChatServer:
    """Hands out token-1, token-2 …, unless told what to answer or to raise."""

    engine: sa.Engine
    answers: list[Any] = field(default_factory=list)
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def post(self, url: str, *, json: Any, timeout: Any) -> HttpResponse:
        assert timeout
        with self.engine.begin():  # would wait for the writer's lock if a transaction were open
            pass
        self.asked.append((url, json))
        answer = self.answers.pop(0) if self.answers else None
        if isinstance(answer, Exception):
            raise answer
        return Answer(answer or {"access_token": f"token-{len(self.asked)}", "expires_in": 7200})


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[sa.Engine]:
    engine = open_engine(f"sqlite:///{tmp_path}/tokens.db")
    metadata.create_all(engine, tables=[access_tokens])
    yield engine
    engine.dispose()


def tokens(engine: sa.Engine, http: HttpPost, clock: Clock) -> AccessTokens:
    return AccessTokens(engine, http, ACCOUNT, clock=clock, pause=clock.pause)


def test_a_token_is_fetched_once_and_shared_with_other_processes(engine: sa.Engine) -> None:
    server, clock = WeChatServer(engine), Clock()
    mine, theirs = tokens(engine, server, clock), tokens(engine, server, clock)
    assert [mine.get(), theirs.get(), mine.get()] == ["token-1"] * 3
    assert server.asked == [
        (
            "https://api.example/cgi-bin/stable_token",
            {"grant_type": "client_credential", "appid": "wx1", "secret": "the-secret"},
        )
    ]


@pytest.mark.parametrize(("minutes", "token"), [(114, "token-1"), (116, "token-2"), (500, "token-2")])
def test_a_token_is_renewed_in_its_last_five_minutes(engine: sa.Engine, minutes: int, token: str) -> None:
    server, clock = WeChatServer(engine), Clock()
    store = tokens(engine, server, clock)
    store.get()
    clock.now = T0 + timedelta(minutes=minutes)
    assert store.get() == token


def test_a_forgotten_token_is_fetched_anew(engine: sa.Engine) -> None:
    store = tokens(engine, WeChatServer(engine), Clock())
    store.forget(store.get())
    assert store.get() == "token-2"


def test_forgetting_an_old_token_keeps_the_newer_one(engine: sa.Engine) -> None:
    server = WeChatServer(engine)
    store = tokens(engine, server, Clock())
    old = store.get()
    store.forget(old)
    new = store.get()
    store.forget(old)
    assert store.get() == new
    assert len(server.asked) == 2


def test_two_accounts_do_not_share_a_token(engine: sa.Engine) -> None:
    server, clock = WeChatServer(engine), Clock()
    other = Credentials(app_id="wx2", app_secret="s", api_base_url="https://api.example")
    first = tokens(engine, server, clock).get()
    assert first != AccessTokens(engine, server, other, clock=clock, pause=clock.pause).get()


def test_a_token_that_was_stored_while_the_lease_was_asked_for_is_used(engine: sa.Engine) -> None:
    server, clock = WeChatServer(engine), Clock()
    mine, quicker = tokens(engine, server, clock), tokens(engine, server, clock)
    visits: list[bool] = []

    @sa.event.listens_for(engine, "checkout")
    def _overtake(*_args: object) -> None:
        visits.append(True)
        if len(visits) == 2:  # mine has read that there is no token, and comes back to ask for the lease
            quicker.get()

    assert mine.get() == "token-1"
    assert len(visits) > 2
    assert len(server.asked) == 1


def hold_lease(engine: sa.Engine, until: datetime, **values: Any) -> None:
    """Another process is fetching."""
    row = {"app_id": "wx1", "token": "", "expires_at": None, "fetching_until": until} | values
    with engine.begin() as conn:
        conn.execute(access_tokens.insert().values(row))


def test_the_lease_of_a_killed_fetcher_lapses(engine: sa.Engine) -> None:
    hold_lease(engine, T0 + LEASE)
    clock = Clock()
    assert tokens(engine, WeChatServer(engine), clock).get() == "token-1"
    assert clock.now >= T0 + LEASE


def test_a_fetch_that_outlived_its_lease_does_not_overwrite_the_next_one(engine: sa.Engine) -> None:
    clock = Clock()
    quicker = tokens(engine, WeChatServer(engine, answers=[{"access_token": "newer", "expires_in": 7200}]), clock)

    class Stalled(WeChatServer):
        def post(self, url: str, *, json: Any, timeout: Any) -> HttpResponse:
            clock.now += 2 * LEASE
            quicker.get()
            return super().post(url, json=json, timeout=timeout)

    stalled = tokens(engine, Stalled(engine), clock)
    assert stalled.get() == "token-1"  # it works, for stable_token keeps the one before alive
    assert stalled.get() == "newer"


def test_a_caller_does_not_wait_for_ever(engine: sa.Engine) -> None:
    hold_lease(engine, T0 + timedelta(hours=1))
    server = WeChatServer(engine)
    with pytest.raises(Busy):
        tokens(engine, server, Clock()).get()
    assert server.asked == []


def test_a_token_that_still_works_is_used_while_another_renews_it(engine: sa.Engine) -> None:
    hold_lease(engine, T0 + LEASE, token="old", expires_at=T0 + timedelta(minutes=2))
    server, clock = WeChatServer(engine), Clock()
    assert tokens(engine, server, clock).get() == "old"
    assert (server.asked, clock.now) == ([], T0)


def test_a_failed_renewal_goes_on_with_the_token_that_still_works(engine: sa.Engine) -> None:
    server, clock = WeChatServer(engine), Clock()
    store = tokens(engine, server, clock)
    store.get()
    clock.now = T0 + timedelta(minutes=117)
    server.answers = [{"errcode": -1}]
    assert [store.get(), store.get()] == ["token-1", "token-3"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"errcode": -1, "errmsg": "system error"}, Busy),
        ({"errcode": 40164, "errmsg": "invalid ip 1.2.3.4"}, IpNotAllowed),
        ({"errcode": 40013, "errmsg": "invalid appid"}, TokenRefused),
        ({"errcode": 0}, Unreachable),
        ({"access_token": "", "expires_in": 7200}, Unreachable),
        ({"access_token": "t", "expires_in": "soon"}, Unreachable),
        (["no object"], Unreachable),
        (requests.ConnectionError("https://api.example?secret=the-secret"), Unreachable),
        (requests.ReadTimeout("the-secret"), Unreachable),
    ],
)
def test_a_failed_fetch_is_named_tells_no_secret_and_frees_the_lease(
    engine: sa.Engine, answer: Any, error: type[WeChatError]
) -> None:
    clock = Clock()
    store = tokens(engine, WeChatServer(engine, answers=[answer]), clock)
    with pytest.raises(error) as failure:
        store.get()
    assert type(failure.value) is error
    assert "the-secret" not in str(failure.value)
    assert failure.value.__context__ is None
    assert store.get() == "token-2"
    assert clock.now == T0  # nobody waited for the failed one's lease


def test_an_answer_that_is_no_json_is_unreachable(engine: sa.Engine) -> None:
    class Html(WeChatServer):
        def post(self, url: str, *, json: Any, timeout: Any) -> HttpResponse:
            return Answer(ValueError("<html>"), 502)

    with pytest.raises(Unreachable):
        tokens(engine, Html(engine), Clock()).get()


def test_the_secret_is_not_in_the_credentials_repr() -> None:
    assert "the-secret" not in repr(ACCOUNT)


def test_sixteen_threads_with_a_cold_token_make_one_fetch(engine: sa.Engine) -> None:
    waiting, everybody_waits, fetched = set(), threading.Event(), threading.Event()

    class SlowServer(WeChatServer):
        def post(self, url: str, *, json: Any, timeout: Any) -> HttpResponse:
            everybody_waits.wait(5)  # the fetch takes until all the others are at the door
            try:
                return super().post(url, json=json, timeout=timeout)
            finally:
                fetched.set()

    def pause(_seconds: float) -> None:
        waiting.add(threading.get_ident())
        if len(waiting) == 15:
            everybody_waits.set()
        fetched.wait(5)

    server = SlowServer(engine)
    store = AccessTokens(engine, server, ACCOUNT, clock=Clock(), pause=pause)
    with ThreadPoolExecutor(16) as pool:
        got = [future.result() for future in [pool.submit(store.get) for _ in range(16)]]
    assert got == ["token-1"] * 16
    assert len(server.asked) == 1
    assert len(waiting) == 15
