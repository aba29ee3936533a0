"""Who may approve what: asked when somebody approves, and again when the sending starts."""

from __future__ import annotations

import sqlalchemy as sa

from bot.tables import lies_in
from community.staff import desk as staff
from community.staff.account import Role


def may_approve(conn: sa.Connection, account_id: str, area_code: str) -> bool:
    """True if the account is active, bears the approver's role, and the area lies in its branch of the tree."""
    account = staff.get(conn, account_id)
    if account is None or not account.may(Role.APPROVER):
        return False
    return lies_in(area_code, account.area_code)
