"""What providers say of their own books.

Revision: 0008, after 0007.
"""

import sqlalchemy as sa
from alembic import op
from shared_code.store import types


revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        'provider_figures',
        sa.Column('company_id', sa.Text(), nullable=False),
        sa.Column('connection_id', sa.Text(), nullable=False),
        sa.Column('run_id', sa.Text(), nullable=False),
        sa.Column('kind', sa.Text(), nullable=False),
        sa.Column('platform', sa.Text(), nullable=False),
        sa.Column('figures', types.Json(), nullable=False),
        sa.Column('read_at', types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint(
            'company_id', 'connection_id', 'run_id', 'kind', name=op.f('pk_provider_figures')
        ),
    )


def downgrade() -> None:
    """Change it back."""
    op.drop_table('provider_figures')
