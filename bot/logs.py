"""Structured logs on standard error. No message text and no openid ever stands in one."""

from __future__ import annotations

import hashlib
import logging
import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

# Keys that would carry what a resident wrote or who they are. A test walks the program's log calls.
FORBIDDEN = frozenset({"text", "openid", "sender", "reply", "body", "token", "secret", "phone"})


def configure(*, form: str, level: str) -> None:
    """Set structlog and the standard library's logging to one format: `json` or `console`."""
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False) if form == "json" else structlog.dev.ConsoleRenderer()
    )
    shared: list[Any] = [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _withhold,
    ]
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for chatty in ("alembic", "apscheduler", "urllib3"):  # urllib3's debug lines would hold access tokens
        logging.getLogger(chatty).setLevel(logging.WARNING)


def where(error: BaseException) -> str:
    """File and line where it was raised. The exception's own text may hold a resident's words."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "?"


def pseudonym(sender: str) -> str:
    """A short name for a sender that tells nothing outside this log: first 10 hex digits of SHA-256."""
    return hashlib.sha256(sender.encode()).hexdigest()[:10]


def _withhold(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The last guard: a forbidden key is logged by its length only."""
    for key in FORBIDDEN & event.keys():
        event[key] = f"<{len(str(event[key]))} characters>"
    return event
