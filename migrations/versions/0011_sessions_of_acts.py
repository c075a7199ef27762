"""In which session of staff an act was done; a look that found nobody keeps its reason too"""

import sqlalchemy as sa
from alembic import op

revision = "3d5e9b71c8a4"
down_revision = "e7b1c4a90d26"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("counter_act", schema=None) as batch_op:
        batch_op.add_column(sa.Column("session_id", sa.String(length=32), nullable=True))
        batch_op.alter_column("person_id", existing_type=sa.String(length=32), nullable=True)


def downgrade() -> None:
    """Take back; looks that found nobody have no place in the older table."""
    op.execute(sa.text("DELETE FROM counter_act WHERE person_id IS NULL"))
    with op.batch_alter_table("counter_act", schema=None) as batch_op:
        batch_op.alter_column("person_id", existing_type=sa.String(length=32), nullable=False)
        batch_op.drop_column("session_id")
