"""The verbs of the staff's room."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from bot.tables import new_id
from community.staff import account as nouns
from community.staff import ledger
from community.staff.account import Account, Locked, Role

_hasher = PasswordHasher()  # argon2id with the library's parameters, RFC 9106's low-memory choice
# What an unknown login is checked against, so that its answer takes as long as a known one's.
_NOBODY = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHRzb21lc2FsdA$DbmU/DRY3ZD4XxNlvxzJyKfu5VDMKSGCVQKVB5n0FYw"


class LoginTaken(Exception):
    """Somebody has that login already."""


class NoSuchAccount(Exception):
    """No account has that id."""


@dataclass(frozen=True)
class Entry:
    """One line of the audit."""

    seq: int
    at: datetime
    actor: str
    event: str
    subject: str
    details: Mapping[str, Any]


# Every event that is audited, with exactly the keys that its details bear.
EVENTS: Mapping[str, frozenset[str]] = {
    "account-added": frozenset({"login", "roles"}),
    "account-changed": frozenset({"what"}),
    "signed-in": frozenset(),
    "sign-in-failed": frozenset({"login"}),
    "signed-out": frozenset(),
    "unmasked": frozenset({"why"}),
    "rumour-joined": frozenset({"into"}),
    "rumour-kept-apart": frozenset({"other"}),
    "labels-corrected": frozenset({"field", "was", "became"}),
    "fact-set": frozenset({"name"}),
    "articles-adopted": frozenset({"snapshot"}),
    "article-drafted": frozenset({"slug"}),
    "article-edited": frozenset({"slug"}),
    "article-submitted": frozenset({"slug"}),
    "article-approved": frozenset({"slug"}),
    "article-returned": frozenset({"slug", "why"}),
    "article-taken-back": frozenset({"slug"}),
    "article-dropped": frozenset({"slug", "why"}),
    "article-withdrawal-asked": frozenset({"slug", "why"}),
    "articles-published": frozenset({"snapshot", "articles"}),
    "articles-gone-back": frozenset({"was", "became"}),
    "training-asked": frozenset(),
    "emergency-declared": frozenset({"why"}),
    "emergency-ended": frozenset({"outcome"}),
    "model-used": frozenset({"model"}),
}


def add(
    conn: sa.Connection,
    *,
    login: str,
    name: str,
    password: str,
    roles: Collection[Role],
    area_code: str,
    actor: str,
    now: datetime,
) -> Account:
    """Open an account. Raises BadLogin, WeakPassword, LoginTaken."""
    login = nouns.check_login(login)
    nouns.check_password(password, login=login)
    if ledger.by_login(conn, login) is not None:
        raise LoginTaken(login)
    account = Account(new_id(), login, name, frozenset(roles), area_code, True, now, 0)
    ledger.add(conn, account, password_hash=_hasher.hash(password))
    record(conn, "account-added", actor=actor, subject=account.id, now=now, login=login, roles=sorted(roles))
    return account


def get(conn: sa.Connection, account_id: str) -> Account | None:
    """The account of that id, None if there is none."""
    return ledger.get(conn, account_id)


def names(conn: sa.Connection, branch: str) -> dict[str, str]:
    """Id to name of every account of a branch, for histories."""
    return {account.id: account.name for account in ledger.branch(conn, branch)}


def of_branch(conn: sa.Connection, branch: str) -> list[Account]:
    """Every account of a branch, by login."""
    return ledger.branch(conn, branch)


def locked(conn: sa.Connection, *, login: str, address: str, now: datetime) -> Locked | None:
    """Whether too many wrong passwords were given for the login or from the address lately."""
    since = now - nouns.TRIES_WITHIN
    for column, value, most in (("login", login, nouns.MOST_TRIES), ("address", address, nouns.MOST_TRIES_FROM)):
        failed = ledger.failures(conn, column, value, since=since)
        if len(failed) >= most:
            return Locked(until=failed[-most] + nouns.TRIES_WITHIN)
    return None


def credentials(conn: sa.Connection, login: str) -> tuple[Account | None, str]:
    """(account, hash to verify against) of a login; an unknown one gets a hash that fits nothing."""
    found = ledger.by_login(conn, login)
    return found if found is not None else (None, _NOBODY)


def fits(password: str, password_hash: str) -> bool:
    """True if the password is the one that was hashed. Slow on purpose: never inside a transaction."""
    try:
        return _hasher.verify(password_hash, password)
    except VerificationError:
        return False


def admit(conn: sa.Connection, account: Account, *, now: datetime) -> None:
    """The right password was given: signed in, and earlier failures are forgiven."""
    ledger.forgive(conn, account.login)
    record(conn, "signed-in", actor=account.id, subject=account.id, now=now)


def refuse(conn: sa.Connection, *, login: str, address: str, now: datetime) -> None:
    """A wrong password was given, or the login is nobody's."""
    ledger.add_failed_try(conn, login=login, address=address, now=now)
    record(conn, "sign-in-failed", actor="?", subject="", now=now, login=login)


