"""trainings, and what was looked at in the daily sample

Revision: 0003, after 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import bot.tables


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table('inbox_looks',
    sa.Column('message_id', sa.String(), nullable=False),
    sa.Column('at', bot.tables.Time(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('message_id', name=op.f('pk_inbox_looks'))
    )
    op.create_index(op.f('ix_inbox_looks_at'), 'inbox_looks', ['at'], unique=False)
    op.create_table('trainings',
    sa.Column('id', sa.String().with_variant(sa.TEXT(collation='C'), 'postgresql'), nullable=False),
    sa.Column('place', sa.String(), nullable=False),
    sa.Column('asked_by', sa.String(), nullable=False),
    sa.Column('due_at', bot.tables.Time(), nullable=False),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('leased_until', bot.tables.Time(), nullable=True),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('started_at', bot.tables.Time(), nullable=True),
    sa.Column('ended_at', bot.tables.Time(), nullable=True),
    sa.Column('corrections', sa.Integer(), nullable=False),
    sa.Column('basis', sa.String(), nullable=False),
    sa.Column('model', sa.String(), nullable=True),
    sa.Column('report', sa.JSON(), nullable=True),
    sa.Column('fault', sa.String(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_trainings')),
    sa.UniqueConstraint('place', name=op.f('uq_trainings_place'))
    )
    op.create_index(op.f('ix_trainings_ended_at'), 'trainings', ['ended_at'], unique=False)


def downgrade() -> None:
    """Back."""
    op.drop_table('trainings')
    op.drop_table('inbox_looks')
