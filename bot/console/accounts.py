"""账号: who may work here, with which roles; only for administrators, and only within their branch."""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import NotFound

from bot.clock import SHANGHAI
from bot.console.guards import ADMINS, Route
from bot.console.visit import Names, Visit
from bot.tables import lies_in
from community.areas import desk as areas
from community.areas.area import Level
from community.staff import desk as staff
from community.staff.account import LEAST_PASSWORD, Account, BadLogin, Role, WeakPassword

WRONG: dict[type[Exception], str] = {
    BadLogin: "登录名只用小写字母、数字、点、横线，2 到 32 个字符。",
    WeakPassword: f"口令太弱：至少 {LEAST_PASSWORD} 个字符，不能含登录名，不能只是几个字符重复。",
    staff.LoginTaken: "这个登录名已经有人用了。",
}
LONGEST_SHIFT = timedelta(hours=48)


def show(visit: Visit) -> ResponseReturnValue:
    """Every account of the branch, and the form for a new one."""
    return _page(visit, MultiDict(), "")


def add(visit: Visit) -> ResponseReturnValue:
    """Open an account. What was typed stays, but for the password."""
    form = request.form
    area = form.get("area", "") or visit.branch
    if not form.get("name", "").strip() or not _roles():
        return _page(visit, form, "请写姓名，并至少选一个角色。"), 422
    if not lies_in(area, visit.branch):
        raise NotFound
    try:
        with visit.writing() as conn:
            staff.add(conn, login=form.get("login", ""), name=form["name"].strip(), password=form.get("password", ""),
                      roles=_roles(), area_code=area, actor=visit.account.id, now=visit.now)  # fmt: skip
    except (BadLogin, WeakPassword, staff.LoginTaken) as error:
        return _page(visit, form, WRONG[type(error)]), 422
    flash("账号开好了。请当面把登录名和口令告诉本人，让他登录后自己改口令。", "good")
    return redirect(url_for("console.accounts-show"), 303)


def change_roles(visit: Visit, account_id: str) -> ResponseReturnValue:
    """Other roles; the account has to sign in again."""
    roles = _roles()
    if account_id == visit.account.id and Role.ADMIN not in roles:
        flash("没有改：不能把自己的“管理员”去掉，免得谁也进不来。", "soon")
        return redirect(url_for("console.accounts-show"), 303)

    def do(conn: sa.Connection) -> str:
        account = _theirs(conn, visit, account_id)
        staff.change_roles(conn, account.id, roles, actor=visit.account.id, now=visit.now)
        return f"{account.name}的角色改好了，他要重新登录。"

    return visit.attempt(do, back=url_for("console.accounts-show"))


def reset_password(visit: Visit, account_id: str) -> ResponseReturnValue:
    """A new password for somebody who forgot theirs."""

    def do(conn: sa.Connection) -> str:
        account = _theirs(conn, visit, account_id)
        staff.change_password(conn, account.id, request.form.get("password", ""), actor=visit.account.id, now=visit.now)
        return f"{account.name}的口令重设好了。请当面告诉他，让他登录后自己改。"

    try:
        return visit.attempt(do, back=url_for("console.accounts-show"))
    except WeakPassword:
        return _page(visit, MultiDict(), WRONG[WeakPassword]), 422


def switch_off(visit: Visit, account_id: str) -> ResponseReturnValue:
    """The account can no longer sign in."""

    def do(conn: sa.Connection) -> str:
        account = _theirs(conn, visit, account_id)
        if account.id == visit.account.id:
            return "没有停用：不能停用自己的账号。"
        staff.switch_off(conn, account.id, actor=visit.account.id, now=visit.now)
        return f"{account.name}的账号已停用，他做过的事都还在记录里。"

    return visit.attempt(do, back=url_for("console.accounts-show"))


def put_on_duty(visit: Visit, account_id: str) -> ResponseReturnValue:
    """Enter a shift."""
    starts, ends = _moment("starts"), _moment("ends")
    if starts is None or ends is None or not timedelta() < ends - starts <= LONGEST_SHIFT:
        return _page(visit, MultiDict(), "班次没有记：结束要晚于开始，一班最多 48 小时。"), 422

    def do(conn: sa.Connection) -> str:
        account = _theirs(conn, visit, account_id)
        staff.put_on_duty(conn, account.id, starts_at=starts, ends_at=ends, actor=visit.account.id, now=visit.now)
        return f"{account.name}的班排好了。"

    return visit.attempt(do, back=url_for("console.accounts-show"))


def _page(visit: Visit, typed: MultiDict[str, str], problem: str) -> str:
    with visit.reading() as conn:
        names = Names(conn)
        rows = [(one, names.place(one.area_code)) for one in staff.of_branch(conn, visit.branch)]
        on_duty = {one.id for one in staff.on_duty(conn, visit.branch, now=visit.now)}
        grids = areas.within(conn, visit.branch, Level.GRID)
    return visit.page("accounts.html", place="more", rows=rows, on_duty=on_duty, roles=list(Role), grids=grids,
                      typed=typed, problem=problem, least=LEAST_PASSWORD)  # fmt: skip


def _roles() -> set[Role]:
    return {Role(one) for one in request.form.getlist("role") if one in list(Role)}


def _moment(name: str) -> datetime | None:
    try:
        return datetime.fromisoformat(request.form.get(name, "")).replace(tzinfo=SHANGHAI)
    except ValueError:
        return None


def _theirs(conn: sa.Connection, visit: Visit, account_id: str) -> Account:
    account = staff.get(conn, account_id)
    if account is None or not visit.sees(account.area_code):
        raise NotFound
    return account


ROUTES = (
    Route("/accounts", show, ADMINS),
    Route("/accounts", add, ADMINS, ("POST",)),
    Route("/accounts/<account_id>/roles", change_roles, ADMINS, ("POST",)),
    Route("/accounts/<account_id>/password", reset_password, ADMINS, ("POST",)),
    Route("/accounts/<account_id>/off", switch_off, ADMINS, ("POST",)),
    Route("/accounts/<account_id>/duty", put_on_duty, ADMINS, ("POST",)),
)
