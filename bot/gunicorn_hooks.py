"""What gunicorn calls in its own processes: end with the supervisor, and count metrics right."""

from __future__ import annotations

import os
import signal
from typing import Any

from prometheus_client import multiprocess

from bot.metrics import MULTIPROCESS_FOLDER
from bot.parent import leave_with_parent

loglevel = "warning"


def when_ready(_server: Any) -> None:
    """In gunicorn's own process: if the supervisor was killed, nobody else would end it."""
    leave_with_parent(lambda: os.kill(os.getpid(), signal.SIGTERM))


def child_exit(_server: Any, worker: Any) -> None:
    """A web process ended: its live gauges no longer count."""
    if os.environ.get(MULTIPROCESS_FOLDER):
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
