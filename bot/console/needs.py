"""台账 · 诉求: what residents need, what has happened, and what can be done about it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from bot.console.guards import KEEPERS, SIGNED_IN, WORKERS, Route
from bot.console.visit import Names, Visit
from bot.inbox import desk as inbox
from bot.privacy import mask
from bot.stories import move_need
from bot.stories.acknowledge_alarm import acknowledge_alarm
from community.needs import desk as needs
from community.needs.need import TRANSITIONS, UNFINISHED, UNTAKEN, Need, Status, Unsaid
from community.staff import desk as staff
from nlp.taxonomy import Need as Category
from nlp.taxonomy import Urgency

# What the list can be narrowed to; the key stands in the address.
STATES: Mapping[str, tuple[str, tuple[Status, ...]]] = {
    "": ("没办完", UNFINISHED),
    "untaken": ("没人接", UNTAKEN),
    "working": ("在办", (Status.ACCEPTED, Status.IN_PROGRESS)),
    "asked": ("等居民确认", (Status.RESOLVED,)),
    "referred": ("已转出", (Status.REFERRED,)),
    "ended": ("办结和说明", (Status.CLOSED, Status.DECLINED, Status.JOINED)),
}

REACHES: Mapping[str, tuple[str, Callable[[Need], bool]]] = {
    "common": ("共性诉求（三户以上）", lambda need: need.is_common),
    "single": ("个别诉求", lambda need: not need.is_common),
}

Do = Callable[[sa.Connection, str, str, Mapping[str, str], Visit], object]


@dataclass(frozen=True)
class Deed:
    """Something that can be done about a need: a form with its fields, or one button."""

    label: str
    became: Status
    fields: tuple[tuple[str, str, str], ...]  # (name, label, hint)
    do: Do
    said: str


def _do(
    verb: Callable[..., object], *names: str
) -> Callable[[sa.Connection, str, str, Mapping[str, str], Visit], object]:
    """The story's verb, with the form's fields as its keywords."""

    def do(conn: sa.Connection, need_id: str, actor: str, form: Mapping[str, str], visit: Visit) -> object:
        told = {name: form.get(name, "") for name in names}
        return verb(conn, need_id, actor=actor, **told, now=visit.now)

    return do


def _accept(conn: sa.Connection, need_id: str, actor: str, _form: Mapping[str, str], visit: Visit) -> object:
    """An emergency is acknowledged by name: only now may the resident be told that somebody knows."""
    need = needs.get(conn, need_id)
    if need.urgency == Urgency.EMERGENCY and need.status in UNTAKEN:
        return acknowledge_alarm(conn, need_id, actor=actor, name=visit.account.name, now=visit.now)
    return move_need.accept_need(conn, need_id, actor=actor, now=visit.now)


DEEDS: Mapping[str, Deed] = {
    "accept": Deed("我来接手", Status.ACCEPTED, (), _accept, "已接手，居民会收到消息。"),
    "progress": Deed(
        "记一笔进展",
        Status.IN_PROGRESS,
        (("note", "进展", "居民会看到这句话。比如：“水泵已借到，下午两点来人”。"),),
        _do(move_need.record_progress, "note"),
        "进展记下了，居民会收到。",
    ),
    "resolve": Deed(
        "办好了",
        Status.RESOLVED,
        (("done", "办成了什么", "居民会看到这句话，并被问“解决了吗”。"),),
        _do(move_need.resolve_need, "done"),
        "记为已办。居民会收到，并可以说没解决。",
    ),
    "refer": Deed(
        "转给别的单位",
        Status.REFERRED,
        (
            ("body", "转给谁", "比如：自来水公司、12345、派出所。"),
            ("number", "他们的编号或电话", "居民要凭它去问。"),
        ),
        _do(move_need.refer_need, "body", "number"),
        "已转出，居民会收到对方的编号。",
    ),
    "decline": Deed(
        "办不了",
        Status.DECLINED,
        (("reason", "为什么", "居民会看到这句话，并可以说“不同意”。请写明还能找谁。"),),
        _do(move_need.decline_need, "reason"),
        "已说明，居民会收到原因。",
    ),
}


def show(visit: Visit) -> ResponseReturnValue:
    """The list, narrowed as the address says."""
    state = request.args.get("state", "")
    category, building = request.args.get("category", ""), request.args.get("building", "")
    reach = request.args.get("reach", "")
    with visit.reading() as conn:
        names = Names(conn)
        within = _building(visit, building)
        found = needs.listing(conn, within, statuses=STATES.get(state, STATES[""])[1])
        if within != visit.branch or category:  # where a hidden one stands, and what it is about, is hidden too
            found = [one for one in found if may_read(visit, one)]
        rows = [
            (one, names.place(one.area_code), names.who(one.taken_by) if one.taken_by else "")
            for one in found
            if category in {"", one.category} and (within == visit.branch or one.area_code.startswith(within))
            and (reach not in REACHES or REACHES[reach][1](one))
        ]
        counts = needs.counts(conn, visit.branch)
        buildings = visit.buildings(conn)
    return visit.page("needs.html", place="needs", rows=rows, state=state, states=STATES, counts=counts, mask=mask,
                      reach=reach, reaches=REACHES, category=category, categories=list(Category),
                      building=building, buildings=buildings,
                      may_read=lambda one: may_read(visit, one))  # fmt: skip


def detail(visit: Visit, need_id: str) -> ResponseReturnValue:
    """What it is, what has happened, what I can do."""
    return _detail(visit, need_id)


def act(visit: Visit, need_id: str, deed: str) -> ResponseReturnValue:
    """One of DEEDS. A form without its words comes back with what was typed."""
    chosen = DEEDS.get(deed)
    if chosen is None:
        raise NotFound
    with visit.reading() as conn:
        _theirs(conn, visit, need_id)

    def do(conn: sa.Connection) -> str:
        chosen.do(conn, need_id, visit.account.id, request.form, visit)
        return chosen.said

    try:
        return visit.attempt(do, back=url_for("console.needs-detail", need_id=need_id))
    except Unsaid as missing:
        return _detail(visit, need_id, deed=deed, typed=request.form, missing=str(missing)), 422


def unmask(visit: Visit, need_id: str) -> ResponseReturnValue:
    """The messages behind the need with their numbers, once, for a reason that is written down."""
    why = request.form.get("why", "").strip()[:200]
    if not why:
        return _detail(visit, need_id, missing="why"), 422
    with visit.writing() as conn:
        _theirs(conn, visit, need_id)
        staff.record(conn, "unmasked", actor=visit.account.id, subject=need_id, now=visit.now, why=why)
    return _detail(visit, need_id, unmasked=True)


def possible(need: Need) -> dict[str, Deed]:
    """The deeds that the need's state allows, in their order; accepting is offered only to what nobody has."""
    return {
        key: deed
        for key, deed in DEEDS.items()
        if deed.became in TRANSITIONS[need.status] and (key != "accept" or need.status in (*UNTAKEN, Status.REFERRED))
    }


