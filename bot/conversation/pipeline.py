"""The five-second path: from one incoming message to its reply, once.

Danger is looked for before anything else. The message is analysed outside the transaction; then one
transaction writes it under its key, does what is decided and remembers the reply, so that a single
disk flush makes all of it durable before anything is promised. A repeat meets the key and gets the
remembered reply, on any node and after a restart.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog

from bot import metrics
from bot.clock import local
from bot.conversation import context, wording
from bot.conversation.decision import Decision
from bot.conversation.perform import Turn, first_aid, perform
from bot.conversation.routing import decide
from bot.inbox import desk as inbox
from bot.inbox.desk import Answered
from bot.inbox.message import Incoming, Kind
from bot.logs import where
from bot.outbox import desk as outbox
from bot.stories.ask_a_person import ask_a_person
from bot.stories.current import Current
from community.residents import desk as residents
from community.residents.resident import Resident
from community.rumours.desk import Match
from nlp import emergency as danger
from nlp.analysis import Analysis
from nlp.emergency import Emergency

log = structlog.get_logger()


class TryAgain(Exception):
    """The database is away: the platform shall send the message again (503)."""


@dataclass(frozen=True)
class Pipeline:
    """Answers messages of any channel. All that it depends on is handed in."""

    write: Callable[[Callable[[sa.Connection], str]], str]
    unavailable: type[Exception]  # what `write` raises when the database does not answer
    current: Callable[[], Current]
    alike: Callable[[str, str], float]
    match: Match
    now: Callable[[], datetime]
    branch: str
    public_url: str

    def answer(self, incoming: Incoming) -> str:
        """The reply to one message; empty where the channel expects none (a resident who left).

        Raises TryAgain when the database is away, except in an emergency: that is answered all the
        same, saying that nothing could be recorded.
        """
        if incoming.kind is Kind.NOTICE:
            return ""
        at_once = danger.check(incoming.text) if incoming.text else None
        try:
            return self._answer(incoming)
        except self.unavailable as error:
            metrics.fallbacks.labels("database").inc()
            log.warning("database away", cause=str(error), emergency=at_once is not None)
            if at_once is None:
                raise TryAgain from error
            return self._without_database(at_once)
        except Exception as error:
            metrics.fallbacks.labels(type(error).__name__).inc()
            log.error("the walk failed", error=type(error).__name__, where=where(error), kind=incoming.kind)
            return self._kept_for_a_person(incoming, at_once)

    def _answer(self, incoming: Incoming) -> str:
        now = self.now()
        current = self.current()
        analysis = current.analyser.analyse(incoming.text) if incoming.text.strip() else _nothing(incoming, current)

        def look_up(text: str) -> Any:
            return current.look_up(text, today=local(now).date())

        def work(conn: sa.Connection) -> str:
            message_id = inbox.admit(conn, incoming, now=now)
            if message_id is None:
                return inbox.reply_to(conn, incoming.key) or ""
            resident = _resident(conn, incoming, now=now)
            awaited = context.recall(conn, resident.id, now=now)
            decision = decide(incoming, analysis, awaited, look_up)
            turn = self._turn(conn, incoming, resident, message_id, current, now)
            reply = _with_news(turn, perform(turn, decision))
            _remember(turn, decision, analysis, reply, before=awaited)
            return reply

        return self.write(work)

    def _turn(
        self,
        conn: sa.Connection,
        incoming: Incoming,
        resident: Resident,
        message_id: str,
        current: Current,
        now: datetime,
    ) -> Turn:
        return Turn(
            conn=conn,
            incoming=incoming,
            message_id=message_id,
            resident=resident,
            current=current,
            branch=self.branch,
            public_url=self.public_url,
            alike=self.alike,
            match=self.match,
            now=now,
        )

    def _without_database(self, emergency: Emergency) -> str:
        metrics.emergencies.labels(emergency.kind).inc()
        return first_aid(emergency, self.current(), number=None, now=self.now())

    def _kept_for_a_person(self, incoming: Incoming, at_once: Emergency | None) -> str:
        """A fault of ours must not lose the message: it is kept, and a person gets it."""
        now = self.now()
        facts = self.current().facts

        def work(conn: sa.Connection) -> str:
            message_id = inbox.admit(conn, incoming, now=now)
            if message_id is None:
                return inbox.reply_to(conn, incoming.key) or ""
            resident = _resident(conn, incoming, now=now)
            number = ask_a_person(conn, incoming.text, resident=resident, message_id=message_id, now=now)
            reply = wording.question_filed(number, facts, now)
            inbox.remember(conn, message_id, Answered("fallback", reply, resident.id, resident.area_code))
            return reply

        if at_once is not None:
            return self._without_database(at_once)
        try:
            return self.write(work)
        except self.unavailable as error:
            raise TryAgain from error


def _nothing(incoming: Incoming, current: Current) -> Analysis | None:
    """A text of blanks is analysed as such (it gets the menu); a picture or a voice has nothing to analyse."""
    return current.analyser.analyse("") if incoming.kind is Kind.TEXT else None


def _resident(conn: sa.Connection, incoming: Incoming, *, now: datetime) -> Resident:
    return residents.meet(conn, channel=incoming.channel, app=incoming.app, openid=incoming.sender, now=now)


def _with_news(turn: Turn, reply: str) -> str:
    """News that waited for the resident comes with this reply, as long as both fit."""
    if turn.incoming.is_event:
        return reply
    news = outbox.take_news(turn.conn, turn.resident.id, now=turn.now)
    return wording.with_news(reply, news) if news else reply


def _remember(
    turn: Turn, decision: Decision, analysis: Analysis | None, reply: str, *, before: context.Context
) -> None:
    metrics.messages.labels(turn.incoming.kind, decision.said).inc()
    whose = turn.resident.id if not turn.erased else None
    summary = _summary(analysis) if analysis and not turn.erased else None
    answered = Answered(decision.said, reply, whose, turn.resident.area_code, summary)
    inbox.remember(turn.conn, turn.message_id, answered)
    if turn.awaited != before and not turn.erased:
        context.keep(turn.conn, turn.resident.id, turn.awaited, now=turn.now)


def _summary(analysis: Analysis) -> Mapping[str, Any]:
    """What the ledger keeps of an analysis: labels and the words that spoke for them."""
    return {
        "emergency": analysis.emergency.kind if analysis.emergency else None,
        "intent": [analysis.intent.value, round(analysis.intent.score, 3)],
        "need": [analysis.need.value, round(analysis.need.score, 3)],
        "urgency": analysis.urgency,
        "claim": [analysis.claim, round(analysis.claim_score, 3)],
        "parts": len(analysis.parts),
        "reasons": list(analysis.reasons),
    }
