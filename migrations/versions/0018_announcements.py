"""What operators announce on the login page"""

import sqlalchemy as sa
from alembic import op

import authsvc.core.db

revision = '4b9e1f7c2d60'
down_revision = 'e7d2b64a90c5'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        'announcement',
        sa.Column('id', sa.String(length=32), nullable=False),
        sa.Column('title_zh', sa.String(length=80), nullable=False),
        sa.Column('title_en', sa.String(length=80), nullable=False),
        sa.Column('text_zh', sa.Text(), nullable=False),
        sa.Column('text_en', sa.Text(), nullable=False),
        sa.Column('is_important', sa.Boolean(), nullable=False),
        sa.Column('from_at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.Column('until_at', authsvc.core.db.Moment(timezone=True), nullable=True),
        sa.Column('removed_at', authsvc.core.db.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_announcement')),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table('announcement')
