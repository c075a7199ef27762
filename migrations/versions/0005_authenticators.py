"""A phone's own authenticator, and whether a login was approved with it"""

import sqlalchemy as sa
from alembic import op

import authsvc.core.db

revision = 'b84e21f6d0c5'
down_revision = '5b8d2c6e1f70'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('authenticator',
    sa.Column('device_id', sa.String(length=32), nullable=False),
    sa.Column('credential_id', sa.LargeBinary(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('sign_count', sa.BigInteger(), nullable=False),
    sa.Column('transports', sa.JSON(), nullable=False),
    sa.Column('backup_eligible', sa.Boolean(), nullable=False),
    sa.Column('backed_up', sa.Boolean(), nullable=False),
    sa.Column('created_at', authsvc.core.db.Moment(timezone=True), nullable=False),
    sa.Column('used_at', authsvc.core.db.Moment(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_authenticator_device_id')),
    sa.PrimaryKeyConstraint('device_id', name=op.f('pk_authenticator')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_authenticator_credential_id'))
    )
    op.create_table('authenticator_offer',
    sa.Column('device_id', sa.String(length=32), nullable=False),
    sa.Column('challenge', sa.LargeBinary(), nullable=False),
    sa.Column('expires_at', authsvc.core.db.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['device_id'], ['device.id'], name=op.f('fk_authenticator_offer_device_id')),
    sa.PrimaryKeyConstraint('device_id', name=op.f('pk_authenticator_offer'))
    )
    with op.batch_alter_table('authenticator_offer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_authenticator_offer_expires_at'), ['expires_at'], unique=False)
    with op.batch_alter_table('qr_order', schema=None) as batch_op:
        # Orders that are open now were decided without it.
        batch_op.add_column(sa.Column('user_verified', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('qr_order', schema=None) as batch_op:
        batch_op.drop_column('user_verified')
    with op.batch_alter_table('authenticator_offer', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_authenticator_offer_expires_at'))
    op.drop_table('authenticator_offer')
    op.drop_table('authenticator')
