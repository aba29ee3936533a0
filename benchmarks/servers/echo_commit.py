"""The echo that also keeps every message: one row, one durable commit, nothing else.

As fast as we know to write it without gathering commits: sqlite3 itself, one open connection for a
process, and a lock around it, so that threads do not wait for each other in SQLite's busy handler.
"""

from __future__ import annotations

import os
import sqlite3
import threading

from benchmarks.servers.account import DATABASE
from benchmarks.servers.echo import create_app

_connection = sqlite3.connect(os.environ[DATABASE], timeout=30, check_same_thread=False, isolation_level=None)
for _statement in (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",
    "CREATE TABLE IF NOT EXISTS message (key TEXT PRIMARY KEY, sender TEXT, body TEXT)",
):
    _connection.execute(_statement)
_one_at_a_time = threading.Lock()


def _keep(key: str, sender: str, text: str) -> None:
    with _one_at_a_time:  # outside a transaction each statement is one, committed when it returns
        _connection.execute("INSERT OR IGNORE INTO message VALUES (?, ?, ?)", (key, sender, text))


app = create_app(_keep)
