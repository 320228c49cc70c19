"""What a run has listed, and what looked wrong with it.

Revision: 0006, after 0005.
"""

import sqlalchemy as sa
from alembic import op
from shared_code.store import types


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    with op.batch_alter_table('run_resources', schema=None) as batch_op:
        batch_op.add_column(sa.Column('tally', types.Json(), nullable=True))
    op.create_table(
        'suspicions',
        sa.Column('company_id', sa.Text(), nullable=False),
        sa.Column('pull_id', sa.Text(), nullable=False),
        sa.Column('connection_id', sa.Text(), nullable=False),
        sa.Column('platform', sa.Text(), nullable=False),
        sa.Column('data_type', sa.Text(), nullable=False),
        sa.Column('run_id', sa.Text(), nullable=False),
        sa.Column('findings', types.Json(), nullable=False),
        sa.Column('found_at', types.Instant(), nullable=False),
        sa.Column('accepted_at', types.Instant(), nullable=True),
        sa.Column('accepted_by', sa.Text(), nullable=True),
        sa.Column('accepted_pull_id', sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint('company_id', 'pull_id', name=op.f('pk_suspicions')),
    )
    op.create_index(
        'ix_suspicions_dataset',
        'suspicions',
        ['company_id', 'connection_id', 'data_type', 'found_at'],
    )


def downgrade() -> None:
    """Change it back."""
    op.drop_table('suspicions')
    with op.batch_alter_table('run_resources', schema=None) as batch_op:
        batch_op.drop_column('tally')
