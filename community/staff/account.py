"""Nouns of the staff's room."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class Role(StrEnum):
    """What an account may do. Everybody signed in may read what their branch's work needs."""

    STAFF = "staff"  # 工作人员: work on needs, check rumours, draft and submit notices
    APPROVER = "approver"  # 审批人: the second person
    DUTY = "duty"  # 值班: takes emergencies, is alerted
    ADMIN = "admin"  # 管理员: accounts, areas, local facts

    @property
    def chinese(self) -> str:
        """As staff read it."""
        return _CHINESE[self]


_CHINESE = {Role.STAFF: "工作人员", Role.APPROVER: "审批人", Role.DUTY: "值班", Role.ADMIN: "管理员"}
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")

LEAST_PASSWORD = 10  # characters; NIST SP 800-63B asks for 8, and these doors stand on the internet
MOST_TRIES = 5  # wrong passwords for one login …
MOST_TRIES_FROM = 30  # … or from one address: a whole office may share it
TRIES_WITHIN = timedelta(minutes=15)


class BadLogin(ValueError):
    """A login is 2 to 32 of a-z, 0-9, dot, dash and underscore, and begins with a letter or digit."""


class WeakPassword(ValueError):
    """The password is shorter than LEAST_PASSWORD, or holds the login, or is one character repeated."""


@dataclass(frozen=True)
class Account:
    """Somebody who works with the console. `area_code` is the branch of the tree that they see."""

    id: str
    login: str
    name: str
    roles: frozenset[Role]
    area_code: str
    active: bool
    created_at: datetime
    session: int  # raised to end every session of the account: new password, roles changed, switched off

    def may(self, *roles: Role) -> bool:
        """True if the account is active and bears one of the roles; an admin does not stand in for them."""
        return self.active and not self.roles.isdisjoint(roles)


def check_login(login: str) -> str:
    """The login as it is kept. Raises BadLogin."""
    login = login.strip().lower()
    if not _LOGIN.fullmatch(login):
        raise BadLogin(login)
    return login


def check_password(password: str, *, login: str) -> str:
    """The password if it is good enough. Raises WeakPassword."""
    if len(password) < LEAST_PASSWORD or login in password.lower() or len(set(password)) < 4:
        raise WeakPassword
    return password


@dataclass(frozen=True)
class Locked:
    """Too many wrong passwords; until then none is tried."""

    until: datetime
