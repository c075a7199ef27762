"""Accounts of the underwriting service"""

import sqlalchemy as sa
from alembic import op

import authsvc.core.db

revision = '31977b10f515'
down_revision = '101dbe13bbb4'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('underwriting_account',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('login_index', sa.LargeBinary(), nullable=False),
    sa.Column('person_index', sa.LargeBinary(), nullable=False),
    sa.Column('unit_code', sa.String(length=9), nullable=False),
    sa.Column('unit_name', sa.String(length=255), nullable=False),
    sa.Column('national_id', sa.LargeBinary(), nullable=False),
    sa.Column('name', sa.LargeBinary(), nullable=False),
    sa.Column('email', sa.LargeBinary(), nullable=False),
    sa.Column('password_hash', sa.String(length=255), nullable=False),
    sa.Column('language', sa.String(length=16), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('registered_at', authsvc.core.db.Moment(timezone=True), nullable=False),
    sa.Column('activated_at', authsvc.core.db.Moment(timezone=True), nullable=True),
    sa.Column('ended_at', authsvc.core.db.Moment(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_underwriting_account'))
    )
    with op.batch_alter_table('underwriting_account', schema=None) as batch_op:
        batch_op.create_index('ix_underwriting_account_person', ['person_index'], unique=False)
        batch_op.create_index('uq_underwriting_account_live', ['login_index'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('underwriting_link',
    sa.Column('account_id', sa.String(length=32), nullable=False),
    sa.Column('purpose', sa.String(length=16), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('expires_at', authsvc.core.db.Moment(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['underwriting_account.id'], name=op.f('fk_underwriting_link_account_id')),
    sa.PrimaryKeyConstraint('account_id', 'purpose', name=op.f('pk_underwriting_link')),
    sa.UniqueConstraint('digest', name=op.f('uq_underwriting_link_digest'))
    )
    with op.batch_alter_table('underwriting_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_underwriting_link_expires_at'), ['expires_at'], unique=False)

    op.create_table('underwriting_session',
    sa.Column('account_id', sa.String(length=32), nullable=False),
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
    sa.ForeignKeyConstraint(['account_id'], ['underwriting_account.id'], name=op.f('fk_underwriting_session_account_id')),
    sa.PrimaryKeyConstraint('token_digest', name=op.f('pk_underwriting_session')),
    sa.UniqueConstraint('id', name=op.f('uq_underwriting_session_id'))
    )
    with op.batch_alter_table('underwriting_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_underwriting_session_account_id'), ['account_id'], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('underwriting_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_underwriting_session_account_id'))

    op.drop_table('underwriting_session')
    with op.batch_alter_table('underwriting_link', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_underwriting_link_expires_at'))

    op.drop_table('underwriting_link')
    with op.batch_alter_table('underwriting_account', schema=None) as batch_op:
        batch_op.drop_index('uq_underwriting_account_live', sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))
        batch_op.drop_index('ix_underwriting_account_person')

    op.drop_table('underwriting_account')
