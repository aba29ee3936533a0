"""Access tokens, shared by all processes through the database: one of them fetches, the others read.

A token lives 7,200 s; the one before it goes on working for five minutes (PLATFORM, `stable_token`).
No secret and no token stands in an exception's text, nor in its context.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import sqlalchemy as sa
from requests import RequestException

from bot.tables import Time, insert_once, metadata

REFRESH_AHEAD = timedelta(minutes=5)
LEASE = timedelta(seconds=15)  # longer than the timeouts of one fetch; a killed fetcher frees it by then
PATIENCE = timedelta(seconds=20)  # how long a caller waits for another's fetch: one lapsed lease and a fetch
PAUSE_SECONDS = 0.1
TIMEOUT_SECONDS = (3.05, 8.0)  # connect, read

TOKEN_ERRORS = frozenset({40001, 40014, 42001})  # the token is not, or no longer, valid

access_tokens = sa.Table(
    "access_tokens",
    metadata,
    sa.Column("app_id", sa.String(128), primary_key=True),
    sa.Column("token", sa.Text, nullable=False),  # empty: none
    sa.Column("expires_at", Time),
    sa.Column("fetching_until", Time),  # the lease of whoever fetches just now
)


class WeChatError(Exception):
    """WeChat did not do what it was asked. `permanent`: the same call again will not succeed either."""

    permanent = False

    def __init__(self, what: str, *, errcode: int | None = None) -> None:
        super().__init__(what if errcode is None else f"{what} (errcode {errcode})")
        self.errcode = errcode


class Unreachable(WeChatError):
    """No answer, or none that can be read."""


class Busy(WeChatError):
    """WeChat says -1, or another process has been fetching for too long: later."""


class TokenRefused(WeChatError):
    """WeChat gives no token for this app_id and secret. See errcode.

    Not permanent: once somebody has put the account right, what waits can go out.
    """


class IpNotAllowed(TokenRefused):
    """40164: this machine's address is not on the account's list. Operations have to add it."""


class HttpResponse(Protocol):
    """What is used of `requests.Response`."""

    status_code: int

    def json(self) -> Any:
        """The body, parsed. Raises ValueError."""
        ...


class HttpPost(Protocol):
    """What is used of `requests.Session`."""

    def post(self, url: str, *, json: Any, timeout: Any) -> HttpResponse:
        """Send JSON. Raises requests.RequestException."""
        ...


@dataclass(frozen=True)
class Credentials:
    """Who asks, and where: `api_base_url` is the origin without a path."""

    app_id: str
    app_secret: str
    api_base_url: str

    def __repr__(self) -> str:
        return f"Credentials({self.app_id!r})"


@dataclass(frozen=True)
class _Row:
    token: str = ""
    expires_at: datetime | None = None
    fetching_until: datetime | None = None

    def free(self, now: datetime) -> bool:
        return self.fetching_until is None or self.fetching_until <= now

    def good_for(self, ahead: timedelta, now: datetime) -> bool:
        return bool(self.token) and self.expires_at is not None and self.expires_at - now > ahead


class AccessTokens:
    """One account's token. Safe to share between threads; processes meet in the database.

    Nothing here may be called with a transaction open: the network may be touched.
    """

    def __init__(
        self,
        engine: sa.Engine,
        http: HttpPost,
        credentials: Credentials,
        *,
        clock: Callable[[], datetime],
        pause: Callable[[float], None] = time.sleep,
    ) -> None:
        self._engine = engine
        self._http = http
        self._credentials = credentials
        self._clock = clock
        self._pause = pause
        self._mine = access_tokens.c.app_id == credentials.app_id

    def get(self) -> str:
        """A token that works now. Fetches it where nobody else does; else waits for who does.

        A token in its last five minutes is renewed by one caller while the others go on using it.
        Raises `TokenRefused`, `IpNotAllowed`, `Busy`, `Unreachable`.
        """
        give_up = self._clock() + PATIENCE
        while True:
            now = self._clock()
            row = self._row()
            if row.good_for(REFRESH_AHEAD, now):
                return row.token
            lease = self._take_lease(row, now) if row.free(now) else None
            if lease is not None:
                return self._renew(row, lease)
            if row.good_for(timedelta(0), now):
                return row.token
            if now >= give_up:
                raise Busy("another process has been fetching the token for too long")
            self._pause(PAUSE_SECONDS)

    def forget(self, token: str) -> None:
        """WeChat refused `token`: the next `get` fetches, unless a newer one stands there already."""
        still = self._mine & (access_tokens.c.token == token)
        with self._engine.begin() as conn:
            conn.execute(access_tokens.update().where(still).values(token="", expires_at=None))

    def _row(self) -> _Row:
        columns = access_tokens.c.token, access_tokens.c.expires_at, access_tokens.c.fetching_until
        query = sa.select(*columns).where(self._mine)
        with self._engine.connect().execution_options(read_only=True) as conn:
            found = conn.execute(query).one_or_none()
        return _Row() if found is None else _Row(found.token, found.expires_at, found.fetching_until)

    def _take_lease(self, seen: _Row, now: datetime) -> datetime | None:
        """The end of the lease if this caller is the one to fetch, None if another is or has just done so."""
        until = now + LEASE
        empty = {"app_id": self._credentials.app_id, "token": "", "expires_at": None, "fetching_until": None}
        free = access_tokens.c.fetching_until.is_(None) | (access_tokens.c.fetching_until <= now)
        unchanged = self._mine & (access_tokens.c.token == seen.token)
        with self._engine.begin() as conn:
            insert_once(conn, access_tokens, empty, key=["app_id"])
            taken = conn.execute(access_tokens.update().where(unchanged & free).values(fetching_until=until))
        return until if taken.rowcount == 1 else None

    def _renew(self, row: _Row, lease: datetime) -> str:
        asked_at = self._clock()
        try:
            token, seconds = self._fetch()
        except WeChatError:
            self._settle(lease, {})
            if row.good_for(timedelta(0), asked_at):
                return row.token  # it still works; the next caller tries again
            raise
        self._settle(lease, {"token": token, "expires_at": asked_at + timedelta(seconds=seconds)})
        return token

    def _settle(self, lease: datetime, values: Mapping[str, Any]) -> None:
        # Whoever lost the lease writes nothing: the one who has it now knows better.
        held = self._mine & (access_tokens.c.fetching_until == lease)
        with self._engine.begin() as conn:
            conn.execute(access_tokens.update().where(held).values(fetching_until=None, **values))

    def _fetch(self) -> tuple[str, int]:
        """Ask WeChat: the token and the seconds it lives."""
        answer = post_json(
            self._http,
            f"{self._credentials.api_base_url}/cgi-bin/stable_token",
            {
                "grant_type": "client_credential",
                "appid": self._credentials.app_id,
                "secret": self._credentials.app_secret,
            },
        )
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if isinstance(token, str) and token and isinstance(seconds, int) and seconds > 0:
            return token, seconds
        raise _refusal(answer.get("errcode"))


def post_json(http: HttpPost, url: str, payload: Mapping[str, Any]) -> dict[str, Any]:
    """WeChat's JSON object for a JSON payload. Raises `Unreachable`, without the address in its text."""
    try:
        response = http.post(url, json=dict(payload), timeout=TIMEOUT_SECONDS)
        answer, failure = response.json(), f"status {response.status_code}"
    except (RequestException, ValueError) as error:
        answer, failure = None, type(error).__name__
    # Raised out here, for the caught error's text (the address, and a token in it) would be its context.
    if not isinstance(answer, dict):
        raise Unreachable(f"WeChat's server did not answer as expected: {failure}")
    return answer


def _refusal(errcode: Any) -> WeChatError:
    if errcode == -1:
        return Busy("WeChat is busy", errcode=-1)
    if errcode == 40164:
        return IpNotAllowed("this machine's address is not on the account's list", errcode=40164)
    if isinstance(errcode, int) and errcode != 0:
        return TokenRefused("WeChat gives no token for this app_id and secret", errcode=errcode)
    return Unreachable("WeChat's answer holds no token")
