"""Passkeys, the handles of their owners, and the challenges that wait"""

import sqlalchemy as sa
from alembic import op

import authsvc.core.db

revision = 'e7d2b64a90c5'
down_revision = 'd71c0a95e2b8'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        'passkey',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('person_id', sa.String(length=32), nullable=False),
        sa.Column('name', sa.String(length=64), nullable=False),
        sa.Column('credential_id', sa.LargeBinary(), nullable=False),
        sa.Column('public_key', sa.LargeBinary(), nullable=False),
        sa.Column('sign_count', sa.BigInteger(), nullable=False),
        sa.Column('transports', sa.JSON(), nullable=False),
        sa.Column('backup_eligible', sa.Boolean(), nullable=False),
        sa.Column('backed_up', sa.Boolean(), nullable=False),
        sa.Column('created_at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.Column('used_at', authsvc.core.db.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_passkey_person_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
        sa.UniqueConstraint('credential_id', name=op.f('uq_passkey_credential_id')),
    )
    with op.batch_alter_table('passkey', schema=None) as batch_op:
        batch_op.create_index(op.f('ix_passkey_person_id'), ['person_id'], unique=False)
    op.create_table(
        'passkey_holder',
        sa.Column('person_id', sa.String(length=32), nullable=False),
        sa.Column('handle', sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_passkey_holder_person_id')),
        sa.PrimaryKeyConstraint('person_id', name=op.f('pk_passkey_holder')),
        sa.UniqueConstraint('handle', name=op.f('uq_passkey_holder_handle')),
    )
    op.create_table(
        'passkey_challenge',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('challenge', sa.LargeBinary(), nullable=False),
        sa.Column('browser_digest', sa.LargeBinary(), nullable=False),
        sa.Column('person_id', sa.String(length=32), nullable=True),
        sa.Column('expires_at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_passkey_challenge_person_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey_challenge')),
    )
    with op.batch_alter_table('passkey_challenge', schema=None) as batch_op:
        batch_op.create_index(op.f('ix_passkey_challenge_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(op.f('ix_passkey_challenge_person_id'), ['person_id'], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table('passkey_challenge')
    op.drop_table('passkey_holder')
    op.drop_table('passkey')
