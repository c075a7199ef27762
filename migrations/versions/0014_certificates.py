"""Whose natural-person certificate it is, so that the registry is asked once"""

import sqlalchemy as sa
from alembic import op

import authsvc.core.db

revision = 'c58e90b3f7a1'
down_revision = 'a41c07d2e95b'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        'held_certificate',
        sa.Column('holder_index', sa.LargeBinary(), nullable=False),
        sa.Column('person_id', sa.String(length=32), nullable=False),
        sa.Column('key', sa.LargeBinary(), nullable=False),
        sa.Column('known_at', authsvc.core.db.Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_held_certificate_person_id_person')),
        sa.PrimaryKeyConstraint('holder_index', 'key', name=op.f('pk_held_certificate')),
    )
    with op.batch_alter_table('held_certificate', schema=None) as batch_op:
        batch_op.create_index(op.f('ix_held_certificate_person_id'), ['person_id'], unique=False)


def downgrade() -> None:
    """Take back."""
    op.drop_table('held_certificate')
