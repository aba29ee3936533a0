"""消息: what residents wrote, what was made of it, and how a person puts it right."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bot.console import words
from bot.console.guards import KEEPERS, READERS, SIGNED_IN, Route
from bot.console.visit import Names, Visit
from bot.conversation.decision import CONFIDED
from bot.inbox import desk as inbox
from bot.inbox.correction import NoChange, SamePerson
from bot.inbox.desk import Read
from bot.privacy import mask
from community.staff import desk as staff

PAGE = 30

# What can be looked at, by the kind of answer that was given; "" is everything.
SHELVES = {
    "": "全部",
    "danger": "有危险",
    "need": "有诉求",
    "claim": "有传言",
    "agree": "等我确认",
}


def show(visit: Visit) -> ResponseReturnValue:
    """The newest messages, one shelf of them, as the address says."""
    shelf = request.args.get("shelf", "")
    before = _moment(request.args.get("before", ""))
    with visit.reading() as conn:
        found = _found(conn, visit, shelf, before)
        names = Names(conn)
        rows = [(one, names.place(one.area_code)) for one in found[:PAGE]]
        people = {one.actor: names.who(one.actor) for read in found for one in read.corrections}
    older = found[PAGE - 1].at.isoformat() if len(found) > PAGE else ""
    return visit.page(
        "messages.html",
        place="messages",
        rows=rows,
        shelf=shelf,
        shelves=SHELVES,
        older=older,
        people=people,
        mask=mask,
    )


def detail(visit: Visit, message_id: str) -> ResponseReturnValue:
    """One message, masked."""
    return _detail(visit, message_id, unmasked=False)


def unmask(visit: Visit, message_id: str) -> ResponseReturnValue:
    """The message with its numbers, once, for a reason that is written down."""
    why = request.form.get("why", "").strip()[:200]
    if not why:
        return _detail(visit, message_id, unmasked=False, problem="请写为什么要看，比如“回电话”。"), 422
    with visit.writing() as conn:
        theirs(conn, visit, message_id)
        staff.record(conn, "unmasked", actor=visit.account.id, subject=message_id, now=visit.now, why=why)
    return _detail(visit, message_id, unmasked=True)


def correct(visit: Visit, message_id: str) -> ResponseReturnValue:
    """One click puts a label right; some count only when a second person agrees."""
    field, became = request.form.get("field", ""), request.form.get("became", "")
    if became not in words.LABELS.get(field, {}):
        raise NotFound
    try:
        with visit.writing() as conn:
            read = theirs(conn, visit, message_id)
            made = inbox.correct(conn, read, field=field, became=became, actor=visit.account.id, now=visit.now)
            staff.record(conn, "labels-corrected", actor=visit.account.id, subject=message_id, now=visit.now,
                         field=field, was=made.was, became=became)  # fmt: skip
    except NoChange:
        flash("本来就是这样，没有改动。", "soon")
    else:
        flash("改好了。" if made.counts else "记下了。这样改要另一位同事点“同意”才算数。", "good")
    return redirect(url_for("console.messages-detail", message_id=message_id), 303)


def agree(visit: Visit, seq: int) -> ResponseReturnValue:
    """A second person agrees to a correction."""
    try:
        with visit.writing() as conn:
            made = inbox.agree(conn, seq, actor=visit.account.id, branch=visit.branch)
            if made is None:
                raise NotFound
            staff.record(conn, "labels-corrected", actor=visit.account.id, subject=made.message_id, now=visit.now,
                         field=made.field, was=made.was, became=made.became)  # fmt: skip
    except SamePerson:
        flash("这是您自己改的，要另一位同事来确认。", "soon")
        return redirect(url_for("console.messages-show", shelf="agree"), 303)
    flash("已确认，现在算数了。", "good")
    return redirect(url_for("console.messages-detail", message_id=made.message_id), 303)


def _found(conn: sa.Connection, visit: Visit, shelf: str, before: datetime | None) -> list[Read]:
    return [one for one in _on_shelf(conn, visit, shelf, before) if may_read(visit, one)]


def may_read(visit: Visit, read: Read) -> bool:
    """What accuses somebody is read by those alone who bring it to the police."""
    return read.said != CONFIDED or KEEPERS.opens_for(visit.account)


def _on_shelf(conn: sa.Connection, visit: Visit, shelf: str, before: datetime | None) -> list[Read]:
    if shelf == "agree":
        waiting = inbox.to_agree(conn, visit.branch, actor=visit.account.id)
        return inbox.messages(conn, visit.branch, {one.message_id for one in waiting})
    found = inbox.recent(conn, visit.branch, before=before, limit=PAGE * 6 if shelf else PAGE * 2)
    return [one for one in found if _stands_on(one, shelf) and may_read(visit, one)][: PAGE + 1]


def _stands_on(read: Read, shelf: str) -> bool:
    if shelf == "danger":
        return read.label("urgency") == "emergency"
    if shelf == "need":
        return bool(read.label("need"))
    return read.label("claim") == "true" if shelf == "claim" else True


def _detail(visit: Visit, message_id: str, *, unmasked: bool, problem: str = "") -> str:
    with visit.reading() as conn:
        read = theirs(conn, visit, message_id)
        names = Names(conn)
        place = names.place(read.area_code)
        people = {one: names.who(one) for c in read.corrections for one in (c.actor, c.confirmed_by) if one}
    text = read.text if unmasked else mask(read.text)
    return visit.page("message.html", place="messages", read=read, text=text, where=place, people=people,
                      unmasked=unmasked, hides=mask(read.text) != read.text, problem=problem, mask=mask)  # fmt: skip


def theirs(conn: sa.Connection, visit: Visit, message_id: str) -> Read:
    """The message, if this account may see it; else there is no such page."""
    read = inbox.message(conn, message_id, branch=visit.branch)
    if read is None or not may_read(visit, read):
        raise NotFound
    return read


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


ROUTES = (
    Route("/messages", show, SIGNED_IN),
    Route("/messages/<message_id>", detail, SIGNED_IN),
    Route("/messages/<message_id>/unmask", unmask, READERS, ("POST",)),
    Route("/messages/<message_id>/label", correct, READERS, ("POST",)),
    Route("/messages/corrections/<int:seq>/agree", agree, READERS, ("POST",)),
)
