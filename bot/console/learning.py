"""学习: what the program learned from colleagues' corrections, which version answers, and the way back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from flask import url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bot.console import words
from bot.console.guards import ADMINS, SIGNED_IN, Route
from bot.console.visit import Names, Visit
from bot.inbox import desk as inbox
from bot.learning import desk as learning
from bot.learning.training import AlreadyRunning, Status, Training
from bot.privacy import mask
from bot.stories.learn import lesson
from community.staff import desk as staff
from knowledge_base import desk as knowledge
from knowledge_base.desk import MODEL
from nlp import artefact
from nlp.figures import FIGURES, Figure

PATIENCE = timedelta(minutes=2)  # a worker asks every ten seconds
EXCERPT = 40
NOW = "console.learning-show"
_FIGURES = {figure.name: figure for figure in FIGURES}
ENDED: Mapping[str, tuple[str, str]] = {
    Status.USED: ("换上了", "good"),
    Status.HELD: ("学好了，等人来换", "soon"),
    Status.WORSE: ("没有换，有数字变差", "soon"),
    Status.NOTHING: ("没有新的改动可学", ""),
    Status.FAILED: ("没学成", "soon"),
}


@dataclass(frozen=True)
class Version:
    """A model that could answer: where it came from, what it was worth."""

    hash: str
    came_at: datetime
    training: Training | None  # None for one that came with the program
    figures: Sequence[tuple[str, str]]  # (name, value)
    in_use: bool


def show(visit: Visit) -> ResponseReturnValue:
    """What is being learned, which version answers, what came of the trainings."""
    with visit.reading() as conn:
        told = lesson(conn)
        unclear = inbox.messages(conn, visit.branch, [read.id for read in told.unclear])
        using = knowledge.in_use_by(conn, MODEL)
        open_one, ended = learning.current(conn), learning.ended(conn)
        versions = _versions(conn, using[0] if using else "")
        names = Names(conn)
        people = {one: names.who(one) for one in _people(open_one, ended, versions, using)}
    return visit.page("learning.html", place="more", told=told, unclear=unclear, using=using, open_one=open_one,
                      ended=ended, versions=versions, people=people, state=_state(open_one, visit.now), outcomes=ENDED,
                      fallen=fallen, refused=visit.desk.refused_model(), excerpt=_excerpt)  # fmt: skip


def detail(visit: Visit, training_id: str) -> ResponseReturnValue:
    """One training: figures side by side, and what came out differently."""
    with visit.reading() as conn:
        training = learning.get(conn, training_id)
        if training is None or training.ended_at is None:
            raise NotFound
        report = training.report or {}
        examples = inbox.messages(conn, visit.branch, report.get("examples", []))
        who = Names(conn).who(training.asked_by)
    figures = [(_FIGURES[one["name"]].chinese, one, verdict(one)) for one in _known(report)]
    return visit.page("training.html", place="more", one=training, who=who, report=report, figures=figures,
                      outcome=ENDED[training.status], fallen=fallen(training), examples=examples, percent=percent,
                      labels=words.LABELS, excerpt=_excerpt)  # fmt: skip


def ask(visit: Visit) -> ResponseReturnValue:
    """Learn now, not on Monday night."""
    visit.require_whole()

    def do(conn: sa.Connection) -> str:
        try:
            learning.ask(conn, by=visit.account.id, now=visit.now)
        except AlreadyRunning:
            return "已经在学了，学完这里会写结果。"
        staff.record(conn, "training-asked", actor=visit.account.id, subject="", now=visit.now)
        return "排上了，十几秒后开始，一般两三分钟学完。刷新这一页看结果。"

    return visit.attempt(do, back=url_for(NOW))


def use(visit: Visit, model: str) -> ResponseReturnValue:
    """Go back to an older version, or take one that waits for a person."""
    visit.require_whole()

    def do(conn: sa.Connection) -> str:
        try:
            artefact.unpack(knowledge.artefact(conn, model))
            knowledge.use_artefact(conn, MODEL, model, by=visit.account.id, now=visit.now)
        except knowledge.NoSuchArtefact:
            raise NotFound from None
        except artefact.DamagedModel:
            return "没有换：那一版是旧格式，现在的程序读不了。"
        staff.record(conn, "model-used", actor=visit.account.id, subject="", now=visit.now, model=model[:12])
        return "换好了。十几秒后，新来的话就用这一版判断。"

    return visit.attempt(do, back=url_for(NOW))


def _state(training: Training | None, now: datetime) -> tuple[str, str]:
    """(sentence, weight): what is going on, told as it is."""
    if training is None:
        return "后台任务还没有来过。它开着的话，几秒后这里会写下次什么时候学。", "soon"
    if training.status is Status.WAITING and training.due_at > now:
        return f"下次自动学：{words.on_the_wall(training.due_at, now)}。", ""
    if training.status is Status.WAITING:
        if now - training.due_at > PATIENCE:
            return "排上了，可后台任务一直没来接。请维护的人看看它开着没有。", "soon"
        return "排上了，马上开始。", "good"
    began = training.started_at or now
    if training.is_due(now):
        return "正在学的后台任务断了，没有消息。原来的模型照常用着，会自动重学。", "soon"
    again = f"这是第 {training.attempts} 次，前面的断了。" if training.attempts > 1 else ""
    return f"正在学，已经 {words.lasting(began, now)}，一般两三分钟。原来的模型照常用着。{again}", "good"


def _versions(conn: sa.Connection, using: str) -> list[Version]:
    """Every model that is kept, newest first."""
    trainings = learning.by_model(conn)
    newest = next((one.report for one in learning.ended(conn) if one.report), None)
    found = []
    for name, came_at in knowledge.artefacts(conn, MODEL):
        training = trainings.get(name)
        side, report = ("after", training.report) if training else ("before", newest)
        found.append(Version(name, came_at, training, _values(report, side), name == using))
    return found


def _values(report: Mapping[str, Any] | None, side: str) -> list[tuple[str, str]]:
    return [(_FIGURES[one["name"]].chinese, percent(one[side])) for one in _known(report or {})]


def _known(report: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The figures of a report that this version of the program knows by name."""
    return [one for one in report.get("figures", []) if one["name"] in _FIGURES]


