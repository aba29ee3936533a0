"""Somebody signs in: limited tries, and the slow comparison outside any transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from community.staff import desk as staff
from community.staff.account import Account, Locked


@dataclass(frozen=True)
class Wrong:
    """The login or the password is wrong, or the account is switched off; which, is not said."""


def sign_in(engine: sa.Engine, *, login: str, password: str, address: str, now: datetime) -> Account | Wrong | Locked:
    """The account if the password fits. `address` is where the request came from.

    While a login or an address is locked, even the right password is not tried.
    """
    login = login.strip().lower()[:64]
    with engine.connect() as conn:
        locked = staff.locked(conn, login=login, address=address, now=now)
        account, password_hash = staff.credentials(conn, login)
    if locked is not None:
        return locked
    right = staff.fits(password, password_hash) and account is not None and account.active
    with engine.begin() as conn:
        if right and account is not None:
            staff.admit(conn, account, now=now)
            return account
        staff.refuse(conn, login=login, address=address, now=now)
    return Wrong()
