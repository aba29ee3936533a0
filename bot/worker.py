"""The worker: drains the outbox in its own loop; APScheduler wakes the desks up at their times.

What is due stands in the database, so any number of workers may run and a killed one loses nothing.
"""

from __future__ import annotations

import logging
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
from bot.outbox.item import Item, Kind, Outcome, Result
from bot.parent import leave_with_parent
from bot.storage.engine import overwrite_journal
from bot.stories.authority import may_approve
from bot.stories.learn import learn_due
from bot.stories.send_broadcast import send_due
from bot.stories.tell_residents import tell_due
from bot.tables import Stale
from bot.wiring import House
from community.linkage import desk as linkage
from community.needs import desk as needs
from community.rumours import desk as rumours

IDLE_SECONDS = 1.0
PUBLISH_SECONDS = 5.0
AT_ONCE = 5  # few: all of them have to be carried within one lease
THREADS = 4  # a push waits for WeChat's answer: one alone would take 50 minutes for 15,000 people

log = structlog.get_logger()

Handler = Callable[[Item], Result]


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
            items = outbox.claim(conn, list(self._handlers), now=self._now(), limit=AT_ONCE)
        return sum(self._carry(item) for item in items)

    def _carry(self, item: Item) -> int:
        try:
            result = self._handlers[item.kind](item)
        except Exception as error:
            log.error("handler failed", kind=item.kind, error=type(error).__name__, where=where(error))
            result = Result(Outcome.RETRY, type(error).__name__)
        try:
            with self._engine.begin() as conn:
                outbox.settle(
                    conn,
                    item,
                    result.outcome,
                    detail=result.detail,
                    due_at=result.due_at,
                    jitter=self._jitter(),
                    now=self._now(),
                )
        except Stale:
            log.warning("lease lost", kind=item.kind, item=item.id)
            return 0
        metrics.outbox_settled.labels(item.kind, result.outcome).inc()
        return 1


def tick(engine: sa.Engine, now: datetime) -> int:
    """What has to be done from time to time, each in its own short transaction; returns how many things were.

    Contexts that expired go, resolved needs close by silence, old rumours forget who asked, leases of
    tasks lapse, and whoever asked about a corrected rumour is told. All of it is idempotent.
    """
    chores: tuple[Callable[[sa.Connection], int], ...] = (
        _count_waiting,
        lambda conn: context.sweep(conn, now=now),
        lambda conn: needs.close_lapsed(conn, now=now),
        lambda conn: rumours.close_old(conn, now=now),
        lambda conn: linkage.lapse(conn, now=now),
        lambda conn: tell_due(conn, now=now),
    )
    done = 0
    for chore in chores:
        with engine.begin() as conn:
            done += chore(conn)
    overwrite_journal(engine)
    return done


def _count_waiting(conn: sa.Connection) -> int:
    for kind, count in outbox.waiting(conn).items():
        metrics.outbox_waiting.labels(kind).set(count)
    return 0


def run(house: House) -> None:
    """Work until SIGTERM or SIGINT, or until the supervisor is gone."""
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    leave_with_parent(stop.set)
    scheduler = BackgroundScheduler(timezone="UTC")
    every = {"coalesce": True, "max_instances": 1}
    scheduler.add_job(lambda: tick(house.engine, utc_now()), "interval", seconds=30, **every)
    scheduler.add_job(
        lambda: send_due(house.engine, may_approve=may_approve, now=utc_now), "interval", seconds=5, **every
    )
    scheduler.add_job(lambda: study(house, stop), "interval", seconds=10, **every)
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)  # a training outlasts its tick on purpose
    scheduler.start()
    worker = Worker(house.engine, house.carrying.handlers, now=utc_now, jitter=random.random)
    log.info("worker ready", kinds=sorted(house.carrying.handlers))
    threads = [threading.Thread(target=_drain, args=(worker, stop), name=f"carry-{n}") for n in range(THREADS)]
    threads.append(threading.Thread(target=_publish, args=(house, stop), name="publish"))
    for thread in threads:
        thread.start()
    stop.wait()
    for thread in threads:
        thread.join()
    scheduler.shutdown(wait=True)


def study(house: House, stop: threading.Event) -> None:
    """Do the training that is due, if one is; a fault of ours leaves it to be taken up again."""
    try:
        learn_due(house.engine, teacher=house.teacher, stop=stop, now=utc_now)
    except Exception as error:
        log.error("not learned", error=type(error).__name__, where=where(error))


def _drain(worker: Worker, stop: threading.Event) -> None:
    """Round after round; a database that is away for a while is outlived."""
    while not stop.is_set():
        try:
            settled = worker.run_once()
        except sa.exc.DBAPIError as error:
            log.warning("database away", cause=type(error).__name__)
            settled = 0
        if settled == 0:
            stop.wait(IDLE_SECONDS)


def _publish(house: House, stop: threading.Event) -> None:
    """Look after the next snapshot: the building is a process of its own and ends with this one."""
    while not stop.wait(PUBLISH_SECONDS):
        try:
            house.publish_due(stopping=stop.is_set)
        except Exception as error:
            log.warning("not published", error=type(error).__name__, where=where(error))
