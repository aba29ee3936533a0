"""台账 · 谣言: the queue by harm, and one statement on its way from a question to a correction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from bot.console.guards import CHECKERS, SIGNED_IN, Route
from bot.console.visit import Names, Visit
from bot.privacy import mask
from bot.stories.correct_rumour import asked_by_grid
from bot.stories.tell_residents import said_of
from community.needs import desk as needs
from community.rumours import correction_desk as corrections
from community.rumours import desk as rumours
from community.rumours.correction import (
    MOST_CHAT_BYTES,
    MOST_GROUP_BYTES,
    MOST_SOURCE_BYTES,
    UNFINISHED,
    Correction,
    Words,
)
from community.rumours.correction import Status as CorrectionStatus
from community.rumours.rumour import Rumour, Status
from community.staff.account import Role
from nlp.taxonomy import Need as Category

MOST = {"chat": MOST_CHAT_BYTES, "group": MOST_GROUP_BYTES, "source": MOST_SOURCE_BYTES}
MOST_STATEMENTS = 4  # rows of the form; a screed with more is two rumours
SHELVES = {"": "要核实、要更正", "decided": "已更正、已了结"}


def show(visit: Visit) -> ResponseReturnValue:
    """The queue, worst harm first; or what is decided."""
    shelf = request.args.get("shelf", "")
    with visit.reading() as conn:
        found = rumours.decided(conn, visit.branch) if shelf == "decided" else rumours.queue(conn, visit.branch)
        names = Names(conn)
        rows = [
            (one, names.who(one.checked_by) if one.checked_by else "", likeness(conn, one, branch=visit.branch))
            for one in found
        ]
    return visit.page("rumours.html", place="rumours", rows=rows, shelf=shelf, shelves=SHELVES, mask=mask,
                      checks=CHECKERS.opens_for(visit.account))  # fmt: skip


def detail(visit: Visit, rumour_id: str) -> ResponseReturnValue:
    """What it is, what has happened, what I can do."""
    return page(visit, rumour_id)


def page(
    visit: Visit, rumour_id: str, *, form: str = "", typed: Mapping[str, str] | None = None, problem: str = ""
) -> str:
    """The page of one rumour; `form` is the one that came back with `problem`, and with what was `typed`."""
    with visit.reading() as conn:
        rumour = theirs(conn, visit, rumour_id)
        values = _read(conn, visit, rumour)
    return visit.page(
        "rumour.html",
        place="rumours",
        rumour=rumour,
        checks=CHECKERS.opens_for(visit.account),
        approves=visit.account.may(Role.APPROVER),
        form=form,
        typed=typed if typed is not None else MultiDict(),
        problem=problem,
        most=MOST,
        statements=range(1, MOST_STATEMENTS + 1),
        categories=list(Category),
        Status=Status,
        mask=mask,
        **values,
    )


def _read(conn: sa.Connection, visit: Visit, rumour: Rumour) -> dict[str, Any]:
    names = Names(conn)
    versions = corrections.of_rumour(conn, rumour.id)
    cells = asked_by_grid(conn, rumour.id, branch=visit.branch)
    return {
        "judgements": rumours.judgements(conn, rumour.id),
        "evidence": [(one, names.who(one.actor)) for one in rumours.evidence(conn, rumour.id)],
        "history": [(one, names.who(one.actor)) for one in rumours.history(conn, rumour.id)],
        "need": needs.find(conn, rumour.need_id, branch=visit.branch) if rumour.need_id else None,
        "open_correction": next((one for one in versions if one.status in UNFINISHED), None),
        "standing": next((one for one in versions if one.status is CorrectionStatus.PUBLISHED), None),
        "taken_back": next((one for one in versions if _waits_to_be_taken_back(one)), None),
        "asked": [(names.place(code), people) for code, people in cells.shown.items()],
        "hidden": cells.hidden,
        "perhaps": likeness(conn, rumour, branch=visit.branch),
        "joined_into": rumours.find(conn, rumour.joined_into, branch=visit.branch) if rumour.joined_into else None,
        "others": [one for one in rumours.queue(conn, visit.branch) if one.id != rumour.id],
        "checker": names.who(rumour.checked_by) if rumour.checked_by else "",
        "writers": {one: names.who(one) for version in versions for one in hands(version)},
        "approvers": visit.colleagues(conn, Role.APPROVER),
        "hands": hands,
        "preview": lambda one: preview(one, visit),
    }


@dataclass(frozen=True)
class Suggestion:
    """Another rumour that one perhaps repeats, and the sentence that says so."""

    other: Rumour
    said: str


def likeness(conn: sa.Connection, rumour: Rumour, *, branch: str) -> Suggestion | None:
    """可能和 Y-1120-3 是同一件（相似 46%：数目不一样）; None where nothing is suggested (any more)."""
    other = rumours.suggested(conn, rumour, branch=branch)
    if other is None:
        return None
    why = f"：{'、'.join(rumour.perhaps_why)}" if rumour.perhaps_why else ""
    return Suggestion(other, f"可能和 {other.number} 是同一件（相似 {rumour.perhaps_chance:.0%}{why}）")


def hands(correction: Correction) -> tuple[str, ...]:
    """Everybody who had a hand in it: none of them can approve it."""
    return tuple(dict.fromkeys(one for one in (*correction.authors, correction.submitted_by) if one))


def preview(correction: Correction, visit: Visit) -> str:
    """Exactly what whoever asked will read, as if it were approved now."""
    return said_of(replace(correction, published_at=correction.published_at or visit.now))


def written(form: Mapping[str, str]) -> Words:
    """The words of the correction's form."""
    return Words(form.get("chat", ""), form.get("group", ""), form.get("source", ""))


def theirs(conn: sa.Connection, visit: Visit, rumour_id: str) -> Rumour:
    """The rumour, or 404 for one that is not of the account's branch."""
    rumour = rumours.find(conn, rumour_id, branch=visit.branch)
    if rumour is None:
        raise NotFound
    return rumour


def _waits_to_be_taken_back(correction: Correction) -> bool:
    return correction.status is CorrectionStatus.WITHDRAWN and not correction.withdrawal_approved_by


ROUTES = (
    Route("/rumours", show, SIGNED_IN),
    Route("/rumours/<rumour_id>", detail, SIGNED_IN),
)
