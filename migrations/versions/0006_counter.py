"""The counter: staff, their sessions and acts; by which ceremony a device code was made"""

import sqlalchemy as sa
from alembic import op

import authsvc.core.db

revision = 'c19f0a37b6d4'
down_revision = 'b84e21f6d0c5'
branch_labels = None
depends_on = None

EMPLOYED = sa.text('ended_at IS NULL')


def upgrade() -> None:
    """Apply."""
    op.create_table(
        'staff',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('name', sa.LargeBinary(), nullable=False),
        sa.Column('holder_index', sa.LargeBinary(), nullable=False),
        sa.Column('national_id_index', sa.LargeBinary(), nullable=False),
        sa.Column('card_key', sa.LargeBinary(), nullable=True),
        sa.Column('office', sa.String(length=64), nullable=False),
        sa.Column('roles', sa.JSON(), nullable=False),
        sa.Column('created_at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.Column('ended_at', authsvc.core.db.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_staff')),
    )
    op.create_index(
        'uq_staff_holder', 'staff', ['holder_index'], unique=True, sqlite_where=EMPLOYED, postgresql_where=EMPLOYED
    )
    op.create_table(
        'staff_session',
        sa.Column('token_digest', sa.LargeBinary(), nullable=False),
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('staff_id', sa.String(length=32), nullable=False),
        sa.Column('opened_at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.Column('last_seen_at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.Column('ends_at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.Column('ended_at', authsvc.core.db.Moment(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_staff_session_staff_id')),
        sa.PrimaryKeyConstraint('token_digest', name=op.f('pk_staff_session')),
        sa.UniqueConstraint('id', name=op.f('uq_staff_session_id')),
    )
    op.create_index(op.f('ix_staff_session_staff_id'), 'staff_session', ['staff_id'], unique=False)
    op.create_table(
        'counter_act',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('staff_id', sa.String(length=32), nullable=False),
        sa.Column('person_id', sa.String(length=32), nullable=False),
        sa.Column('act', sa.String(length=16), nullable=False),
        sa.Column('reason', sa.LargeBinary(), nullable=False),
        sa.Column('at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.Column('request_id', sa.String(length=32), nullable=False),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_counter_act_person_id')),
        sa.ForeignKeyConstraint(['staff_id'], ['staff.id'], name=op.f('fk_counter_act_staff_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_counter_act')),
    )
    op.create_index('ix_counter_act_person', 'counter_act', ['person_id', 'at'], unique=False)
    op.create_index('ix_counter_act_staff', 'counter_act', ['staff_id', 'at'], unique=False)
    with op.batch_alter_table('device_code', schema=None) as batch_op:
        batch_op.add_column(sa.Column('via', sa.String(length=16), nullable=False, server_default='card'))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('device_code', schema=None) as batch_op:
        batch_op.drop_column('via')
    op.drop_table('counter_act')
    op.drop_table('staff_session')
    op.drop_table('staff')
