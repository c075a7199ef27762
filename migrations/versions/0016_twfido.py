"""Logins by TW FidO, the mobile natural-person certificate"""

import sqlalchemy as sa
from alembic import op

import authsvc.core.db

revision = 'd7a3f16c05be'
down_revision = 'd71c0a95e2b8'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        'twfido_login',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('browser_digest', sa.LargeBinary(), nullable=False),
        sa.Column('claim', sa.LargeBinary(), nullable=False),
        sa.Column('national_id', sa.LargeBinary(), nullable=False),
        sa.Column('birth_date', sa.LargeBinary(), nullable=False),
        sa.Column('unit_code', sa.String(length=9), nullable=True),
        sa.Column('appoint_managers', sa.Boolean(), nullable=False),
        sa.Column('mode', sa.String(length=8), nullable=False),
        sa.Column('transaction_id', sa.String(length=36), nullable=False),
        sa.Column('ticket_id', sa.String(length=64), nullable=False),
        sa.Column('ticket', sa.LargeBinary(), nullable=False),
        sa.Column('nonce', sa.String(length=64), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('reason', sa.String(length=64), nullable=True),
        sa.Column('trouble', sa.String(length=64), nullable=True),
        sa.Column('person_id', sa.String(length=32), nullable=True),
        sa.Column('created_at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.Column('expires_at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.Column('asked_at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.Column('decided_at', authsvc.core.db.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_twfido_login')),
        sa.UniqueConstraint('ticket_id', name=op.f('uq_twfido_login_ticket_id')),
        sa.UniqueConstraint('transaction_id', name=op.f('uq_twfido_login_transaction_id')),
    )
    with op.batch_alter_table('twfido_login', schema=None) as batch_op:
        batch_op.create_index(op.f('ix_twfido_login_browser_digest'), ['browser_digest'], unique=False)
        batch_op.create_index(op.f('ix_twfido_login_expires_at'), ['expires_at'], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table('twfido_login')
