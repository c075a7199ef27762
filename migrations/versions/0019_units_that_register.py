"""Units that register, their members, roles and grants"""

import sqlalchemy as sa
from alembic import op

import authsvc.core.db

revision = 'dccc502d4dc7'
down_revision = '4b9e1f7c2d60'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('unit_registration',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('unit_code', sa.String(length=9), nullable=False),
    sa.Column('name', sa.String(length=255), nullable=False),
    sa.Column('business_number', sa.String(length=8), nullable=False),
    sa.Column('nhi_only', sa.Boolean(), nullable=False),
    sa.Column('labour_number', sa.String(length=9), nullable=True),
    sa.Column('responsible_id', sa.LargeBinary(), nullable=False),
    sa.Column('responsible_index', sa.LargeBinary(), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.Column('mobile', sa.LargeBinary(), nullable=True),
    sa.Column('email', sa.LargeBinary(), nullable=False),
    sa.Column('language', sa.String(length=16), nullable=False),
    sa.Column('via', sa.String(length=32), nullable=False),
    sa.Column('registered_at', authsvc.core.db.Moment(timezone=True), nullable=False),
    sa.Column('changed_at', authsvc.core.db.Moment(timezone=True), nullable=True),
    sa.Column('ended_at', authsvc.core.db.Moment(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_registration'))
    )
    with op.batch_alter_table('unit_registration', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unit_registration_business_number'), ['business_number'], unique=False)
        batch_op.create_index('ix_unit_registration_responsible', ['responsible_index'], unique=False)
        batch_op.create_index('uq_unit_registration_live', ['unit_code'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('unit_act',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('registration_id', sa.String(length=32), nullable=False),
    sa.Column('at', authsvc.core.db.Moment(timezone=True), nullable=False),
    sa.Column('act', sa.String(length=32), nullable=False),
    sa.Column('by', sa.LargeBinary(), nullable=False),
    sa.Column('about', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['registration_id'], ['unit_registration.id'], name=op.f('fk_unit_act_registration_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_act'))
    )
    with op.batch_alter_table('unit_act', schema=None) as batch_op:
        batch_op.create_index('ix_unit_act_registration', ['registration_id', 'at'], unique=False)

    op.create_table('unit_member',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('registration_id', sa.String(length=32), nullable=False),
    sa.Column('part', sa.String(length=16), nullable=False),
    sa.Column('national_id', sa.LargeBinary(), nullable=False),
    sa.Column('person_index', sa.LargeBinary(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('phone', sa.LargeBinary(), nullable=True),
    sa.Column('mobile', sa.LargeBinary(), nullable=True),
    sa.Column('email', sa.LargeBinary(), nullable=False),
    sa.Column('credential', sa.String(length=16), nullable=False),
    sa.Column('certificate_serial', sa.LargeBinary(), nullable=True),
    sa.Column('everything', sa.Boolean(), nullable=False),
    sa.Column('added_at', authsvc.core.db.Moment(timezone=True), nullable=False),
    sa.Column('ended_at', authsvc.core.db.Moment(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['registration_id'], ['unit_registration.id'], name=op.f('fk_unit_member_registration_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_member'))
    )
    with op.batch_alter_table('unit_member', schema=None) as batch_op:
        batch_op.create_index('ix_unit_member_person', ['person_index'], unique=False)
        batch_op.create_index('uq_unit_member_live', ['registration_id', 'person_index', 'part'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('unit_role',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('registration_id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=40), nullable=False),
    sa.Column('functions', sa.JSON(), nullable=False),
    sa.Column('made_at', authsvc.core.db.Moment(timezone=True), nullable=False),
    sa.Column('ended_at', authsvc.core.db.Moment(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['registration_id'], ['unit_registration.id'], name=op.f('fk_unit_role_registration_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_role'))
    )
    with op.batch_alter_table('unit_role', schema=None) as batch_op:
        batch_op.create_index('uq_unit_role_live', ['registration_id', 'name'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('unit_grant',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('member_id', sa.String(length=32), nullable=False),
    sa.Column('role_id', sa.String(length=32), nullable=False),
    sa.Column('until', sa.Date(), nullable=True),
    sa.Column('granted_at', authsvc.core.db.Moment(timezone=True), nullable=False),
    sa.Column('granted_by', sa.LargeBinary(), nullable=False),
    sa.Column('ended_at', authsvc.core.db.Moment(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['unit_member.id'], name=op.f('fk_unit_grant_member_id')),
    sa.ForeignKeyConstraint(['role_id'], ['unit_role.id'], name=op.f('fk_unit_grant_role_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit_grant'))
    )
    with op.batch_alter_table('unit_grant', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unit_grant_role_id'), ['role_id'], unique=False)
        batch_op.create_index('uq_unit_grant_live', ['member_id', 'role_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))


def downgrade() -> None:
    """Take back."""
    for table in ('unit_grant', 'unit_role', 'unit_member', 'unit_act', 'unit_registration'):
        op.drop_table(table)
