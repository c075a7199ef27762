"""People who were registered by their operator's word: their card is pinned when it is first read"""

import sqlalchemy as sa
from alembic import op

revision = '93b5d0c7e1a2'
down_revision = '7c1e5f0a9b34'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.alter_column('card_key', existing_type=sa.LargeBinary(), nullable=True)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('person', schema=None) as batch_op:
        batch_op.alter_column('card_key', existing_type=sa.LargeBinary(), nullable=False)
