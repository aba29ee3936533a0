"""Alembic's entry: the connection comes from `bot.storage.migrate`, the tables from the ledgers."""

from __future__ import annotations

from alembic import context

from bot.storage.schema import metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=metadata,
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite changes a column by copying the table
    compare_type=False,
)
with context.begin_transaction():
    context.run_migrations()
