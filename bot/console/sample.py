"""每日抽查: a few of yesterday's messages in which nothing was found; a person says whether that is right."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bot.clock import local
from bot.console import words
from bot.console.guards import READERS, Route
from bot.console.messages import may_read, theirs
from bot.console.visit import Names, Visit
from bot.inbox import desk as inbox
from bot.inbox.correction import NoChange
from bot.inbox.desk import Read
from bot.privacy import mask
from community.staff import desk as staff
from nlp.corpus import NEVER_A_NEED

SIZE = 10
RIGHT = "right"
MISSED = ("need", "claim", "urgency")  # what may have been missed; the values are those of words.LABELS


def today(now: datetime) -> datetime:
    """When the day began here."""
    return local(now).replace(hour=0, minute=0, second=0, microsecond=0)


def drawn(conn: sa.Connection, visit: Visit) -> list[Read]:
    """The sample: of yesterday, which is over, so that it stays the same all day and for everybody of the branch."""
    until = today(visit.now)
    since = until - timedelta(days=1)
    chance = Random(since.date().isoformat())  # noqa: S311 - everybody shall draw the same
    found = inbox.sample(conn, visit.branch, since=since, until=until, chance=chance, size=SIZE)
    return [one for one in found if may_read(visit, one)]


def waiting(conn: sa.Connection, visit: Visit) -> int:
    """How many of the sample nobody has looked at or corrected."""
    sample = drawn(conn, visit)
    return len(sample) - len(_seen(conn, sample))


def _seen(conn: sa.Connection, sample: list[Read]) -> set[str]:
    return inbox.looked_at(conn, [read.id for read in sample]) | {read.id for read in sample if read.corrections}


def show(visit: Visit) -> ResponseReturnValue:
    """The sample with a button for each answer, and what the week's looking has found."""
    monday = today(visit.now) - timedelta(days=local(visit.now).weekday())
    with visit.reading() as conn:
        sample = drawn(conn, visit)
        seen = _seen(conn, sample)
        names = Names(conn)
        rows = [(one, names.place(one.area_code), one.id in seen) for one in sample]
        looked, missed = inbox.looks(conn, visit.branch, since=monday)
    rows.sort(key=lambda row: row[2])
    return visit.page("sample.html", place="more", rows=rows, left=len(rows) - len(seen), looked=looked,
                      missed=missed, mask=mask)  # fmt: skip


def look(visit: Visit, message_id: str) -> ResponseReturnValue:
    """One click: nothing was missed, or what was."""
    field, _, became = request.form.get("found", "").partition("=")
    if field != RIGHT and not (field in MISSED and became in words.LABELS[field]):
        raise NotFound
    with visit.writing() as conn:
        read = theirs(conn, visit, message_id)
        inbox.look(conn, read, actor=visit.account.id, now=visit.now)
        said = "看过了，没有漏。" if field == RIGHT else _correct(conn, visit, read, field, became)
    flash(said, "good")
    return redirect(url_for("console.sample-show"), 303)


def _correct(conn: sa.Connection, visit: Visit, read: Read, field: str, became: str) -> str:
    """Put the label right; what to say about it."""
    try:
        made = inbox.correct(conn, read, field=field, became=became, actor=visit.account.id, now=visit.now)
    except NoChange:
        return "已经有人这样改过了。"
    staff.record(conn, "labels-corrected", actor=visit.account.id, subject=read.id, now=visit.now,
                 field=field, was=made.was, became=became)  # fmt: skip
    if not made.counts:
        return "记下了。加上传言要另一位同事点“同意”才算数。"
    intent = read.label("intent")
    if field != "claim" and intent in NEVER_A_NEED:
        return f"改好了。它的意图还是“{words.LABELS['intent'][intent]}”，请点开也改一下，程序才学得到。"
    return "改好了，下次学习就用上。"


ROUTES = (
    Route("/sample", show, READERS),
    Route("/sample/<message_id>", look, READERS, ("POST",)),
)
