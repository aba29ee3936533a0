"""通知: a notice to many, from the draft to the last delivery; nobody sends one alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bot.console.guards import CHECKERS, SIGNED_IN, Route
from bot.console.notice_words import DELIVERIES, ROUTES_SAID, SEVERITIES, STATUS
from bot.console.visit import Names, Visit
from bot.stories.send_broadcast import preview
from broadcasts import broadcast as nouns
from broadcasts import desk as broadcasts
from broadcasts.audience import Audience, Count, PlaceReach, Reach
from broadcasts.broadcast import Broadcast, Status
from broadcasts.delivery import Door
from community.staff.account import Role

SHELVES: Mapping[str, tuple[str, tuple[Status, ...]]] = {
    "": ("进行中", (Status.DRAFT, Status.RETURNED, Status.SUBMITTED, Status.APPROVED, Status.SENDING)),
    "ended": ("发过的、停了的", (Status.SENT, Status.CANCELLED, Status.EXPIRED, Status.REJECTED)),
}
FROZEN = frozenset({Status.APPROVED, Status.SENDING, Status.SENT, Status.CANCELLED})


def show(visit: Visit) -> ResponseReturnValue:
    """Notices on their way, or those that have ended."""
    shelf = request.args.get("shelf", "")
    with visit.reading() as conn:
        found = broadcasts.of_branch(conn, visit.branch, statuses=SHELVES.get(shelf, SHELVES[""])[1])
        names = Names(conn)
        rows = [(one, whom(one.notice.audience, visit, names), names.who(one.authors[0])) for one in found]
    return visit.page("notices.html", place="notices", rows=rows, shelf=shelf, shelves=SHELVES, status=STATUS,
                      writes=CHECKERS.opens_for(visit.account))  # fmt: skip


def detail(visit: Visit, broadcast_id: str) -> ResponseReturnValue:
    """What will be seen by whom, what has happened, what I can do."""
    return page(visit, broadcast_id)


def page(visit: Visit, broadcast_id: str, *, form: str = "", typed: Any = None, problem: str = "") -> str:
    """The page of one notice; `form` is the one that came back with `problem`, and with what was `typed`."""
    with visit.reading() as conn:
        one = theirs(conn, visit, broadcast_id)
        values = _read(conn, visit, one)
    return visit.page(
        "notice.html",
        place="notices",
        one=one,
        text=nouns.message(one.notice),
        severity=SEVERITIES[one.notice.severity],
        status=STATUS,
        deliveries=DELIVERIES,
        writes=CHECKERS.opens_for(visit.account),
        approves=visit.account.may(Role.APPROVER),
        mine=visit.account.id in hands(one),
        form=form,
        typed=typed or {},
        problem=problem,
        **values,
    )


def _read(conn: sa.Connection, visit: Visit, one: Broadcast) -> dict[str, Any]:
    names = Names(conn)
    frozen = one.status in FROZEN
    return {
        "whom": whom(one.notice.audience, visit, names),
        **(_reached(conn, visit, one, names) if not frozen else {"reach": None}),
        "progress": broadcasts.progress(conn, one.id) if frozen else None,
        "doors": _doors(broadcasts.doors(conn, one.id), names) if frozen else [],
        "unanswered": _doors(broadcasts.unanswered(conn, one.id), names) if frozen and one.notice.asks_receipt else [],
        "history": [(step, names.who(step.actor)) for step in broadcasts.history(conn, one.id)],
        "authors": "、".join(names.who(author) for author in one.authors),
        "submitter": names.who(one.submitted_by) if one.submitted_by not in {"", *one.authors} else "",
        "approved": "、".join(names.who(approver) for approver in one.approvers),
        "others": visit.colleagues(conn, Role.APPROVER),
    }


def _reached(conn: sa.Connection, visit: Visit, one: Broadcast, names: Names) -> dict[str, Any]:
    counted = reach(conn, visit, one.notice.audience)
    return {
        "reach": counted,
        "routes": ROUTES_SAID,
        "houses": [(names.place(one.area_code), counted_out(one)) for one in _as_people_count(counted.places, names)],
    }


def counted_out(count: Count) -> str:
    """12 户 31 人；3 户马上收不到，要上门. For nobody known: 没有人关注，要上门."""
    if not count.people:
        return "没有人关注，要上门"
    left = count.unreached
    return f"{count.households} 户 {count.people} 人；" + (f"{left} 户马上收不到，要上门" if left else "户户马上收到")


def _as_people_count(places: Sequence[PlaceReach], names: Names) -> list[PlaceReach]:
    """9号楼 before 10号楼."""
    return sorted(places, key=lambda place: (len(names.place(place.area_code)), names.place(place.area_code)))


def reach(conn: sa.Connection, visit: Visit, audience: Audience) -> Reach:
    """How many people would be reached by which route, and where nobody would."""
    return preview(conn, audience, directory=visit.desk.directory, means=visit.desk.means(), now=visit.now)


def whom(audience: Audience, visit: Visit, names: Names) -> str:
    """Whom a notice is meant for, in words: 全部居民, 1号楼、2号楼, and the tags."""
    everybody = visit.branch in audience.areas
    where = "全部居民" if everybody else "、".join(names.place(code) for code in audience.areas)
    tags = (*audience.tags, *("志愿者" if role == "volunteer" else role for role in audience.roles))
    return f"{where}里的{'、'.join(tags)}" if tags else where


def hands(one: Broadcast) -> tuple[str, ...]:
    """Everybody who wrote, submitted or approved it: none of them can approve it (again)."""
    return (*one.authors, one.submitted_by, *one.approvers)


def theirs(conn: sa.Connection, visit: Visit, broadcast_id: str) -> Broadcast:
    """The notice, or 404 for one that is not of the account's branch."""
    one = broadcasts.get(conn, broadcast_id)
    if not visit.sees(one.area_code):
        raise NotFound
    return one


def _doors(doors: list[Door], names: Names) -> list[tuple[str, int]]:
    return [(names.place(door.area_code), door.people) for door in doors]


ROUTES = (
    Route("/notices", show, SIGNED_IN),
    Route("/notices/<broadcast_id>", detail, SIGNED_IN),
)
