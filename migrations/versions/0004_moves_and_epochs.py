"""Where a phone last called from, codes by which one phone follows another, and the database's epoch"""

import sqlalchemy as sa
from alembic import op

revision = '5b8d2c6e1f70'
down_revision = '93b5d0c7e1a2'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        'epoch',
        sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('begun_at', sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint('number', name=op.f('pk_epoch')),
    )
    with op.batch_alter_table('device', schema=None) as batch_op:
        batch_op.add_column(sa.Column('last_place', sa.LargeBinary(), nullable=True))
    with op.batch_alter_table('device_code', schema=None) as batch_op:
        batch_op.add_column(sa.Column('from_device_id', sa.String(length=32), nullable=True))
        batch_op.create_index(batch_op.f('ix_device_code_from_device_id'), ['from_device_id'], unique=False)
        batch_op.create_foreign_key(
            batch_op.f('fk_device_code_from_device_id'), 'device', ['from_device_id'], ['id']
        )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table('device_code', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('fk_device_code_from_device_id'), type_='foreignkey')
        batch_op.drop_index(batch_op.f('ix_device_code_from_device_id'))
        batch_op.drop_column('from_device_id')
    with op.batch_alter_table('device', schema=None) as batch_op:
        batch_op.drop_column('last_place')
    op.drop_table('epoch')