def _detail(
    visit: Visit,
    need_id: str,
    *,
    deed: str = "",
    typed: Mapping[str, str] | None = None,
    missing: str = "",
    unmasked: bool = False,
) -> str:
    with visit.reading() as conn:
        need = _theirs(conn, visit, need_id)
        names = Names(conn)
        told = inbox.messages(conn, visit.branch, needs.messages(conn, need_id))
        history = [(one, names.who(one.actor)) for one in needs.history(conn, need_id)]
        where, taken = names.place(need.area_code), names.who(need.taken_by)
    return visit.page(
        "need.html",
        place="needs",
        need=need,
        where=where,
        taken=taken,
        history=history,
        told=[(one, one.text if unmasked else mask(one.text)) for one in told],
        hides=any(mask(one.text) != one.text for one in told),
        unmasked=unmasked,
        deeds=possible(need) if WORKERS.opens_for(visit.account) else {},
        category=Category(need.category).chinese if need.category in list(Category) else "其他",
        urgency=Urgency(need.urgency).chinese,
        open_deed=deed,
        typed=typed or MultiDict(),
        missing=missing,
    )


def may_read(visit: Visit, need: Need) -> bool:
    """What accuses somebody is read by those alone who bring it to the police."""
    return not need.confidential or KEEPERS.opens_for(visit.account)


def _theirs(conn: sa.Connection, visit: Visit, need_id: str) -> Need:
    need = needs.find(conn, need_id, branch=visit.branch)
    if need is None or not may_read(visit, need):
        raise NotFound
    return need


def _building(visit: Visit, code: str) -> str:
    """The part of the branch that was asked for; another's building is not widened to."""
    return code if code.startswith(visit.branch + ".") else visit.branch


ROUTES = (
    Route("/needs", show, SIGNED_IN),
    Route("/needs/<need_id>", detail, SIGNED_IN),
    Route("/needs/<need_id>/unmask", unmask, WORKERS, ("POST",)),
    Route("/needs/<need_id>/<deed>", act, WORKERS, ("POST",)),
)
