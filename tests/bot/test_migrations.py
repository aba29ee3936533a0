"""The migrations lead to exactly the tables that the ledgers declare."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from bot.storage.migrate import FOLDER, head, is_current, migrate
from bot.storage.schema import metadata
from community.needs import desk as needs
from community.needs.desk import Report
from community.residents import desk as residents
from community.rumours import desk as rumours
from community.rumours.desk import Claim
from community.rumours.rumour import Likeness
from tests.instants import T0


def test_the_migrated_database_has_the_declared_tables_and_nothing_else(engine: sa.Engine) -> None:
    with engine.connect() as conn:
        assert compare_metadata(MigrationContext.configure(conn), metadata) == []


def test_migrating_again_changes_nothing(engine: sa.Engine) -> None:
    assert is_current(engine)
    assert migrate(engine) == head()
    assert is_current(engine)


def test_what_an_older_program_wrote_stands_after_the_upgrade(engine: sa.Engine) -> None:
    with engine.begin() as conn:
        one = residents.meet(conn, channel="official", app="gh", openid="o1", now=T0)
        claim = Claim("今晚泄洪", "life", "c", one.id, "m")
        asked = rumours.report(conn, claim, match=lambda _text, _known: Likeness(), now=T0).rumour
        told = needs.tell(conn, Report("utilities", "routine", "停电", "c", None, one.id, "m"), alike=_never, now=T0)
        asked = rumours.get(conn, asked.id)
        config = Config()
        config.set_main_option("script_location", str(FOLDER))
        config.attributes["connection"] = conn
        command.downgrade(config, "0002")
    assert not is_current(engine)
    migrate(engine)
    with engine.begin() as conn:
        assert residents.get(conn, one.id) == one
        assert rumours.get(conn, asked.id) == asked
        assert needs.get(conn, told.need.id) == told.need


def _never(_one: str, _other: str) -> float:
    return 0.0
