"""Signing in and out: who a request comes from, and how long that is believed."""

from __future__ import annotations

from datetime import datetime, timedelta
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import (  # type: ignore[import-untyped]  # it has none
    LoginManager,
    UserMixin,
    current_user,
    login_user,
    logout_user,
)

from bot.console import words
from bot.console.visit import ConsoleDesk, Visit
from bot.stories.sign_in import Wrong, sign_in
from bot.web.security import PROXY_HEADERS
from community.staff import desk as staff
from community.staff.account import LEAST_PASSWORD, Account, Locked, WeakPassword

IDLE = timedelta(hours=12)  # the longest shift; a page that only looks for alarms does not count as a person
SEEN = "seen"
LOOKING_ON = "X-Linshao-Pulse"  # sent by our own script when it asks without anybody having touched anything


class Signed(UserMixin):  # type: ignore[misc]  # flask-login has no types
    """The account of a session, as flask-login wants it."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def get_id(self) -> str:
        """What stands in the cookie: changes with every change of the account, which ends the session."""
        return f"{self.account.id}:{self.account.session}"


def manage(app: Flask, desk: ConsoleDesk) -> None:
    """Teach `app` whose session is whose."""
    manager = LoginManager(app)

    @manager.user_loader  # type: ignore[untyped-decorator]
    def load(signed: str) -> Signed | None:
        account_id, _, generation = signed.partition(":")
        if not is_fresh(desk.clock()):
            return None
        with desk.engine.connect().execution_options(read_only=True) as conn:
            account = staff.get(conn, account_id)
        if account is None or not account.active or str(account.session) != generation:
            return None
        return Signed(account)


def whoever() -> Account | None:
    """The account of this request, None for a stranger."""
    return current_user.account if isinstance(current_user._get_current_object(), Signed) else None


def is_fresh(now: datetime) -> bool:
    """Whether the session's person did something within IDLE; notes that they do now."""
    seen = session.get(SEEN)
    if not isinstance(seen, (int, float)) or now.timestamp() - seen > IDLE.total_seconds():
        return False
    if LOOKING_ON not in request.headers and now.timestamp() - seen > 60:
        session[SEEN] = now.timestamp()
    return True


def ask(desk: ConsoleDesk) -> ResponseReturnValue:
    """The page that asks for login and password."""
    if whoever() is not None:
        return redirect(url_for("console.today-show"))
    return _form(desk, "", login="")


def check(desk: ConsoleDesk) -> ResponseReturnValue:
    """Somebody gives a login and a password."""
    now = desk.clock()
    login, password = request.form.get("login", ""), request.form.get("password", "")[:1024]
    found = sign_in(desk.engine, login=login, password=password, address=caller(), now=now)
    if isinstance(found, Locked):
        until = words.on_the_wall(found.until, now)
        return _form(desk, f"试错太多次，先锁上了。{until} 以后再试，之前输对了也进不去。", login=login), 429
    if isinstance(found, Wrong):
        return _form(desk, "登录名或口令不对。忘了口令，请管理员重设。", login=login), 403
    session.clear()  # nothing of whoever sat here before
    session[SEEN] = now.timestamp()
    login_user(Signed(found))
    return redirect(_wanted(), 303)


def leave(visit: Visit) -> ResponseReturnValue:
    """退出."""
    with visit.writing() as conn:
        staff.record(conn, "signed-out", actor=visit.account.id, subject=visit.account.id, now=visit.now)
    logout_user()
    session.clear()
    flash("已退出。", "good")
    return redirect(url_for("console.sign-in"), 303)


def caller() -> str:
    """The address that a try is counted under.

    A proxy on this machine writes the caller's address last into X-Forwarded-For; from anywhere else
    that header is the caller's own invention and is not believed.
    """
    address = request.remote_addr or ""
    if _is_loopback(address) and any(header in request.headers for header in PROXY_HEADERS):
        return request.headers.get("X-Forwarded-For", address).rpartition(",")[2].strip()[:64]
    return address


def my_password(visit: Visit) -> ResponseReturnValue:
    """The page for a new password."""
    return visit.page("password.html", place="more", problem="", least=LEAST_PASSWORD)


def change_my_password(visit: Visit) -> ResponseReturnValue:
    """A new password; every session of the account ends, and this one begins anew."""
    problem = _change(visit, request.form)
    if problem:
        return visit.page("password.html", place="more", problem=problem, least=LEAST_PASSWORD), 422
    with visit.reading() as conn:
        account = staff.get(conn, visit.account.id)
    assert account is not None  # changed a moment ago
    login_user(Signed(account))
    flash("口令改好了。别的设备上要重新登录。", "good")
    return redirect(url_for("console.more-show"), 303)


def _change(visit: Visit, form: Any) -> str:
    """Change it; returns what is wrong, "" if nothing is."""
    with visit.reading() as conn:
        _, standing = staff.credentials(conn, visit.account.login)
    if not staff.fits(form.get("old", ""), standing):
        return "现在的口令不对。"
    if form.get("new", "") != form.get("again", ""):
        return "两次输的新口令不一样。"
    try:
        with visit.writing() as conn:
            staff.change_password(conn, visit.account.id, form["new"], actor=visit.account.id, now=visit.now)
    except WeakPassword:
        return f"新口令太弱：至少 {LEAST_PASSWORD} 个字符，不能含登录名，不能只是几个字符重复。"
    return ""


def _is_loopback(address: str) -> bool:
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False


def _form(desk: ConsoleDesk, problem: str, *, login: str) -> str:
    return render_template("console/sign_in.html", problem=problem, login=login, community=desk.community())


def _wanted() -> str:
    """Where somebody wanted to go before they had to sign in; only pages of our own."""
    wanted = request.args.get("next", "")
    parts = urlsplit(wanted)
    ours = not parts.scheme and not parts.netloc and parts.path.startswith("/console") and "\\" not in wanted
    return wanted if ours else url_for("console.today-show")


def configure(app: Flask, desk: ConsoleDesk) -> None:
    """The cookie: not for scripts, not for other sites, over TLS only where we are reached by TLS."""
    app.secret_key = desk.secret_key
    app.config.update(
        SESSION_COOKIE_NAME="linshao_console",
        SESSION_COOKIE_PATH="/console",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=desk.public_url.startswith("https:"),
        WTF_CSRF_CHECK_DEFAULT=False,  # the console checks its own; the webhook bears WeChat's signature
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session: a form left open over lunch is not lost
    )
