"""flats of residents, needs that are kept confidential, rumours that repeat others, who heard a correction already

Revision: 0004, after 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Forward."""
    with op.batch_alter_table('residents', schema=None) as batch_op:
        batch_op.add_column(sa.Column('room', sa.String(), nullable=False, server_default=''))

    with op.batch_alter_table('broadcast_frozen', schema=None) as batch_op:
        batch_op.add_column(sa.Column('told_already', sa.Integer(), nullable=False, server_default='0'))

    with op.batch_alter_table('needs', schema=None) as batch_op:
        batch_op.add_column(sa.Column('confidential', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('rumours', schema=None) as batch_op:
        batch_op.add_column(sa.Column('perhaps', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('perhaps_chance', sa.Float(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('perhaps_why', sa.JSON(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('joined_into', sa.String(), nullable=True))
        batch_op.create_index(batch_op.f('ix_rumours_joined_into'), ['joined_into'], unique=False)


def downgrade() -> None:
    """Back."""
    with op.batch_alter_table('rumours', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_rumours_joined_into'))
        for column in ('joined_into', 'perhaps_why', 'perhaps_chance', 'perhaps'):
            batch_op.drop_column(column)

    for table, column in (('needs', 'confidential'), ('broadcast_frozen', 'told_already'), ('residents', 'room')):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column(column)
