"""Looks of operators"""

import sqlalchemy as sa
from alembic import op

revision = '83b3df77bc46'
down_revision = '31977b10f515'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('counter_act', schema=None) as batch_op:
        batch_op.add_column(sa.Column('operator', sa.String(length=32), nullable=True))
        batch_op.add_column(sa.Column('subject', sa.LargeBinary(), nullable=True))
        batch_op.alter_column('staff_id', existing_type=sa.String(length=32), nullable=True)
        batch_op.create_index('ix_counter_act_subject', ['subject', 'at'], unique=False)



def downgrade() -> None:
    """Take back; what was done at the command line has no place in the older table."""
    op.execute("DELETE FROM counter_act WHERE staff_id IS NULL")
    with op.batch_alter_table('counter_act', schema=None) as batch_op:
        batch_op.drop_index('ix_counter_act_subject')
        batch_op.alter_column('staff_id', existing_type=sa.String(length=32), nullable=False)
        batch_op.drop_column('subject')
        batch_op.drop_column('operator')

