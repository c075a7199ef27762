"""A backup e-mail address waits for its confirmation too; those that nobody ever confirmed are erased"""

import sqlalchemy as sa
from alembic import op

revision = "b2f6d08a57e3"
down_revision = "3d5e9b71c8a4"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply; an address that was taken on somebody's word gets no notice any more and is entered anew."""
    with op.batch_alter_table("email_change", schema=None) as batch_op:
        batch_op.add_column(sa.Column("field", sa.String(length=16), server_default="email", nullable=False))
        batch_op.drop_constraint("pk_email_change", type_="primary")
        batch_op.create_primary_key("pk_email_change", ["person_id", "field"])
    op.execute(sa.text("UPDATE person SET backup_email = NULL"))


def downgrade() -> None:
    """Take back; backup addresses that wait have no place in the older table."""
    op.execute(sa.text("DELETE FROM email_change WHERE field <> 'email'"))
    with op.batch_alter_table("email_change", schema=None) as batch_op:
        batch_op.drop_constraint("pk_email_change", type_="primary")
        batch_op.create_primary_key("pk_email_change", ["person_id"])
        batch_op.drop_column("field")
