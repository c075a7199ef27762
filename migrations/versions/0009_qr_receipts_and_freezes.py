"""QR logins that follow one another, their receipts, and people who allow no new phones"""

import sqlalchemy as sa
from alembic import op

import authsvc.core.db

revision = 'f4a81c6e02d7'
down_revision = 'e7b3c5d10a62'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; of the orders that are there none followed another, and none was opened by its link."""
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.add_column(sa.Column('bindings_frozen_at', authsvc.core.db.Moment(timezone=True), nullable=True))
    with op.batch_alter_table('web_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('receipt', sa.String(length=9), nullable=True))
        batch_op.add_column(sa.Column('tab_bound', sa.Boolean(), nullable=True))
    with op.batch_alter_table('qr_order', schema=None) as batch_op:
        batch_op.add_column(sa.Column('reissues', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('by_link', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('asked_at', authsvc.core.db.Moment(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('receipt', sa.String(length=9), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('qr_order', schema=None) as batch_op:
        for column in ('receipt', 'asked_at', 'by_link', 'reissues'):
            batch_op.drop_column(column)
    with op.batch_alter_table('web_session', schema=None) as batch_op:
        batch_op.drop_column('tab_bound')
        batch_op.drop_column('receipt')
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.drop_column('bindings_frozen_at')
