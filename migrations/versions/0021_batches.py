"""Files of units, and a lane for their mails"""

import sqlalchemy as sa
from alembic import op

import authsvc.core.db

revision = '101dbe13bbb4'
down_revision = '87a22bf7a7e5'
branch_labels = None
depends_on = None

def upgrade() -> None:
    """Apply."""
    op.create_table('batch',
    sa.Column('id', sa.String(length=32), nullable=False),
    sa.Column('registration_id', sa.String(length=32), nullable=False),
    sa.Column('unit_code', sa.String(length=9), nullable=False),
    sa.Column('uploader_id', sa.String(length=32), nullable=False),
    sa.Column('uploader_name', sa.LargeBinary(), nullable=False),
    sa.Column('uploader_email', sa.LargeBinary(), nullable=False),
    sa.Column('language', sa.String(length=16), nullable=False),
    sa.Column('file_name', sa.String(length=32), nullable=False),
    sa.Column('file_digest', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.String(length=16), nullable=False),
    sa.Column('rows', sa.Integer(), nullable=False),
    sa.Column('done_rows', sa.Integer(), nullable=False),
    sa.Column('successes', sa.Integer(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('uploaded_at', authsvc.core.db.Moment(timezone=True), nullable=False),
    sa.Column('done_at', authsvc.core.db.Moment(timezone=True), nullable=True),
    sa.Column('erased_at', authsvc.core.db.Moment(timezone=True), nullable=True),
    sa.Column('due_at', authsvc.core.db.Moment(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('lease_token', sa.String(length=32), nullable=True),
    sa.Column('lease_until', authsvc.core.db.Moment(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_batch')),
    sa.UniqueConstraint('registration_id', 'file_digest', name='uq_batch_file')
    )
    with op.batch_alter_table('batch', schema=None) as batch_op:
        batch_op.create_index('ix_batch_done_at', ['done_at'], unique=False)
        batch_op.create_index('ix_batch_open', ['due_at'], unique=False, sqlite_where=sa.text("state <> 'done'"), postgresql_where=sa.text("state <> 'done'"))
        batch_op.create_index('ix_batch_registration', ['registration_id', 'uploaded_at'], unique=False)

    op.create_table('batch_part',
    sa.Column('batch_id', sa.String(length=32), nullable=False),
    sa.Column('first_row', sa.Integer(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_batch_part_batch_id')),
    sa.PrimaryKeyConstraint('batch_id', 'first_row', name=op.f('pk_batch_part'))
    )
    op.create_table('batch_result',
    sa.Column('batch_id', sa.String(length=32), nullable=False),
    sa.Column('first_row', sa.Integer(), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('at', authsvc.core.db.Moment(timezone=True), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['batch_id'], ['batch.id'], name=op.f('fk_batch_result_batch_id')),
    sa.PrimaryKeyConstraint('batch_id', 'first_row', name=op.f('pk_batch_result'))
    )
    with op.batch_alter_table('outbox_mail', schema=None) as batch_op:
        batch_op.add_column(sa.Column('bulk', sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column('attachment', sa.String(length=64), nullable=True))
        batch_op.drop_index(batch_op.f('ix_outbox_mail_due_at'))
        batch_op.create_index('ix_outbox_mail_unsent', ['bulk', 'due_at'], unique=False, sqlite_where=sa.text('sent_at IS NULL'), postgresql_where=sa.text('sent_at IS NULL'))

def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('outbox_mail', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_mail_unsent', sqlite_where=sa.text('sent_at IS NULL'), postgresql_where=sa.text('sent_at IS NULL'))
        batch_op.create_index(batch_op.f('ix_outbox_mail_due_at'), ['due_at'], unique=False)
        batch_op.drop_column('attachment')
        batch_op.drop_column('bulk')

    op.drop_table('batch_result')
    op.drop_table('batch_part')
    with op.batch_alter_table('batch', schema=None) as batch_op:
        batch_op.drop_index('ix_batch_registration')
        batch_op.drop_index('ix_batch_open', sqlite_where=sa.text("state <> 'done'"), postgresql_where=sa.text("state <> 'done'"))
        batch_op.drop_index('ix_batch_done_at')

    op.drop_table('batch')
