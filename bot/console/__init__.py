"""The staff's pages under /console. `install` puts them on an app; `guards` says who may ask for what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import structlog
from flask import Blueprint, Flask, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect  # type: ignore[import-untyped]  # it has none
from sqlalchemy.exc import NoResultFound, OperationalError
from werkzeug.exceptions import Forbidden, HTTPException, NotFound

from bot.console import (
    accounts,
    article_deeds,
    article_form,
    articles,
    audit,
    incidents,
    knowledge,
    learning,
    messages,
    more,
    needs,
    notice_deeds,
    notices,
    questions,
    rumour_deeds,
    rumours,
    sample,
    sign_in,
    today,
    versions,
    volunteers,
    words,
)
from bot.console.guards import Route
from bot.console.visit import ConsoleDesk, Visit

__all__ = ["ConsoleDesk", "install", "routes"]

log = structlog.get_logger()

_PAGES = (
    *(today, messages, sample, needs, rumours, rumour_deeds, notices, notice_deeds),
    *(questions, volunteers, knowledge, articles, article_form, article_deeds, versions),
    *(learning, incidents, accounts, audit, more),
)
_MOST_BODY = 256 * 1024  # bytes: the longest form is an article


def routes() -> tuple[Route, ...]:
    """Every address of the console with its guard."""
    return tuple(route for page in _PAGES for route in page.ROUTES)


def install(app: Flask, desk: ConsoleDesk) -> None:
    """Put the console on `app`: sign-in, CSRF on every unsafe method, every page behind its guard."""
    sign_in.configure(app, desk)
    sign_in.manage(app, desk)
    csrf = CSRFProtect(app)
    pages = Blueprint(
        "console",
        __name__,
        url_prefix="/console",
        template_folder="templates",
        static_folder="static/console",
        static_url_path="/static",
    )
    pages.before_request(lambda: _check(csrf))
    pages.after_request(_private)
    _speak(pages)
    _add_doors(pages, desk)
    for route in routes():
        pages.add_url_rule(route.rule, route.name, _guarded(route, desk), methods=list(route.methods))
    _say_errors(pages)
    app.register_blueprint(pages)


def _check(csrf: CSRFProtect) -> None:
    request.max_content_length = _MOST_BODY
    csrf.protect()


def _add_doors(pages: Blueprint, desk: ConsoleDesk) -> None:
    """The only addresses for strangers: the page that asks who they are."""
    for route, method in ((sign_in.ask, "GET"), (sign_in.check, "POST")):
        pages.add_url_rule("/sign-in", f"sign-in{'' if method == 'GET' else '-check'}",
                           lambda route=route: route(desk), methods=[method])  # fmt: skip


def _guarded(route: Route, desk: ConsoleDesk) -> Callable[..., ResponseReturnValue]:
    """The view behind its guard: strangers are asked to sign in, others are told whose step it is."""

    def answer(**parts: Any) -> ResponseReturnValue:
        account = sign_in.whoever()
        if account is None:
            return _ask_to_sign_in()
        visit = Visit(desk, account, desk.clock())
        if not route.guard.opens_for(account):
            return visit.page("forbidden.html", place="", needed=route.guard.roles), 403
        shown: ResponseReturnValue = route.view(visit, **parts)
        return shown

    return answer


def _ask_to_sign_in() -> ResponseReturnValue:
    if sign_in.LOOKING_ON in request.headers:
        return {"signed_out": True}, 401
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("console.sign-in", next=wanted), 303)


def _private(response: Response) -> Response:
    """What staff read stays in no cache; the pages' own style and script may."""
    if request.endpoint != "console.static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _speak(pages: Blueprint) -> None:
    """The words that templates use."""
    pages.app_template_filter("ago")(words.ago)
    pages.app_template_filter("lasting")(words.lasting)
    pages.app_template_filter("on_the_wall")(words.on_the_wall)
    pages.app_template_filter("whole")(words.whole)
    pages.app_template_filter("day")(words.day)
    pages.app_template_filter("owed")(words.owed)
    pages.context_processor(lambda: {"words": words, "things": today.things})


def _say_errors(pages: Blueprint) -> None:
    """Errors say what happened, what is safe, what to do."""
    said: dict[type[Exception], tuple[int, str, str]] = {
        CSRFError: (400, "页面放得太久了", "没有保存。请返回上一页，刷新后再提交一次；写的字可以先复制出来。"),
        NotFound: (404, "没有这一页", "可能已经处理完，或者不在您负责的片区。"),
        NoResultFound: (404, "没有这一页", "可能已经处理完，或者不在您负责的片区。"),
        Forbidden: (403, "您的账号不能做这一步", "需要的话，请管理员给您加上角色。"),
        OperationalError: (503, "数据库这会儿没有回应", "刚才的操作没有保存。请过十秒再试一次。"),
        HTTPException: (400, "这个请求看不懂", "没有保存。请返回上一页再试。"),
        Exception: (500, "程序出错了", "刚才的操作没有保存。请再试一次；还是不行，请告诉维护的人现在的时间。"),
    }
    for kind, answer in said.items():
        pages.register_error_handler(kind, _teller(answer))


def _teller(answer: tuple[int, str, str]) -> Callable[[Exception], ResponseReturnValue]:
    def tell(error: Exception) -> ResponseReturnValue:
        status, what, next_step = answer
        if isinstance(error, HTTPException) and error.code and status == 400:
            status = error.code
        if status == 500:
            log.error("a console page failed", error=type(error).__name__, page=request.endpoint)
        return render_template("console/error.html", what=what, next_step=next_step), status

    return tell
