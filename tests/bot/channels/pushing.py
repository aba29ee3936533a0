"""A stand-in for WeChat's API behind the Protocol of `requests.Session`."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.channels.tokens import HttpResponse, WeChatError
from tests.instants import T0


@dataclass
class Clock:
    now: datetime = T0

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Answer:
    body: Any
    status_code: int = 200

    def json(self) -> Any:
        if isinstance(self.body, Exception):
            raise self.body
        return self.body


@dataclass
class Server:
    """Answers with errcode 0, unless told what to answer or to raise."""

    engine: sa.Engine | None = None
    answers: list[Any] = field(default_factory=list)
    asked: list[tuple[str, Any]] = field(default_factory=list)

    def post(self, url: str, *, json: Any, timeout: Any) -> HttpResponse:
        assert timeout
        if self.engine is not None:
            with self.engine.begin():  # would wait for the writer's lock if a transaction were open
                pass
        self.asked.append((url, json))
        answer = self.answers.pop(0) if self.answers else 0
        if isinstance(answer, BaseException):
            raise answer
        return answer if isinstance(answer, Answer) else Answer({"errcode": answer, "errmsg": "…"})


@dataclass
class Tokens:
    """Hands out token-1, token-2 …; the next one after one was forgotten."""

    number: int = 1
    error: WeChatError | None = None

    def get(self) -> str:
        if self.error:
            raise self.error
        return f"token-{self.number}"

    def forget(self, token: str) -> None:
        if token == self.get():
            self.number += 1
