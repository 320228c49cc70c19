"""Note from which generation on all versions of a dataset are kept.

Revision: 0002.
"""

import sqlalchemy as sa
from alembic import op


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    with op.batch_alter_table('datasets', schema=None) as batch_op:
        batch_op.add_column(
            sa.Column('retained_from', sa.Integer(), server_default='0', nullable=False)
        )


def downgrade() -> None:
    """Change it back."""
    with op.batch_alter_table('datasets', schema=None) as batch_op:
        batch_op.drop_column('retained_from')
