"""Exports and their parts.

Revision: 0004.
"""

import sqlalchemy as sa
from alembic import op
from shared_code.store import types


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    op.create_table(
        'exports',
        sa.Column('company_id', sa.Text(), nullable=False),
        sa.Column('id', sa.Text(), nullable=False),
        sa.Column('connection_id', sa.Text(), nullable=False),
        sa.Column('platform', sa.Text(), nullable=False),
        sa.Column('data_type', sa.Text(), nullable=False),
        sa.Column('query', sa.Text(), nullable=True),
        sa.Column('as_of', types.Instant(), nullable=True),
        sa.Column('status', sa.Text(), nullable=False),
        sa.Column('error_message', sa.Text(), nullable=True),
        sa.Column('fence', sa.Integer(), nullable=False),
        sa.Column('lease_until', types.Instant(), nullable=True),
        sa.Column('lapses', sa.Integer(), nullable=False),
        sa.Column('generation', sa.Integer(), nullable=True),
        sa.Column('published_at', types.Instant(), nullable=True),
        sa.Column('total', sa.Integer(), nullable=False),
        sa.Column('looked_at', sa.Integer(), nullable=False),
        sa.Column('after_id', sa.Text(), nullable=True),
        sa.Column('parts', sa.Integer(), nullable=False),
        sa.Column('records', sa.Integer(), nullable=False),
        sa.Column('created_at', types.Instant(), nullable=False),
        sa.Column('completed_at', types.Instant(), nullable=True),
        sa.Column('expires_at', types.Instant(), nullable=True),
        sa.Column('purge_at', types.Instant(), nullable=True),
        sa.Column('deleted_at', types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint('company_id', 'id', name=op.f('pk_exports')),
    )
    op.create_index(
        'ix_exports_connection', 'exports', ['company_id', 'connection_id', 'created_at']
    )
    op.create_index('ix_exports_lease', 'exports', ['status', 'lease_until'])
    op.create_index('ix_exports_purge_at', 'exports', ['purge_at'])
    op.create_table(
        'export_parts',
        sa.Column('company_id', sa.Text(), nullable=False),
        sa.Column('export_id', sa.Text(), nullable=False),
        sa.Column('number', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('connection_id', sa.Text(), nullable=False),
        sa.Column('platform', sa.Text(), nullable=False),
        sa.Column('path', sa.Text(), nullable=False),
        sa.Column('records', sa.Integer(), nullable=False),
        sa.Column('size', sa.BigInteger(), nullable=False),
        sa.Column('sha256', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('company_id', 'export_id', 'number', name=op.f('pk_export_parts')),
    )
    op.create_index(
        'ix_export_parts_connection', 'export_parts', ['company_id', 'connection_id']
    )


def downgrade() -> None:
    """Change it back."""
    op.drop_table('export_parts')
    op.drop_table('exports')
