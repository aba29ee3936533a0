"""WeChat's API as a real server on the loopback: it issues tokens, takes letters, and fails as it is told to.

What it answers is PLATFORM's: `stable_token`, `message/custom/send`, `message/template/send`.
"""

from __future__ import annotations

import json
import sys
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

TOKEN = "stable_token"
CUSTOM = "message/custom/send"
TEMPLATE = "message/template/send"
TEMPLATE_ID = "template-of-the-tests"
HOLD_SECONDS = 30.0
ERRORS = {TOKEN: "access_token missing", CUSTOM: "invalid message", TEMPLATE: "invalid template"}


class Fault(Enum):
    """One way in which a call goes wrong. A number is an errcode."""

    BUSY = -1
    EXPIRED = 42001  # every token that was issued ends here
    QUOTA = 45009
    OUTSIDE = 45015
    GONE = 43004
    LOST = "lost"  # carried out, and the connection ends without a word
    CLOSED = "closed"  # not carried out, and the connection ends without a word
    BAD_GATEWAY = "502"


@dataclass(frozen=True)
class Accepted:
    """A letter that has arrived in somebody's chat."""

    openid: str
    api: str
    text: str  # of a template message: its fields' values, a line each


@dataclass(frozen=True)
class _Answer:
    """What goes back; None closes the connection instead."""

    status: int
    body: Mapping[str, Any] | None


class Weixin:
    """The stand-in. `with Weixin(app_id, secret) as weixin:` serves at `weixin.origin`."""

    def __init__(self, app_id: str, app_secret: str) -> None:
        self._credentials = (app_id, app_secret)
        self._lock = threading.Lock()
        self._open = threading.Event()  # cleared: what is carried out gets no answer yet
        self._open.set()
        self.held: list[str] = []  # whom the calls were for that are decided and wait for their answer
        self._issued = 1
        self._seen: set[str] = set()  # client_msg_id: a repeat is answered, not sent
        self._faults: dict[tuple[str, str], deque[Fault]] = defaultdict(deque)
        self.accepted: list[Accepted] = []
        self.calls: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()  # answers that never came back, by openid
        self.refused: Counter[Fault] = Counter()
        weixin = self

        class Handler(_Handler):
            stand_in = weixin

        self._server = _Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, name="weixin", daemon=True)

    @property
    def origin(self) -> str:
        """What `api_base_url` is set to."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def hold(self) -> None:
        """From now on answers stay out until `let_go`."""
        self._open.clear()

    def let_go(self) -> None:
        """Answers go out again, also to whoever has died meanwhile."""
        self._open.set()

    def __enter__(self) -> Weixin:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.let_go()
        self._server.shutdown()
        self._server.server_close()

    def script(self, openid: str, *faults: Fault, api: str = CUSTOM) -> None:
        """The next calls for `openid` ("" for the token) fail so, one after the other; then it works."""
        with self._lock:
            self._faults[api, openid].extend(faults)

    def texts(self, openid: str) -> list[str]:
        """Everything that arrived in one chat, in its order."""
        with self._lock:
            return [one.text for one in self.accepted if one.openid == openid]

    def reached(self, words: str) -> Counter[str]:
        """How often a text holding `words` arrived, by openid."""
        with self._lock:
            return Counter(one.openid for one in self.accepted if words in one.text)

    def answer(self, api: str, token: str, body: Mapping[str, Any]) -> _Answer:
        """One call: a scripted fault, or what WeChat would do. Waits where answers are held."""
        answer = self._carry(api, token, body)
        if not self._open.is_set():
            with self._lock:
                self.held.append(str(body.get("touser", "")))
            self._open.wait(HOLD_SECONDS)
        return answer

    def _carry(self, api: str, token: str, body: Mapping[str, Any]) -> _Answer:
        with self._lock:
            self.calls[api] += 1
            openid = "" if api == TOKEN else str(body.get("touser", ""))
            waiting = self._faults[api, openid]
            fault = waiting.popleft() if waiting else None
            if fault is None or fault is Fault.LOST:
                done = self._issue(body) if api == TOKEN else self._take(api, token, openid, body)
                self.lost[openid] += fault is Fault.LOST
                return _Answer(200, None if fault is Fault.LOST else done)
            self.refused[fault] += 1
            return self._fail(fault)

    def _fail(self, fault: Fault) -> _Answer:
        if fault is Fault.CLOSED:
            return _Answer(200, None)
        if fault is Fault.BAD_GATEWAY:
            return _Answer(502, {"gateway": "no upstream"})
        if fault is Fault.EXPIRED:
            self._issued += 1
        return _Answer(200, {"errcode": fault.value, "errmsg": fault.name})

    def _issue(self, body: Mapping[str, Any]) -> dict[str, Any]:
        if body.get("grant_type") != "client_credential":
            return {"errcode": 40002, "errmsg": "invalid grant_type"}
        if (body.get("appid"), body.get("secret")) != self._credentials:
            return {"errcode": 40125, "errmsg": "invalid appsecret"}
        return {"access_token": f"token-{self._issued}", "expires_in": 7200}

    def _take(self, api: str, token: str, openid: str, body: Mapping[str, Any]) -> dict[str, Any]:
        if token != f"token-{self._issued}":
            return {"errcode": 40001, "errmsg": "invalid credential"}
        text = _text(body) if api == CUSTOM else _template(body)
        if not text or not openid:
            return {"errcode": 40008 if api == CUSTOM else 40037, "errmsg": ERRORS[api]}
        known = str(body.get("client_msg_id", ""))
        if not known or known not in self._seen:
            self.accepted.append(Accepted(openid, api, text))
            self._seen.add(known)
        return {"errcode": 0, "errmsg": "ok"}


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A caller that was killed leaves a broken connection: nothing to tell."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept, as WeChat's are
    wbufsize = -1  # head and body leave together
    disable_nagle_algorithm = True
    stand_in: Weixin

    def do_POST(self) -> None:
        """Every API of ours is a POST of JSON."""
        asked = urlsplit(self.path)
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        api = asked.path.removeprefix("/cgi-bin/")
        if api not in ERRORS:
            return self._say(_Answer(404, {"errcode": -1}))
        return self._say(self.stand_in.answer(api, parse_qs(asked.query).get("access_token", [""])[0], body))

    def _say(self, answer: _Answer) -> None:
        if answer.body is None:
            self.close_connection = True
            return
        said = json.dumps(answer.body).encode()
        self.send_response(answer.status)
        self.send_header("Content-Type", "application/json; encoding=utf-8")
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the tests ask for what arrived."""


def _text(body: Mapping[str, Any]) -> str:
    content = body.get("text", {}).get("content", "") if body.get("msgtype") == "text" else ""
    return content if len(content.encode()) <= 2048 else ""


def _template(body: Mapping[str, Any]) -> str:
    values = [str(field["value"]) for field in body.get("data", {}).values()]
    return "\n".join(values) if body.get("template_id") == TEMPLATE_ID else ""