def change_password(conn: sa.Connection, account_id: str, password: str, *, actor: str, now: datetime) -> None:
    """A new password; every session of the account ends. Raises WeakPassword, NoSuchAccount, Stale."""
    before = _existing(conn, account_id)
    nouns.check_password(password, login=before.login)
    ledger.change(conn, before, {"password_hash": _hasher.hash(password)})
    record(conn, "account-changed", actor=actor, subject=account_id, now=now, what="password")


def change_roles(conn: sa.Connection, account_id: str, roles: Collection[Role], *, actor: str, now: datetime) -> None:
    """Other roles; every session of the account ends. Raises NoSuchAccount, Stale."""
    ledger.change(conn, _existing(conn, account_id), {"roles": sorted(roles)})
    record(conn, "account-changed", actor=actor, subject=account_id, now=now, what="roles")


def switch_off(conn: sa.Connection, account_id: str, *, actor: str, now: datetime) -> None:
    """The account can no longer sign in; what it did stays. Raises NoSuchAccount, Stale."""
    ledger.change(conn, _existing(conn, account_id), {"active": False})
    record(conn, "account-changed", actor=actor, subject=account_id, now=now, what="switched off")


def put_on_duty(
    conn: sa.Connection, account_id: str, *, starts_at: datetime, ends_at: datetime, actor: str, now: datetime
) -> None:
    """Enter a shift in the roster. Raises NoSuchAccount, and ValueError if it ends before it begins."""
    if ends_at <= starts_at:
        raise ValueError("a shift ends after it begins")
    account = _existing(conn, account_id)
    ledger.add_shift(conn, shift_id=new_id(), account_id=account.id, starts_at=starts_at, ends_at=ends_at)
    record(conn, "account-changed", actor=actor, subject=account_id, now=now, what="duty")


def on_duty(conn: sa.Connection, branch: str, *, now: datetime) -> list[Account]:
    """Whose shift runs now; where nobody's does, everybody with the duty role."""
    return ledger.on_duty(conn, branch, now=now) or [
        account for account in ledger.branch(conn, branch) if account.may(Role.DUTY)
    ]


def record(conn: sa.Connection, event: str, *, actor: str, subject: str, now: datetime, **details: Any) -> None:
    """Append to the audit. Raises ValueError for an event or keys that are not declared in EVENTS."""
    if event not in EVENTS or details.keys() != EVENTS[event]:
        raise ValueError(f"{event} with {sorted(details)} is not a declared audit event")
    ledger.record(conn, actor=actor, event=event, subject=subject, details=details, now=now)


def audited(conn: sa.Connection, *, limit: int = 50, before: int | None = None) -> list[Entry]:
    """The newest audit entries, newest first."""
    return [
        Entry(row.seq, row.at, row.actor, row.event, row.subject, row.details)
        for row in ledger.audited(conn, limit=limit, before=before)
    ]


def _existing(conn: sa.Connection, account_id: str) -> Account:
    account = ledger.get(conn, account_id)
    if account is None:
        raise NoSuchAccount(account_id)
    return account
