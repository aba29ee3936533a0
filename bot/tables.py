"""What all ledgers share: the metadata, an aware time type, new ids, insert-once, and Stale."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Stale(Exception):
    """The row was changed by somebody else since it was read; nothing was written."""


class Time(sa.TypeDecorator[datetime]):
    """An aware moment. Stored in UTC: `timestamptz` on PostgreSQL, microseconds since 1970 on SQLite.

    SQLite has no time type; an integer sorts and compares correctly and loses nothing.
    Raises ValueError for a naive datetime.
    """

    impl = sa.BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> sa.types.TypeEngine[Any]:
        """Pick the column type of the database in use."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(sa.DateTime(timezone=True))
        return dialect.type_descriptor(sa.BigInteger())

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Aware datetime to what the database stores."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive datetime cannot be stored: {value!r}")
        if dialect.name == "postgresql":
            return value
        delta = value - _EPOCH
        return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """What the database stores to an aware datetime in UTC."""
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return datetime.fromtimestamp(value // 1_000_000, UTC).replace(microsecond=value % 1_000_000)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# An area code or an id: compared byte by byte on both databases, so that a prefix is a range.
Code = sa.String().with_variant(postgresql.TEXT(collation="C"), "postgresql")


def new_id() -> str:
    """A fresh row id: 24 hexadecimal characters, random, never reused, telling nothing."""
    return secrets.token_hex(12)


def allow_a_minute(conn: sa.Connection) -> None:
    """For rows of many megabytes: the statements of this transaction may take longer than a message's may."""
    if conn.dialect.name == "postgresql":  # SQLite knows no such limit
        conn.execute(sa.text("SET LOCAL statement_timeout = '60s'"))


def insert_once(conn: sa.Connection, table: sa.Table, row: Mapping[str, Any], *, key: list[str]) -> bool:
    """Insert `row` unless a row with the same `key` columns stands already.

    Returns True if the row was written. On PostgreSQL a concurrent insert of the same key is waited
    for; on SQLite the writer's lock has made them queue already.
    """
    return conn.execute(_insert_once(table, tuple(key), conn.dialect.name), dict(row)).first() is not None


@cache
def _insert_once(table: sa.Table, key: tuple[str, ...], dialect: str) -> Any:
    """The statement is built once: building it costs five times what running it does.

    What was written comes back; psycopg's rowcount of an insert is not to be relied on.
    """
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing(index_elements=list(key)).returning(table.c[key[0]])


def changed_one(result: sa.CursorResult[Any], *, what: str) -> None:
    """Raise `Stale` unless the conditional update changed exactly one row."""
    if result.rowcount != 1:
        raise Stale(what)


def within(column: sa.ColumnElement[str], code: str) -> sa.ColumnElement[bool]:
    """Rows whose area code is `code` or below it: `a.b` holds `a.b.c` but not `a.bc`.

    Codes are segments joined by dots, and "/" follows "." in ASCII, so a branch is one range of the
    index under binary collation.
    """
    return sa.or_(column == code, sa.and_(column > code + ".", column < code + "/"))


def lies_in(code: str, branch: str) -> bool:
    """The same rule for a code in hand: `a.b` and all below it lie in `a.b`."""
    return code == branch or code.startswith(branch + ".")


counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("day", sa.String, primary_key=True),
    sa.Column("value", sa.Integer, nullable=False),
)


def next_number(conn: sa.Connection, prefix: str, day: date) -> str:
    """The next number that a person can say on the phone: `S-1120-3` is the third of that day.

    `day` is the day in Shanghai. The counter's row stays locked until the transaction ends, so numbers
    are never given twice.
    """
    row = {"name": prefix, "day": day.isoformat(), "value": 1}
    return f"{prefix}-{day:%m%d}-{conn.execute(_count(conn.dialect.name), row).scalar_one()}"


@cache
def _count(dialect: str) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return (
        insert(counters)
        .on_conflict_do_update(index_elements=["name", "day"], set_={"value": counters.c.value + 1})
        .returning(counters.c.value)
    )
