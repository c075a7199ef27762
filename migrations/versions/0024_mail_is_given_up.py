"""Mail is given up, and forgotten"""

import sqlalchemy as sa
from alembic import op

import authsvc.core.db

revision = 'c5a2e07f4d19'
down_revision = '83b3df77bc46'
branch_labels = None
depends_on = None

WAITING = sa.text('sent_at IS NULL AND given_up_at IS NULL')
UNSENT = sa.text('sent_at IS NULL')


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('outbox_mail', schema=None) as batch_op:
        batch_op.add_column(sa.Column('given_up_at', authsvc.core.db.Moment(timezone=True), nullable=True))
        batch_op.create_index('ix_outbox_mail_created_at', ['created_at'], unique=False)
        batch_op.drop_index('ix_outbox_mail_unsent')
        batch_op.create_index('ix_outbox_mail_unsent', ['bulk', 'due_at'], unique=False, sqlite_where=WAITING, postgresql_where=WAITING)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('outbox_mail', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_mail_unsent')
        batch_op.create_index('ix_outbox_mail_unsent', ['bulk', 'due_at'], unique=False, sqlite_where=UNSENT, postgresql_where=UNSENT)
        batch_op.drop_index('ix_outbox_mail_created_at')
        batch_op.drop_column('given_up_at')
