"""A process that lives no longer than the one that started it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable


def leave_with_parent(end: Callable[[], None]) -> None:
    """Call `end` once this process has lost the parent it was started by (killed without a word)."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        end()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
