"""Launch tokens"""

import sqlalchemy as sa
from alembic import op

import authsvc.core.db

revision = '87a22bf7a7e5'
down_revision = 'dccc502d4dc7'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table('launch',
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('service', sa.String(length=32), nullable=False),
    sa.Column('function', sa.String(length=32), nullable=False),
    sa.Column('unit_code', sa.String(length=9), nullable=True),
    sa.Column('kind', sa.String(length=32), nullable=False),
    sa.Column('session_id', sa.String(length=32), nullable=False),
    sa.Column('expires_at', authsvc.core.db.Moment(timezone=True), nullable=False),
    sa.Column('used_at', authsvc.core.db.Moment(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_launch'))
    )
    with op.batch_alter_table('launch', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_launch_expires_at'), ['expires_at'], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('launch', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_launch_expires_at'))

    op.drop_table('launch')
