"""gunicorn's settings for the servers that are compared: warnings only, and an end with the benchmark."""

from __future__ import annotations

import os
import signal
from typing import Any

from bot.parent import leave_with_parent

loglevel = "warning"


def when_ready(_server: Any) -> None:
    """A benchmark that was killed must not leave servers behind."""
    leave_with_parent(lambda: os.kill(os.getpid(), signal.SIGTERM))
