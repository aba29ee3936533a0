"""From a decision to words: each step calls its story or desk, inside the message's transaction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from bot import metrics
from bot.clock import local
from bot.conversation import news, wording
from bot.conversation.context import NONE, Context, Waiting
from bot.conversation.decision import (
    Acknowledge,
    Confide,
    Decision,
    FileQuestion,
    Forget,
    GiveFirstAid,
    JudgeNeed,
    KeepMedia,
    LiveAt,
    Obey,
    OfferChoices,
    OpenNeed,
    PlaceNeed,
    ReportClaim,
    SettleAt,
    TellArticle,
    Welcome,
    WorkOnTask,
)
from bot.conversation.obey import erase, obey
from bot.conversation.tell import file_question, filed, tell_article
from bot.conversation.turn import Turn
from bot.stories.ask_a_person import show_a_person
from bot.stories.confide import confide
from bot.stories.current import Current
from bot.stories.find_place import Spot, find_place
from bot.stories.judge_need import judge_need
from bot.stories.open_need import open_need
from bot.stories.raise_alarm import raise_alarm
from bot.stories.settle_resident import settle_resident, settle_where_said
from bot.stories.take_task import take_task
from bot.stories.tell_residents import said_of
from community.areas import desk as areas
from community.needs import desk as needs
from community.needs.desk import Report
from community.needs.need import Answer
from community.rumours import desk as rumours
from community.rumours.desk import Claim
from nlp.emergency import Emergency
from nlp.places import Place


def perform(turn: Turn, decision: Decision) -> str:
    """Do every step, in order; returns what is said."""
    said = [_PERFORM[type(step)](turn, step) for step in decision.steps]
    return _joined([text for text in said if text])


def first_aid(emergency: Emergency, current: Current, *, number: str | None, now: datetime) -> str:
    """The reply to an emergency. Works without a database: `number` is None when nothing could be kept."""
    told = current.told(emergency.slug, today=local(now).date())
    lines = [wording.call_first(emergency.call)]
    if told:
        lines.append(told.text.strip())
    lines.append(wording.alarm_state(number, current.facts, now))
    if told:
        lines.append(told.source)
    return "\n".join(lines)


def _joined(texts: Sequence[str]) -> str:
    """All that fits into one reply; the first always does."""
    reply = texts[0] if texts else ""
    for text in texts[1:]:
        longer = f"{reply}\n\n{text}"
        if wording.fits(longer):
            reply = longer
    return reply


def _give_first_aid(turn: Turn, step: GiveFirstAid) -> str:
    metrics.emergencies.labels(step.emergency.kind).inc()
    spot = _spot(turn, step.places)
    need = raise_alarm(turn.conn, _report(turn, step.category, "emergency", step.text, spot), now=turn.now)
    if not spot.known:
        turn.awaited = Context(Waiting.PLACE, (need.id,))
    return first_aid(step.emergency, turn.current, number=need.number, now=turn.now)


def _open_need(turn: Turn, step: OpenNeed) -> str:
    spot = _spot(turn, step.places)
    report = _report(turn, step.category, step.urgency, step.text, spot)
    told = open_need(turn.conn, report, alike=turn.setting.alike, now=turn.now)
    place = areas.name(turn.conn, spot.area_code)
    if told.joined:
        metrics.needs_joined.labels(step.category).inc()
        building = areas.name(turn.conn, spot.building) if spot.building else place
        return wording.need_joined(told.need.number, step.category, households=told.need.households, place=building)
    metrics.needs_opened.labels(step.category).inc()
    if not spot.known:
        turn.awaited = Context(Waiting.PLACE, (told.need.id,))
    return wording.need_opened(
        told.need.number,
        step.category,
        urgency=step.urgency,
        place=place,
        facts=turn.current.facts,
        now=turn.now,
    )


def _confide(turn: Turn, step: Confide) -> str:
    """No place is asked for and nothing is joined: whoever brings it to the police asks what they need."""
    report = _report(turn, "security", step.urgency, step.text, _spot(turn, step.places))
    return wording.confided(confide(turn.conn, report, now=turn.now).number, turn.current.facts)


def _report_claim(turn: Turn, step: ReportClaim) -> str:
    claim = Claim(step.text, step.harm, turn.resident.area_code, turn.resident.id, turn.message_id)
    reported = rumours.report(turn.conn, claim, match=turn.setting.match, now=turn.now)
    metrics.claims_reported.labels("known" if reported.known else "new").inc()
    if reported.correction is not None:
        return wording.claim_known(reported.rumour.number, said_of(reported.correction))
    told = [turn.current.told(slug, today=turn.today) for slug in step.read_meanwhile]
    title = told[0].title if told and told[0] else ""
    if title:
        turn.awaited = Context(Waiting.CHOICE, step.read_meanwhile)
    return wording.claim_reported(reported.rumour.number, known=reported.known, title=title)


def _offer_choices(turn: Turn, step: OfferChoices) -> str:
    told = [turn.current.told(slug, today=turn.today) for slug in step.slugs]
    offered = [article for article in told if article]
    if not offered:
        return file_question(turn, turn.incoming.text)
    turn.awaited = Context(Waiting.CHOICE, tuple(article.slug for article in offered))
    return wording.choices([article.title for article in offered])


def _keep_media(turn: Turn, step: KeepMedia) -> str:
    number = show_a_person(
        turn.conn,
        f"[{step.kind}]",
        resident=turn.resident,
        message_id=turn.message_id,
        media_id=turn.incoming.media_id,
        now=turn.now,
    )
    return wording.media_kept(step.kind, number)


def _place_need(turn: Turn, step: PlaceNeed) -> str:
    spot = _spot(turn, step.places)
    need = needs.place(turn.conn, step.need_id, area_code=spot.area_code, now=turn.now)
    place = areas.name(turn.conn, spot.area_code)
    return wording.placed(need.number, place) if place else wording.place_unknown(need.number)


def _judge_need(turn: Turn, step: JudgeNeed) -> str:
    need = judge_need(turn.conn, turn.resident.id, step.answer, number=step.number, now=turn.now)
    if need is None:
        return news.NOTHING_TO_JUDGE
    return news.need_closed(need.number) if step.answer is Answer.SOLVED else news.need_reopened(need.number)


def _settle_at(turn: Turn, step: SettleAt) -> str:
    place = settle_resident(turn.conn, turn.resident, scene=step.scene)
    if step.welcome:
        return _welcomed(turn, place or "")
    turn.awaited = NONE if place else Context(Waiting.HOME)
    return wording.settled(place) if place else wording.UNKNOWN_CODE


def _welcome(turn: Turn, _step: Welcome) -> str:
    return _welcomed(turn, "")


def _welcomed(turn: Turn, place: str) -> str:
    turn.awaited = Context(Waiting.MENU if place else Waiting.HOME)
    return wording.welcome(turn.current.facts.get("community_name", "社区"), place=place)


def _live_at(turn: Turn, step: LiveAt) -> str:
    place = settle_where_said(turn.conn, turn.resident, places=step.places, branch=turn.setting.branch)
    turn.awaited = NONE if place else Context(Waiting.HOME)
    return wording.settled(place) if place else wording.UNKNOWN_HOME


def _acknowledge(turn: Turn, step: Acknowledge) -> str:
    number = filed(turn, step.text) if step.intent in {"suggestion", "offer"} else None
    return wording.acknowledged(step.intent, number)


def _work_on_task(turn: Turn, step: WorkOnTask) -> str:
    said = step.said
    outcome = take_task(turn.conn, turn.resident.id, said.verb, number=said.number, minutes=said.minutes, now=turn.now)
    return wording.task_outcome(outcome)


def _forget(turn: Turn, _step: Forget) -> str:
    erase(turn)
    return ""


def _obey(turn: Turn, step: Obey) -> str:
    return obey(turn, step.command)


_PERFORM: dict[type, Callable[[Turn, Any], str]] = {
    GiveFirstAid: _give_first_aid,
    OpenNeed: _open_need,
    Confide: _confide,
    ReportClaim: _report_claim,
    TellArticle: lambda turn, step: tell_article(turn, step.slug),
    OfferChoices: _offer_choices,
    FileQuestion: lambda turn, step: file_question(turn, step.text),
    KeepMedia: _keep_media,
    PlaceNeed: _place_need,
    JudgeNeed: _judge_need,
    SettleAt: _settle_at,
    LiveAt: _live_at,
    Obey: _obey,
    WorkOnTask: _work_on_task,
    Acknowledge: _acknowledge,
    Welcome: _welcome,
    Forget: _forget,
}


def _spot(turn: Turn, places: Sequence[Place]) -> Spot:
    return find_place(turn.conn, places, home=turn.resident.area_code, branch=turn.setting.branch)


def _report(turn: Turn, category: str, urgency: str, text: str, spot: Spot) -> Report:
    return Report(
        category=category,
        urgency=urgency,
        text=text,
        area_code=spot.area_code,
        building=spot.building,
        resident_id=turn.resident.id,
        message_id=turn.message_id,
    )
