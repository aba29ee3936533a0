"""Tables and queries of the staff's accounts, tries, duty and audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from bot.tables import Code, Time, changed_one, metadata, within
from community.staff.account import Account, Role

accounts = sa.Table(
    "staff_accounts",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("login", sa.String, nullable=False, unique=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("password_hash", sa.String, nullable=False),
    sa.Column("roles", sa.JSON, nullable=False),
    sa.Column("area_code", Code, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("created_at", Time, nullable=False),
    sa.Column("session", sa.Integer, nullable=False),
)

failed_tries = sa.Table(  # in the database, so that a restart gives nobody new tries
    "staff_failed_tries",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("login", sa.String, nullable=False, index=True),
    sa.Column("address", sa.String, nullable=False, index=True),
    sa.Column("at", Time, nullable=False),
)

shifts = sa.Table(
    "duty_shifts",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("account_id", sa.String, nullable=False, index=True),
    sa.Column("starts_at", Time, nullable=False, index=True),
    sa.Column("ends_at", Time, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("seq", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column("at", Time, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("event", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
    sa.Column("details", sa.JSON, nullable=False),
)


def add(conn: sa.Connection, account: Account, *, password_hash: str) -> None:
    """Write a new account. Raises IntegrityError if the login is taken."""
    conn.execute(sa.insert(accounts).values(**_row(account), password_hash=password_hash))


def get(conn: sa.Connection, account_id: str) -> Account | None:
    """The account of that id."""
    row = conn.execute(sa.select(accounts).where(accounts.c.id == account_id)).one_or_none()
    return _account(row) if row else None


def by_login(conn: sa.Connection, login: str) -> tuple[Account, str] | None:
    """(account, password hash) of a login."""
    row = conn.execute(sa.select(accounts).where(accounts.c.login == login)).one_or_none()
    return (_account(row), row.password_hash) if row else None


def branch(conn: sa.Connection, code: str) -> list[Account]:
    """Every account of a branch, by login."""
    query = sa.select(accounts).where(within(accounts.c.area_code, code)).order_by(accounts.c.login)
    return [_account(row) for row in conn.execute(query)]


def change(conn: sa.Connection, before: Account, values: Mapping[str, Any]) -> None:
    """Set columns and end the account's sessions. Raises Stale if it was changed meanwhile."""
    same = sa.and_(accounts.c.id == before.id, accounts.c.session == before.session)
    statement = sa.update(accounts).where(same).values(**values, session=before.session + 1)
    changed_one(conn.execute(statement), what=before.id)


def add_failed_try(conn: sa.Connection, *, login: str, address: str, now: datetime) -> None:
    """A wrong password was given."""
    conn.execute(sa.insert(failed_tries).values(login=login, address=address, at=now))


def failures(conn: sa.Connection, column: str, value: str, *, since: datetime) -> list[datetime]:
    """When wrong passwords were given for a login or from an address, oldest first."""
    c = failed_tries.c
    query = sa.select(c.at).where(c[column] == value, c.at > since).order_by(c.at, c.seq)
    return list(conn.execute(query).scalars())


def forgive(conn: sa.Connection, login: str) -> None:
    """The right password was given: the login's failures no longer count."""
    conn.execute(sa.delete(failed_tries).where(failed_tries.c.login == login))


def add_shift(conn: sa.Connection, *, shift_id: str, account_id: str, starts_at: datetime, ends_at: datetime) -> None:
    """Write a shift of the duty roster."""
    row = {"id": shift_id, "account_id": account_id, "starts_at": starts_at, "ends_at": ends_at}
    conn.execute(sa.insert(shifts), row)


def on_duty(conn: sa.Connection, code: str, *, now: datetime) -> list[Account]:
    """Active accounts of a branch whose shift runs now."""
    own = sa.select(shifts.c.account_id).where(shifts.c.starts_at <= now, shifts.c.ends_at > now)
    query = sa.select(accounts).where(accounts.c.id.in_(own), accounts.c.active, within(accounts.c.area_code, code))
    return [_account(row) for row in conn.execute(query.order_by(accounts.c.login))]


def record(
    conn: sa.Connection, *, actor: str, event: str, subject: str, details: Mapping[str, Any], now: datetime
) -> None:
    """Append to the audit."""
    row = {"at": now, "actor": actor, "event": event, "subject": subject, "details": dict(details)}
    conn.execute(sa.insert(audit), row)


def audited(conn: sa.Connection, *, limit: int, before: int | None) -> list[sa.Row[Any]]:
    """The newest audit rows, newest first; `before` is the sequence number to page from."""
    query = sa.select(audit).order_by(audit.c.seq.desc()).limit(limit)
    return list(conn.execute(query if before is None else query.where(audit.c.seq < before)))


def _row(account: Account) -> dict[str, Any]:
    return {**vars(account), "roles": sorted(account.roles)}


def _account(row: Any) -> Account:
    return Account(
        id=row.id,
        login=row.login,
        name=row.name,
        roles=frozenset(Role(role) for role in row.roles),
        area_code=row.area_code,
        active=row.active,
        created_at=row.created_at,
        session=row.session,
    )
