"""Note with a re-map what was published when it began.

Revision: 0013, after 0012.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.add_column('remap_types', sa.Column('last_pull_id', sa.Text()))


def downgrade() -> None:
    """Change it back."""
    with op.batch_alter_table('remap_types') as batch:
        batch.drop_column('last_pull_id')
