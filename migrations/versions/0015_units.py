"""Insured units and the sessions that their own certificates open"""

import sqlalchemy as sa
from alembic import op

import authsvc.core.db

revision = 'd71c0a95e2b8'
down_revision = 'c58e90b3f7a1'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        'unit',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('business_number', sa.String(length=8), nullable=False),
        sa.Column('name', sa.String(length=255), nullable=False),
        sa.Column('known_at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_unit')),
        sa.UniqueConstraint('business_number', name=op.f('uq_unit_business_number')),
    )
    op.create_table(
        'unit_session',
        sa.Column('unit_id', sa.String(length=32), nullable=False),
        sa.Column('token_digest', sa.LargeBinary(), nullable=False),
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('acr', sa.String(length=32), nullable=False),
        sa.Column('amr', sa.JSON(), nullable=False),
        sa.Column('auth_time', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.Column('last_seen_at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.Column('ends_at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.Column('ended_at', authsvc.core.db.Moment(timezone=True), nullable=True),
        sa.Column('unit_code', sa.String(length=9), nullable=True),
        sa.Column('appoint_managers', sa.Boolean(), nullable=False),
        sa.Column('place', sa.LargeBinary(), nullable=True),
        sa.Column('browser', sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_unit_session_unit_id_unit')),
        sa.PrimaryKeyConstraint('token_digest', name=op.f('pk_unit_session')),
        sa.UniqueConstraint('id', name=op.f('uq_unit_session_id')),
    )
    with op.batch_alter_table('unit_session', schema=None) as batch_op:
        batch_op.create_index(op.f('ix_unit_session_unit_id'), ['unit_id'], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table('unit_session')
    op.drop_table('unit')
