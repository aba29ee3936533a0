"""Notices that were sent to whole areas, for anybody to read: what holds, until when, and what no longer does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from bot.clock import local
from bot.web.public import qr_code


@dataclass(frozen=True)
class PublicNotice:
    """A notice as anybody may read it: nobody is named, and not how many or whom it was for."""

    number: str
    title: str
    text: str
    sent_at: datetime
    valid_until: datetime
    cancelled: bool
    corrects: str = ""  # the rumour's number where it is a correction: those stand on a page of their own


class Board(Protocol):
    """The notices that were sent, as the wiring hands them in."""

    def notice(self, number: str) -> PublicNotice | None:
        """The notice of that number, None if there is none that anybody may read."""
        ...

    def notices(self) -> Sequence[PublicNotice]:
        """All of them, the newest first."""
        ...


def blueprint(
    board: Board, *, community: Callable[[], str], public_url: str, clock: Callable[[], datetime]
) -> Blueprint:
    """`/public/notices` and a page for each. `public_url` is our address as the world sees it, for the QR code."""
    pages = Blueprint("notices", __name__, url_prefix="/public/notices", template_folder="templates")

    @pages.get("")
    def listing() -> str:
        now = clock()
        found = [one for one in board.notices() if not one.corrects]
        valid = [(one, day(one.sent_at)) for one in found if holds(one, now)]
        past = [(one, day(one.sent_at)) for one in found if not holds(one, now)]
        return render_template("public/notices.html", community=community(), valid=valid, past=past)

    @pages.get("/<number>")
    def page(number: str) -> ResponseReturnValue:
        found = board.notice(number)
        if found is None:
            return render_template("public/not_found.html", community=community()), 404
        if found.corrects:  # what was corrected since, or taken back, is not said here any more
            return redirect(url_for("corrections.page", _anchor=found.corrects))
        address = f"{public_url.rstrip('/')}/public/notices/{found.number}"
        return render_template(
            "public/notice.html",
            community=community(),
            notice=found,
            sent=day(found.sent_at),
            until=day(found.valid_until),
            over=found.valid_until <= clock(),
            address=address,
            qr=qr_code(address),
        )

    return pages


def holds(notice: PublicNotice, now: datetime) -> bool:
    """Neither cancelled nor over."""
    return not notice.cancelled and now < notice.valid_until


def day(moment: datetime) -> str:
    """2026年7月17日 10:00."""
    at = local(moment)
    return f"{at.year}年{at.month}月{at.day}日 {at:%H:%M}"
