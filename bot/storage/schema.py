"""Every ledger's tables, gathered: what migrations and the tests' fresh databases are made from."""

from __future__ import annotations

import bot.channels.tokens
import bot.conversation.context
import bot.inbox.ledger
import bot.outbox.ledger
import community.areas.ledger
import community.needs.ledger
import community.residents.ledger
import community.rumours.ledger
import knowledge_base.ledger  # noqa: F401 - importing a ledger declares its tables
from bot.tables import metadata

__all__ = ["metadata"]
