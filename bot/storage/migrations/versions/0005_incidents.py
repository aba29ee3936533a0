"""incidents: when a community works in emergency mode

Revision: 0005, after 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import bot.tables


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table('incidents',
    sa.Column('id', sa.String().with_variant(sa.TEXT(collation='C'), 'postgresql'), nullable=False),
    sa.Column('number', sa.String(), nullable=False),
    sa.Column('area_code', sa.String().with_variant(sa.TEXT(collation='C'), 'postgresql'), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.Column('opened_by', sa.String(), nullable=False),
    sa.Column('opened_at', bot.tables.Time(), nullable=False),
    sa.Column('over_by', sa.String(), nullable=False),
    sa.Column('over_at', bot.tables.Time(), nullable=True),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_incidents'))
    )
    op.create_index(op.f('ix_incidents_opened_at'), 'incidents', ['opened_at'], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_table('incidents')
