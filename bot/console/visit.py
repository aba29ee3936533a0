"""What every page of the console works with: what the house hands in, and one request of one account."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask import flash, redirect, render_template
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import Forbidden

from bot.approval import NoAuthority, NotAPerson, SameHand
from bot.console import words
from bot.stories.correct_rumour import FileNotice
from bot.stories.send_broadcast import Directory
from bot.tables import Stale, lies_in
from broadcasts.audience import Means
from broadcasts.broadcast import Forbidden as ForbiddenBroadcast
from community.areas import desk as areas
from community.areas.area import Area, Level
from community.incidents import desk as incidents
from community.incidents.incident import AlreadyOver
from community.linkage.task import NotAllowed
from community.needs.need import Forbidden as ForbiddenNeed
from community.rumours.correction_desk import AlreadyDrafted
from community.rumours.rumour import Forbidden as ForbiddenRumour
from community.staff import desk as staff
from community.staff.account import Account, Role
from knowledge_base.article import Article
from knowledge_base.revision import Forbidden as ForbiddenRevision
from knowledge_base.revision_desk import AlreadyOpen

STALE = "没有保存：别人刚改过，已刷新成最新的样子。请看一眼再决定。"
GONE_ON = "这一步现在做不了：它已经走到别的状态，请看下面的最新情况。"
MOVED_ON: tuple[type[Exception], ...] = (
    *(ForbiddenNeed, ForbiddenRumour, ForbiddenBroadcast),
    *(AlreadyDrafted, NotAllowed, AlreadyOver, ForbiddenRevision, AlreadyOpen),
)


@dataclass(frozen=True)
class ConsoleDesk:
    """What the house hands in."""

    engine: sa.Engine
    clock: Callable[[], datetime]
    secret_key: str
    public_url: str
    area: str  # the branch that this installation serves
    community: Callable[[], str]
    articles: Callable[[], Sequence[Article]]
    unreadable: Callable[[], bool]  # the snapshot in use cannot be opened: the shipped one answers
    file_notice: FileNotice  # files the notice of an approved correction
    directory: Directory  # finds whom a notice is meant for
    means: Callable[[], Mapping[str, Means]]  # what each channel can do now
    refused_model: Callable[[], str | None]  # the hash of a model that is in use and cannot be read


@dataclass(frozen=True)
class Visit:
    """One request of one account. `branch` bounds everything that is read and done."""

    desk: ConsoleDesk
    account: Account
    now: datetime

    @property
    def branch(self) -> str:
        """The branch of the area tree that this account sees."""
        return self.account.area_code

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """A connection that writes nothing."""
        with self.desk.engine.connect().execution_options(read_only=True) as conn:
            yield conn

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """One transaction."""
        with self.desk.engine.begin() as conn:
            yield conn

    def page(self, template: str, *, place: str, **values: Any) -> str:
        """A page of the console. `place` is the entry of the rail that is lit."""
        with self.reading() as conn:
            incident = incidents.covering(conn, self.branch)
        return render_template(
            f"console/{template}", visit=self, now=self.now, place=place, incident=incident, **values
        )

    def in_emergency(self, conn: sa.Connection) -> bool:
        """Whether this account's approval counts by the rules of emergency mode."""
        incident = incidents.covering(conn, self.branch)
        return incident is not None and incident.speeds_up(self.account.id)

    def attempt(self, deed: Callable[[sa.Connection], str], *, back: str) -> ResponseReturnValue:
        """Do it in one transaction, then show `back` with the sentence that the deed returned.

        What another person made impossible meanwhile is told on the same page; nothing was written then.
        """
        try:
            with self.writing() as conn:
                said = deed(conn)
        except Stale:
            flash(STALE, "soon")
        except MOVED_ON:
            flash(GONE_ON, "soon")
        except SameHand:
            flash(self._other_hand(), "soon")
        except (NoAuthority, NotAPerson):
            flash("没有保存：您的账号现在没有审批权，请找管理员。", "soon")
        else:
            flash(said, "good")
        return redirect(back, 303)

    def _other_hand(self) -> str:
        with self.reading() as conn:
            others = self.colleagues(conn, Role.APPROVER)
        who = "、".join(others) if others else "另一位审批人（现在还没有，请管理员开一个）"
        return f"没有批准：写的人、提交的人和已经批过的人，都不能再点头。这件事要由{who}来批。"

    def colleagues(self, conn: sa.Connection, role: Role) -> list[str]:
        """Names of the branch's other active accounts that bear the role."""
        return [one.name for one in staff.of_branch(conn, self.branch) if one.may(role) and one.id != self.account.id]

    def buildings(self, conn: sa.Connection) -> list[Area]:
        """The branch's buildings as people count them: 9号楼 before 10号楼."""
        found = areas.within(conn, self.branch, Level.BUILDING)
        return sorted(found, key=lambda one: (len(one.number), one.number, one.code))

    def require_whole(self) -> None:
        """What holds for the whole community is not for an account of a part of it. Raises werkzeug's Forbidden."""
        if not lies_in(self.desk.area, self.branch):
            raise Forbidden

    def sees(self, code: str) -> bool:
        """True if a row of that area is this account's: its branch, or a place that nobody has told yet."""
        return code in {"root", ""} or lies_in(code, self.branch)


@dataclass
class Names:
    """Names of places and of staff, each asked for once in a page."""

    conn: sa.Connection
    places: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=lambda: dict(words.ACTORS))

    def place(self, code: str) -> str:
        """How people call the place; 地点不明 for root."""
        if code not in self.places:
            self.places[code] = areas.name(self.conn, code) or "地点不明"
        return self.places[code]

    def who(self, actor: str) -> str:
        """Who did it, as a colleague reads it."""
        if actor not in self.people:
            account = staff.get(self.conn, actor)
            self.people[actor] = account.name if account else "（账号已不在）"
        return self.people[actor]
