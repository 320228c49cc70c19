"""What is left of providers' limits, and who waits for it.

Revision: 0009, after 0008.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from shared_code.store import types


revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        'budgets',
        sa.Column('scope', sa.Text(), nullable=False),
        sa.Column('platform', sa.Text(), nullable=False),
        sa.Column('meters', types.Json(), nullable=False),
        sa.Column('over_at', types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint('scope', name=op.f('pk_budgets')),
    )
    op.create_table(
        'budget_turns',
        sa.Column('scope', sa.Text(), nullable=False),
        sa.Column('limit_name', sa.Text(), nullable=False),
        sa.Column('holder', sa.Text(), nullable=False),
        sa.Column('platform', sa.Text(), nullable=False),
        sa.Column('ticket', sa.Integer(), nullable=False),
        sa.Column('until', types.Instant(), nullable=False),
        sa.PrimaryKeyConstraint('scope', 'limit_name', 'holder', name=op.f('pk_budget_turns')),
    )
    op.create_index('ix_budget_turns_holder', 'budget_turns', ['holder'])


def downgrade() -> None:
    """Change it back."""
    op.drop_table('budget_turns')
    op.drop_table('budgets')
