"""Every ledger's tables, gathered: what migrations and the tests' fresh databases are made from."""

from __future__ import annotations

from bot.channels import push_pauses, simulator_push, tokens, wecom_robot
from bot.conversation import context
from bot.inbox import ledger as inbox
from bot.learning import ledger as learning
from bot.outbox import ledger as outbox
from bot.tables import metadata
from broadcasts import delivery_ledger as deliveries
from broadcasts import ledger as broadcasts
from community.areas import ledger as areas
from community.incidents import ledger as incidents
from community.linkage import ledger as linkage
from community.needs import ledger as needs
from community.residents import ledger as residents
from community.rumours import correction_ledger as corrections
from community.rumours import ledger as rumours
from community.staff import ledger as staff
from knowledge_base import ledger as knowledge
from knowledge_base import revision_ledger as revisions
from knowledge_base import turn_ledger as turns

# Importing a module declares its tables; naming it here keeps it imported.
LEDGERS = (
    areas,
    broadcasts,
    context,
    corrections,
    deliveries,
    incidents,
    inbox,
    knowledge,
    learning,
    linkage,
    needs,
    outbox,
    push_pauses,
    residents,
    revisions,
    rumours,
    simulator_push,
    staff,
    tokens,
    turns,
    wecom_robot,
)

__all__ = ["LEDGERS", "metadata"]
