"""The address that WeChat's server calls: raw bytes to the channel, the answer back, never a 500."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import structlog
from flask import Blueprint, Response, request

from bot.channels.channel import Channel, Malformed, Refused, TooLarge
from bot.conversation.pipeline import TryAgain
from bot.inbox.message import Incoming
from bot.logs import where

ADDRESS = "/wechat/official"
MAX_BODY_BYTES = 65_536

_log = structlog.get_logger(__name__)


def uncounted(outcome: str) -> None:
    """The counter of a caller that does not count."""


def blueprint(
    channel: Channel,
    answer: Callable[[Incoming], str],
    *,
    clock: Callable[[], datetime],
    count: Callable[[str], None] = uncounted,
) -> Blueprint:
    """`GET, POST /wechat/official`.

    `answer` takes what arrived and gives the reply's text, empty for none; `TryAgain` of it becomes
    503, so that WeChat sends the message again, and so does anything unforeseen: a 500 would tell the
    resident no more, and the second try may succeed. `count` is told each callback's outcome:
    "answered", "checked" (the access check), or the name of the error.
    """
    pages = Blueprint("official_account", __name__)

    def check() -> Response:
        echo = channel.handshake(_query(), now=clock())
        count("checked")
        return _text(echo)

    def converse() -> Response:
        now = clock()
        query = _query()
        incoming = channel.receive(query, _bounded_body(), now=now)
        reply = channel.render(incoming, answer(incoming), query, now=now)
        count("answered")
        return Response(reply, mimetype="text/xml" if reply.startswith(b"<") else "text/plain")

    @pages.route(ADDRESS, methods=["GET", "POST"])
    def official_account() -> Response:
        try:
            return converse() if request.method == "POST" else check()
        except (Refused, TryAgain) as error:
            count(type(error).__name__)
            return _refusal(error)
        except Exception as error:  # noqa: BLE001  # whatever it is, WeChat must not get a 500
            count(type(error).__name__)
            _log.error("callback_failed", error=type(error).__name__, where=where(error))
            return _text("cannot be answered now, please send again", 503)

    return pages


def _query() -> dict[str, str]:
    args = request.args
    query = args.to_dict()
    if sum(1 for _ in args.items(multi=True)) != len(query):
        raise Malformed("a query parameter is repeated")
    return query


def _bounded_body() -> bytes:
    if (request.content_length or 0) > MAX_BODY_BYTES:
        raise TooLarge("the body is longer than 64 KB")
    # A chunked body names no length: read one byte more than may come, in as many pieces as it takes.
    pieces, left = [], MAX_BODY_BYTES + 1
    try:
        while left > 0 and (piece := request.stream.read(left)):
            pieces.append(piece)
            left -= len(piece)
    except Exception:  # noqa: BLE001  # each server has its own errors for a broken chunk or a client gone
        raise Malformed("the body broke off") from None
    if left == 0:
        raise TooLarge("the body is longer than 64 KB")
    return b"".join(pieces)


def _refusal(error: Refused | TryAgain) -> Response:
    if isinstance(error, Refused):
        return _text(str(error), error.status)
    return _text("the database is away, please send again", 503)


def _text(body: str, status: int = 200) -> Response:
    headers = {"X-Content-Type-Options": "nosniff"}  # an echostr is a stranger's text
    return Response(body, status=status, mimetype="text/plain", headers=headers)
