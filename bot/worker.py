"""The worker: drains the outbox in its own loop; APScheduler wakes the desks up at their times.

What is due stands in the database, so any number of workers may run and a killed one loses nothing.
"""

from __future__ import annotations

import random
import signal
import threading
from collections.abc import Callable, Mapping
from datetime import datetime

import sqlalchemy as sa
import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from bot import metrics
from bot.clock import utc_now
from bot.conversation import context
from bot.logs import where
from bot.outbox import desk as outbox
from bot.outbox.item import Item, Kind, Outcome
from bot.serve import leave_with_parent
from bot.tables import Stale
from bot.wiring import House

IDLE_SECONDS = 2.0

log = structlog.get_logger()

Handler = Callable[[Item], tuple[Outcome, str]]


class Worker:
    """Claims what is due, hands it to its kind's handler with no transaction open, settles it."""

    def __init__(
        self,
        engine: sa.Engine,
        handlers: Mapping[Kind, Handler],
        *,
        now: Callable[[], datetime],
        jitter: Callable[[], float],
    ) -> None:
        self._engine = engine
        self._handlers = dict(handlers)
        self._now = now
        self._jitter = jitter

    def run_once(self) -> int:
        """One round; returns how many items were settled."""
        if not self._handlers:
            return 0
        with self._engine.begin() as conn:
            items = outbox.claim(conn, list(self._handlers), now=self._now())
        return sum(self._carry(item) for item in items)

    def _carry(self, item: Item) -> int:
        try:
            outcome, detail = self._handlers[item.kind](item)
        except Exception as error:
            log.error("handler failed", kind=item.kind, error=type(error).__name__, where=where(error))
            outcome, detail = Outcome.RETRY, type(error).__name__
        try:
            with self._engine.begin() as conn:
                outbox.settle(conn, item, outcome, detail=detail, jitter=self._jitter(), now=self._now())
        except Stale:
            log.warning("lease lost", kind=item.kind, item=item.id)
            return 0
        metrics.outbox_settled.labels(item.kind, outcome).inc()
        return 1


def tick(engine: sa.Engine, now: datetime) -> int:
    """What has to be done from time to time: contexts that expired go. Returns how many did."""
    with engine.begin() as conn:
        for kind, count in outbox.waiting(conn).items():
            metrics.outbox_waiting.labels(kind).set(count)
        return context.sweep(conn, now=now)


def run(house: House) -> None:
    """Work until SIGTERM or SIGINT, or until the supervisor is gone."""
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    leave_with_parent(stop.set)
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_job(lambda: tick(house.engine, utc_now()), "interval", minutes=1, coalesce=True, max_instances=1)
    scheduler.start()
    worker = Worker(house.engine, house.handlers(), now=utc_now, jitter=random.random)
    log.info("worker ready", kinds=sorted(house.handlers()))
    try:
        while not stop.is_set():
            if _round(worker) == 0:
                stop.wait(IDLE_SECONDS)
    finally:
        scheduler.shutdown(wait=True)


def _round(worker: Worker) -> int:
    """One round that outlives a database that is away for a while."""
    try:
        return worker.run_once()
    except sa.exc.DBAPIError as error:
        log.warning("database away", cause=type(error).__name__)
        return 0
