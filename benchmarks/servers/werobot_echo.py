"""The same echo on WeRoBot as its documentation shows it: default SQLite sessions, its own WSGI app."""

from __future__ import annotations

from typing import Any

import werobot

from benchmarks.servers.account import ADDRESS, account

robot = werobot.WeRoBot(token=account("plain").token)


@robot.text
def echo(message: Any, session: Any) -> str:
    """The sender's words; the session counts them, so that there is something to keep."""
    session["count"] = session.get("count", 0) + 1
    text: str = message.content
    return text


_wsgi = robot.wsgi


def app(environ: dict[str, Any], start_response: Any) -> Any:
    """WeRoBot under our address: it serves every path, and has none that tells it is ready."""
    if environ["PATH_INFO"] != ADDRESS:
        start_response("200 OK", [("Content-Length", "0")])
        return []
    return _wsgi(environ, start_response)
