"""Re-maps, pinned mapping versions, and which raw pages are needed for them.

Revision: 0007, after 0006.
"""

import sqlalchemy as sa
from alembic import op
from shared_code.store import types


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change the schema."""
    with op.batch_alter_table('datasets', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mapping_version', sa.Integer(), nullable=True))
    with op.batch_alter_table('sightings', schema=None) as batch_op:
        batch_op.add_column(sa.Column('run_id', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('resource', sa.Text(), nullable=True))
        batch_op.add_column(sa.Column('sequence', sa.Integer(), nullable=True))
    with op.batch_alter_table('raw_pages', schema=None) as batch_op:
        batch_op.add_column(sa.Column('lookups', types.Json(), nullable=True))
    with op.batch_alter_table('connections', schema=None) as batch_op:
        batch_op.add_column(sa.Column('pages_swept_at', types.Instant(), nullable=True))
    op.create_index('ix_connections_pages_swept_at', 'connections', ['pages_swept_at'])
    op.create_table(
        'remaps',
        sa.Column('company_id', sa.Text(), nullable=False),
        sa.Column('run_id', sa.Text(), nullable=False),
        sa.Column('connection_id', sa.Text(), nullable=False),
        sa.Column('platform', sa.Text(), nullable=False),
        sa.Column('data_types', types.Json(), nullable=False),
        sa.Column('mapping_version', sa.Integer(), nullable=True),
        sa.Column('dry_run', sa.Boolean(), nullable=False),
        sa.Column('error_message', sa.Text(), nullable=True),
        sa.Column('created_at', types.Instant(), nullable=False),
        sa.Column('completed_at', types.Instant(), nullable=True),
        sa.PrimaryKeyConstraint('company_id', 'run_id', name=op.f('pk_remaps')),
    )
    op.create_index(
        'ix_remaps_connection', 'remaps', ['company_id', 'connection_id', 'created_at']
    )
    op.create_table(
        'remap_types',
        sa.Column('company_id', sa.Text(), nullable=False),
        sa.Column('run_id', sa.Text(), nullable=False),
        sa.Column('data_type', sa.Text(), nullable=False),
        sa.Column('connection_id', sa.Text(), nullable=False),
        sa.Column('platform', sa.Text(), nullable=False),
        sa.Column('position', sa.Integer(), nullable=False),
        sa.Column('state', sa.Text(), nullable=False),
        sa.Column('generation', sa.Integer(), nullable=False),
        sa.Column('total', sa.Integer(), nullable=False),
        sa.Column('cursor', types.Json(), nullable=False),
        sa.Column('pages', sa.Integer(), nullable=False),
        sa.Column('pages_done', sa.Integer(), nullable=False),
        sa.Column('counts', types.Json(), nullable=False),
        sa.PrimaryKeyConstraint(
            'company_id', 'run_id', 'data_type', name=op.f('pk_remap_types')
        ),
    )
    op.create_index('ix_remap_types_connection', 'remap_types', ['company_id', 'connection_id'])
    op.create_table(
        'remap_changes',
        sa.Column('company_id', sa.Text(), nullable=False),
        sa.Column('run_id', sa.Text(), nullable=False),
        sa.Column('data_type', sa.Text(), nullable=False),
        sa.Column('source_id', sa.Text(), nullable=False),
        sa.Column('connection_id', sa.Text(), nullable=False),
        sa.Column('platform', sa.Text(), nullable=False),
        sa.Column('kind', sa.Text(), nullable=False),
        sa.Column('detail', types.Json(), nullable=True),
        sa.PrimaryKeyConstraint(
            'company_id', 'run_id', 'data_type', 'source_id', name=op.f('pk_remap_changes')
        ),
    )
    op.create_index(
        'ix_remap_changes_kind', 'remap_changes', ['company_id', 'run_id', 'data_type', 'kind']
    )
    op.create_index(
        'ix_remap_changes_connection', 'remap_changes', ['company_id', 'connection_id']
    )


def downgrade() -> None:
    """Change it back."""
    op.drop_table('remap_changes')
    op.drop_table('remap_types')
    op.drop_table('remaps')
    op.drop_index('ix_connections_pages_swept_at', 'connections')
    with op.batch_alter_table('connections', schema=None) as batch_op:
        batch_op.drop_column('pages_swept_at')
    with op.batch_alter_table('raw_pages', schema=None) as batch_op:
        batch_op.drop_column('lookups')
    with op.batch_alter_table('sightings', schema=None) as batch_op:
        batch_op.drop_column('sequence')
        batch_op.drop_column('resource')
        batch_op.drop_column('run_id')
    with op.batch_alter_table('datasets', schema=None) as batch_op:
        batch_op.drop_column('mapping_version')
