"""The migrations lead to exactly the tables that the ledgers declare."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.storage.migrate import head, is_current, migrate
from bot.storage.schema import metadata


def test_the_migrated_database_has_the_declared_tables_and_nothing_else(engine: sa.Engine) -> None:
    with engine.connect() as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []


def test_migrating_again_changes_nothing(engine: sa.Engine) -> None:
    assert is_current(engine)
    assert migrate(engine) == head()
    assert is_current(engine)
