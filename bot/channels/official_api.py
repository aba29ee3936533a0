"""One call of the 公众号's push APIs: token, one retry with a fresh one, and what the answer means.

The error codes are PLATFORM's ("Official account", error codes) and those that custom/send and
template/send document besides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import requests
from urllib3.exceptions import NewConnectionError

from bot.channels.push import Pushed
from bot.channels.push_pauses import Pauses, next_midnight
from bot.channels.tokens import TIMEOUT_SECONDS, TOKEN_ERRORS, HttpPost, IpNotAllowed, WeChatError
from bot.outbox.item import Outcome

NOT_ALLOWED_PAUSE = timedelta(hours=24)  # a right is given by a person: look again tomorrow
ADDRESS_PAUSE = timedelta(minutes=10)  # as long as it takes to put an address on the account's list

DAILY_QUOTA = 45009
ADDRESS_REFUSED = 40164
BUSY = frozenset({-1, 45011})  # the system is busy; called too often within a minute
OTHER_ROUTE = frozenset({45015, 45047, 43101})  # outside the window; its count used up; no opt-in left
GONE = frozenset({43004, 40003})  # not a follower; no openid of this account
SWITCHED_OFF = frozenset({48001, 48004, 50001, 40037})  # no right, API banned, template not known


class Tokens(Protocol):
    """What is used of `AccessTokens`."""

    def get(self) -> str:
        """A token that works now. Raises WeChatError."""
        ...

    def forget(self, token: str) -> None:
        """WeChat refused this one."""
        ...


@dataclass(frozen=True)
class Answer:
    """WeChat's errcode, or why there is none."""

    errcode: int | None
    lost: bool = False  # the request may have been carried out, nobody knows
    why: str = ""


class OfficialApi:
    """Calls one account's APIs and says what comes next. Never with a transaction open."""

    def __init__(
        self,
        tokens: Tokens,
        http: HttpPost,
        pauses: Pauses,
        *,
        api_base_url: str,
        now: Callable[[], datetime],
    ) -> None:
        self._tokens = tokens
        self._http = http
        self._pauses = pauses
        self._origin = api_base_url.rstrip("/")
        self._now = now

    def call(self, api: str, payload: Mapping[str, Any]) -> Pushed:
        """POST to /cgi-bin/<api>, e.g. "message/custom/send". While it is paused, nothing is sent."""
        paused = self._pauses.until(api, now=self._now())
        if paused is not None:
            return Pushed(Outcome.WAIT, "the API is paused", other_route=True, until=paused)
        try:
            answer = self._post(api, payload)
        except IpNotAllowed:
            answer = Answer(ADDRESS_REFUSED)
        except WeChatError as error:
            return Pushed(Outcome.RETRY, f"no token: {error}")
        return self._meaning(api, answer)

    def _post(self, api: str, payload: Mapping[str, Any]) -> Answer:
        token = self._tokens.get()
        answer = self._send(api, token, payload)
        if answer.errcode in TOKEN_ERRORS:
            self._tokens.forget(token)
            answer = self._send(api, self._tokens.get(), payload)
        return answer

    def _send(self, api: str, token: str, payload: Mapping[str, Any]) -> Answer:
        return send(self._http, f"{self._origin}/cgi-bin/{api}?access_token={token}", payload)

    def _meaning(self, api: str, answer: Answer) -> Pushed:
        errcode, now = answer.errcode, self._now()
        if errcode is None:
            return Pushed(Outcome.UNKNOWN if answer.lost else Outcome.RETRY, answer.why)
        if errcode == DAILY_QUOTA:
            return self._pause(api, next_midnight(now), why="45009: the day's quota is used up")
        if errcode == ADDRESS_REFUSED:
            pushed = self._pause(api, now + ADDRESS_PAUSE, why="40164: this address is not on the account's list")
            return Pushed(Outcome.WAIT, pushed.detail, until=pushed.until)
        if errcode in SWITCHED_OFF:
            return self._pause(api, now + NOT_ALLOWED_PAUSE, why=f"{errcode}: the account may not")
        return meaning(errcode)

    def _pause(self, api: str, until: datetime, *, why: str) -> Pushed:
        self._pauses.pause(api, until, why=why, now=self._now())
        return Pushed(Outcome.WAIT, why, other_route=True, until=until)


def meaning(errcode: int) -> Pushed:
    """What an errcode says of this one letter."""
    detail = f"errcode {errcode}"
    if errcode == 0:
        return Pushed(Outcome.SENT)
    if errcode in BUSY or errcode in TOKEN_ERRORS:
        return Pushed(Outcome.RETRY, detail)
    if errcode in OTHER_ROUTE:
        return Pushed(Outcome.WAIT, detail, other_route=True)
    if errcode in GONE:
        return Pushed(Outcome.FAILED, detail, gone=True)
    return Pushed(Outcome.FAILED, detail, other_route=True)


def send(http: HttpPost, url: str, payload: Mapping[str, Any]) -> Answer:
    """POST JSON and read the errcode. The address may hold a secret: nothing of it is told.

    A 5xx is taken for "not carried out" but for 504, where the gateway itself does not know.
    """
    try:
        response = http.post(url, json=dict(payload), timeout=TIMEOUT_SECONDS)
        status = response.status_code
    except requests.RequestException as error:
        return Answer(None, lost=not _never_left(error), why=type(error).__name__)
    if status != 200:
        return Answer(None, lost=status == 504, why=f"status {status}")
    try:
        body = response.json()
    except (ValueError, requests.RequestException):
        body = None
    errcode = body.get("errcode") if isinstance(body, dict) else None
    if not isinstance(errcode, int):
        return Answer(None, lost=True, why="an answer that cannot be read")
    return Answer(errcode)


def _never_left(error: requests.RequestException) -> bool:
    """True if the connection never stood, so that nothing can have been carried out."""
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return True
    cause = error.args[0] if error.args else None
    return isinstance(getattr(cause, "reason", None), NewConnectionError)
