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
from functools import cache
from typing import Any

import sqlalchemy as sa
import structlog

from bot import metrics
from bot.clock import local
from bot.conversation import context, wording
from bot.conversation.decision import Decision, GiveFirstAid
from bot.conversation.perform import first_aid, perform
from bot.conversation.routing import decide
from bot.conversation.turn import Setting, Turn
from bot.inbox import desk as inbox
from bot.inbox.desk import Answered
from bot.inbox.message import Incoming, Kind
from bot.logs import where
from bot.outbox import desk as outbox
from bot.stories.ask_a_person import ask_a_person
from bot.stories.current import Current
from community.residents import desk as residents
from community.residents.resident import Resident
from nlp import emergency as rules
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
    setting: Setting
    now: Callable[[], datetime]

    def answer(self, incoming: Incoming) -> str:
        """The reply to one message; empty where the channel expects none (a resident who left).

        Raises TryAgain when the database is away, except in an emergency: that is answered all the
        same, saying that nothing could be recorded.
        """
        if incoming.kind is Kind.NOTICE:
            return ""
        try:
            return self.write(self._walk(incoming))
        except self.unavailable as error:
            metrics.fallbacks.labels("database").inc()
            return self._without_database(incoming, error)
        except Exception as error:
            metrics.fallbacks.labels(type(error).__name__).inc()
            log.error("the walk failed", error=type(error).__name__, where=where(error), kind=incoming.kind)
            return self._after_a_fault(incoming)

    def _walk(self, incoming: Incoming) -> Callable[[sa.Connection], str]:
        """Everything that needs no database is done here; what is returned is the transaction."""
        now = self.now()
        current = self.current()
        analysis = _analysis(incoming, current)
        today = local(now).date()
        look_up = cache(lambda text: current.look_up(text, today=today))
        # Deciding is pure: done once here, so that what is looked up is known before the writer's turn.
        decide(incoming, analysis, context.NONE, look_up)

        def work(conn: sa.Connection) -> str:
            message_id = inbox.admit(conn, incoming, now=now)
            if message_id is None:
                return inbox.reply_to(conn, incoming.key) or ""
            resident = _resident(conn, incoming, now=now)
            awaited = context.recall(conn, resident.id, now=now)
            decision = decide(incoming, analysis, awaited, look_up)
            turn = Turn(conn, incoming, message_id, resident, current, self.setting, now)
            reply = _with_news(turn, decision, perform(turn, decision))
            _remember(turn, decision, analysis, reply, before=awaited)
            return reply

        return work

    def _without_database(self, incoming: Incoming, error: Exception) -> str:
        """First aid is said all the same; everything else is asked for again."""
        danger = self._danger(incoming.text)
        log.warning("database away", cause=str(error), emergency=danger is not None)
        if danger is None:
            raise TryAgain from error
        metrics.emergencies.labels(danger.kind).inc()
        return first_aid(danger, self.current(), number=None, now=self.now())

    def _after_a_fault(self, incoming: Incoming) -> str:
        """A fault of ours must not lose the message: it is kept, and a person gets it."""
        now = self.now()
        current = self.current()
        danger = self._danger(incoming.text)

        def work(conn: sa.Connection) -> str:
            message_id = inbox.admit(conn, incoming, now=now)
            if message_id is None:
                return inbox.reply_to(conn, incoming.key) or ""
            resident = _resident(conn, incoming, now=now)
            number = ask_a_person(conn, incoming.text, resident=resident, message_id=message_id, now=now)
            if danger:
                reply = first_aid(danger, current, number=number, now=now)
            else:
                reply = wording.question_filed(number, current.facts, now)
            inbox.remember(conn, message_id, Answered("fallback", reply, resident.id, resident.area_code))
            return reply

        try:
            return self.write(work)
        except Exception as error:
            return self._without_database(incoming, error)

    def _danger(self, text: str) -> Emergency | None:
        """Danger by everything that still works: the model too where it does, else the rules alone."""
        try:
            return self.current().analyser.analyse(text).emergency
        except Exception:
            return rules.check(text)


def _analysis(incoming: Incoming, current: Current) -> Analysis | None:
    """None for what holds no words of the resident: a picture, a voice, a place on the map (its text is
    the map's label). A text of blanks is one: it gets the menu.
    """
    if incoming.kind is Kind.TEXT or (incoming.text.strip() and incoming.kind is not Kind.LOCATION):
        return current.analyser.analyse(incoming.text)
    return None


def _resident(conn: sa.Connection, incoming: Incoming, *, now: datetime) -> Resident:
    return residents.meet(conn, channel=incoming.channel, app=incoming.app, openid=incoming.sender, now=now)


def _with_news(turn: Turn, decision: Decision, reply: str) -> str:
    """News that waited for the resident comes with this reply, as much as fits; never before first aid."""
    if turn.incoming.is_event or turn.erased or any(isinstance(step, GiveFirstAid) for step in decision.steps):
        return reply
    room = wording.MOST_BYTES - len(reply.encode())
    news = outbox.take_news(turn.conn, turn.resident.id, room=room, now=turn.now)
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
