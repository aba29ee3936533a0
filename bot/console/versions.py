"""版本: every snapshot that was in use, who changed what, and the way back to an earlier one."""

from __future__ import annotations

import sqlalchemy as sa
from flask import request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bot.console.guards import ADMINS, SIGNED_IN, Route
from bot.console.visit import Names, Visit
from community.staff import desk as staff
from knowledge_base import desk as knowledge
from knowledge_base import version_desk
from knowledge_base.revision import Revision


def show(visit: Visit) -> ResponseReturnValue:
    """The versions, newest first; the first is in use."""
    visit.require_whole()
    with visit.reading() as conn:
        found = version_desk.versions(conn)
        names = Names(conn)
        rows = [(one, names.who(one.by), [_change(change, names) for change in one.revisions]) for one in found]
        going = version_desk.building(conn, now=visit.now)
    return visit.page("versions.html", place="more", rows=rows, building=going, shipped=knowledge.SHIPPED)


def go_back(visit: Visit, name: str) -> ResponseReturnValue:
    """Use an earlier version again."""
    visit.require_whole()
    seen = request.form.get("seen", "")

    def do(conn: sa.Connection) -> str:
        version_desk.go_back(conn, name, seen=seen, by=visit.account.id, now=visit.now)
        staff.record(
            conn, "articles-gone-back", actor=visit.account.id, subject="", now=visit.now, was=seen, became=name
        )
        return "回到了这个版本，十几秒后就照它回答。"

    try:
        return visit.attempt(do, back=url_for("console.versions-show"))
    except knowledge.NoSuchArtefact:
        raise NotFound from None


def _change(one: Revision, names: Names) -> tuple[Revision, str, str]:
    """(revision, who wrote it, who approved it)."""
    return one, "、".join(names.who(author) for author in one.authors), names.who(one.approved_by)


ROUTES = (
    Route("/knowledge/versions", show, SIGNED_IN),
    Route("/knowledge/versions/<name>/use", go_back, ADMINS, ("POST",)),
)
