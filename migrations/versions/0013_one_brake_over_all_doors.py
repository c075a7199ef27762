"""One brake over all doors: the addresses where a typed code was right are no longer the one-time code's alone."""

from alembic import op

revision = "a41c07d2e95b"
down_revision = "b2f6d08a57e3"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.rename_table("otp_source", "typed_source")


def downgrade() -> None:
    """Take back."""
    op.rename_table("typed_source", "otp_source")
