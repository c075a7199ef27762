"""Who was told of a pause, where a typed code was right lately, and what a device's last code told"""

import sqlalchemy as sa
from alembic import op

import authsvc.core.db

revision = 'e7b1c4a90d26'
down_revision = 'f4a81c6e02d7'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('tally', schema=None) as batch_op:
        batch_op.add_column(sa.Column('told', sa.Integer(), server_default='0', nullable=False))
        batch_op.create_index('ix_tally_scope_told_open_at', ['scope', 'told', 'open_at'], unique=False)
    with op.batch_alter_table('otp_secret', schema=None) as batch_op:
        batch_op.add_column(sa.Column('last_used_at', authsvc.core.db.Moment(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('steps_ahead', sa.Integer(), server_default='0', nullable=False))
    op.create_table(
        'otp_source',
        sa.Column('source', sa.LargeBinary(), nullable=False),
        sa.Column('succeeded_at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.Column('tries', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('source', name=op.f('pk_otp_source')),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table('otp_source')
    with op.batch_alter_table('otp_secret', schema=None) as batch_op:
        batch_op.drop_column('steps_ahead')
        batch_op.drop_column('last_used_at')
    with op.batch_alter_table('tally', schema=None) as batch_op:
        batch_op.drop_index('ix_tally_scope_told_open_at')
        batch_op.drop_column('told')
