"""Where a session was opened, and a person's own events in their order"""

import sqlalchemy as sa
from alembic import op

revision = '7c1e5f0a9b34'
down_revision = '2d49c77988ba'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('web_session', schema=None) as batch_op:
        batch_op.add_column(sa.Column('place', sa.LargeBinary(), nullable=True))
        # Sessions that are open already did not tell.
        batch_op.add_column(sa.Column('browser', sa.String(length=64), nullable=False, server_default='?'))
    with op.batch_alter_table('audit_event', schema=None) as batch_op:
        batch_op.create_index('ix_audit_event_actor_id', ['actor', 'id'], unique=False)
        batch_op.drop_index(batch_op.f('ix_audit_event_actor'))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('audit_event', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_audit_event_actor'), ['actor'], unique=False)
        batch_op.drop_index('ix_audit_event_actor_id')
    with op.batch_alter_table('web_session', schema=None) as batch_op:
        batch_op.drop_column('browser')
        batch_op.drop_column('place')
