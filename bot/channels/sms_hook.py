"""SMS through whatever provider the community has: one HTTP call that the configuration describes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from requests import RequestException

from bot.channels.push import Pushed
from bot.channels.tokens import TIMEOUT_SECONDS
from bot.outbox.item import Outcome


class HttpResponse(Protocol):
    """What is used of `requests.Response`."""

    status_code: int


class HttpCall(Protocol):
    """What is used of `requests.Session`."""

    def request(self, method: str, url: str, *, data: bytes, headers: Mapping[str, str], timeout: Any) -> HttpResponse:
        """Send it. Raises requests.RequestException."""
        ...


@dataclass(frozen=True)
class SmsHook:
    """One call. `{text}` in the body's template becomes the message, as JSON writes it inside quotes."""

    http: HttpCall
    url: str
    body: str
    headers: Mapping[str, str]
    method: str = "POST"

    def send(self, text: str) -> Pushed:
        """Send one text. A status of 2xx counts as sent; what the provider does with it, only it knows.

        Touches the network: never with a transaction open.
        """
        body = self.body.replace("{text}", json.dumps(text, ensure_ascii=False)[1:-1])
        try:
            response = self.http.request(
                self.method, self.url, data=body.encode(), headers=dict(self.headers), timeout=TIMEOUT_SECONDS
            )
        except RequestException as error:
            return Pushed(Outcome.UNKNOWN, type(error).__name__)
        if 200 <= response.status_code < 300:
            return Pushed(Outcome.SENT, f"status {response.status_code}")
        retry = response.status_code >= 500 or response.status_code == 429
        return Pushed(Outcome.RETRY if retry else Outcome.FAILED, f"status {response.status_code}")
