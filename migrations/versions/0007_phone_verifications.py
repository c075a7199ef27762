"""Attempts to bind a phone by its operator's word"""

import sqlalchemy as sa
from alembic import op

import authsvc.core.db

revision = 'd2a7e0c48f15'
down_revision = 'c19f0a37b6d4'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        'phone_verification',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('operator', sa.String(length=32), nullable=False),
        sa.Column('mobile', sa.LargeBinary(), nullable=False),
        sa.Column('national_id', sa.LargeBinary(), nullable=False),
        sa.Column('card_last4', sa.LargeBinary(), nullable=False),
        sa.Column('state_digest', sa.LargeBinary(), nullable=False),
        sa.Column('nonce', sa.LargeBinary(), nullable=False),
        sa.Column('verifier', sa.LargeBinary(), nullable=False),
        sa.Column('jkt', sa.String(length=43), nullable=False),
        sa.Column('device', sa.JSON(), nullable=False),
        sa.Column('otp_key', sa.JSON(), nullable=False),
        sa.Column('consent_version', sa.String(length=32), nullable=False),
        sa.Column('made_at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.Column('expires_at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.Column('outcome', sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_phone_verification')),
    )
    with op.batch_alter_table('phone_verification', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_phone_verification_expires_at'), ['expires_at'], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('phone_verification', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_phone_verification_expires_at'))
    op.drop_table('phone_verification')
