"""What the community checked and corrected, for anybody to read: statements and sources, no persons."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from flask import Blueprint, render_template

from bot.clock import local
from community.rumours.correction import Correction

Published = Callable[[], Sequence[tuple[str, Correction]]]


def blueprint(published: Published, *, community: Callable[[], str]) -> Blueprint:
    """`/public/corrections`. `published` gives (the rumour's number, the correction), the newest first."""
    pages = Blueprint("corrections", __name__, template_folder="templates")

    @pages.get("/public/corrections")
    def page() -> str:
        told = [(number, one, _day(one.published_at)) for number, one in published()]
        return render_template("public/corrections.html", community=community(), corrections=told)

    return pages


def _day(moment: datetime | None) -> str:
    if moment is None:
        return ""
    clock = local(moment)
    return f"{clock.year}年{clock.month}月{clock.day}日 {clock:%H:%M}"
