"""更多: what is not needed every hour."""

from __future__ import annotations

from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from bot.console import sign_in
from bot.console.guards import SIGNED_IN, Route
from bot.console.visit import Visit


def show(visit: Visit) -> ResponseReturnValue:
    """The list of the rarer pages."""
    return visit.page("more.html", place="more")


def nowhere(visit: Visit, elsewhere: str) -> ResponseReturnValue:
    """An address that is no page."""
    raise NotFound(elsewhere)


ROUTES = (
    Route("/more", show, SIGNED_IN),
    Route("/password", sign_in.my_password, SIGNED_IN),
    Route("/password", sign_in.change_my_password, SIGNED_IN, ("POST",)),
    Route("/leave", sign_in.leave, SIGNED_IN, ("POST",)),
    Route("/<path:elsewhere>", nowhere, SIGNED_IN),
)
