"""revisions of articles, and whose turn it is to build

Revision: 0002, after 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import bot.tables


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    op.create_table('article_revisions',
    sa.Column('id', sa.String(), nullable=False),
    sa.Column('slug', sa.String(), nullable=False),
    sa.Column('title', sa.String(), nullable=False),
    sa.Column('words', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('status', sa.String(), nullable=False),
    sa.Column('authors', sa.JSON(), nullable=False),
    sa.Column('submitted_by', sa.String(), nullable=False),
    sa.Column('approved_by', sa.String(), nullable=False),
    sa.Column('created_at', bot.tables.Time(), nullable=False),
    sa.Column('changed_at', bot.tables.Time(), nullable=False),
    sa.Column('missed', sa.JSON(), nullable=False),
    sa.Column('snapshot', sa.String(), nullable=True),
    sa.Column('count', sa.Integer(), nullable=False),
    sa.Column('open_slug', sa.String(), nullable=True),
    sa.ForeignKeyConstraint(['snapshot'], ['artefacts.hash'], name=op.f('fk_article_revisions_snapshot_artefacts')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_article_revisions')),
    sa.UniqueConstraint('open_slug', name=op.f('uq_article_revisions_open_slug'))
    )
    with op.batch_alter_table('article_revisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_article_revisions_slug'), ['slug'], unique=False)
        batch_op.create_index(batch_op.f('ix_article_revisions_snapshot'), ['snapshot'], unique=False)
        batch_op.create_index(batch_op.f('ix_article_revisions_status'), ['status'], unique=False)

    op.create_table('article_revision_history',
    sa.Column('seq', sa.Integer(), autoincrement=True, nullable=False),
    sa.Column('revision_id', sa.String(), nullable=False),
    sa.Column('at', bot.tables.Time(), nullable=False),
    sa.Column('actor', sa.String(), nullable=False),
    sa.Column('was', sa.String(), nullable=False),
    sa.Column('became', sa.String(), nullable=False),
    sa.Column('why', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('seq', name=op.f('pk_article_revision_history'))
    )
    with op.batch_alter_table('article_revision_history', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_article_revision_history_revision_id'), ['revision_id'], unique=False)

    op.create_table('snapshot_turns',
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('holder', sa.String(), nullable=False),
    sa.Column('until', bot.tables.Time(), nullable=True),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('trouble', sa.Text(), nullable=False),
    sa.Column('not_before', bot.tables.Time(), nullable=True),
    sa.PrimaryKeyConstraint('kind', name=op.f('pk_snapshot_turns'))
    )


def downgrade() -> None:
    """Back."""
    op.drop_table('snapshot_turns')
    op.drop_table('article_revision_history')
    op.drop_table('article_revisions')
