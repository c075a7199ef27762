"""Where a phone keeps its key"""

import sqlalchemy as sa
from alembic import op

revision = 'e7b3c5d10a62'
down_revision = 'd2a7e0c48f15'
branch_labels = None
depends_on = None
TABLES = ('device', 'phone_verification')


def upgrade() -> None:
    """Apply; of the keys that are there nothing was shown, so they count as held in software."""
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column('held', sa.String(length=16), nullable=False, server_default='software'))


def downgrade() -> None:
    """Take back."""
    for table in TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column('held')