def fallen(training: Training) -> str:
    """The names of the figures that fell beyond noise, in Chinese; "" for none."""
    return "、".join(_FIGURES[one["name"]].chinese for one in _known(training.report or {}) if one["falls"])


def verdict(change: Mapping[str, Any]) -> tuple[str, str]:
    """(words, weight) of one figure's change."""
    figure: Figure = _FIGURES[change["name"]]
    points = round(100 * (change["after"] - change["before"]), 1)
    if not points:
        return "一样", ""
    better = (points > 0) == figure.higher_is_better
    moved = f"{'多' if points > 0 else '少'}了 {abs(points):.1f} 个百分点"
    if change["falls"]:
        return f"{moved}，变差了，不是碰巧", "soon"
    return f"{moved}，{'好一点' if better else '差一点，可能是碰巧'}", "good" if better else ""


def percent(value: float) -> str:
    """0.8963 as 89.6%."""
    return f"{100 * value:.1f}%"


def _excerpt(text: str) -> str:
    """The beginning of somebody's message, masked."""
    hidden = mask(text)
    return hidden if len(hidden) <= EXCERPT else f"{hidden[:EXCERPT]}……"


def _people(
    open_one: Training | None,
    ended: Sequence[Training],
    versions: Sequence[Version],
    using: tuple[str, datetime, str] | None,
) -> set[str]:
    trainings = [*ended, *(one.training for one in versions if one.training), *([open_one] if open_one else [])]
    return {one.asked_by for one in trainings} | ({using[2]} if using else set())


ROUTES = (
    Route("/learning", show, SIGNED_IN),
    Route("/learning/now", ask, ADMINS, ("POST",)),
    Route("/learning/use/<model>", use, ADMINS, ("POST",)),
    Route("/learning/<training_id>", detail, SIGNED_IN),
)
