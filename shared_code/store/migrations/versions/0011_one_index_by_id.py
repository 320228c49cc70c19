"""Let PostgreSQL walk along the primary key, where another index had the same ids beside it.

Revision: 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

KEY = ['owner', 'source_id', 'gen_from']


def upgrade() -> None:
    """Change the schema."""
    for table in doubled():
        op.drop_index(f'ix_{table}_source_id', table)
        make_key(table, ' INCLUDE (gen_to)')


def downgrade() -> None:
    """Change it back."""
    for table in doubled():
        make_key(table, '')
        op.create_index(
            f'ix_{table}_source_id', table, [*KEY, 'gen_to'], postgresql_where=sa.text('gen_to IS NULL')
        )


def doubled() -> list[str]:
    """The tables of types with a date: an index by that carries their values, none by id does."""
    found = sa.inspect(op.get_bind())
    if op.get_context().dialect.name != 'postgresql':
        return []
    records = [name for name in found.get_table_names() if name.startswith('records_')]
    return [name for name in records if not carries_by_id(found, name)]


def carries_by_id(found: sa.Inspector, table: str) -> bool:
    by_id = [each for each in found.get_indexes(table) if each['name'] == f'ix_{table}_source_id']
    return bool(by_id) and len(by_id[0]['column_names']) > len(KEY) + 1


def make_key(table: str, included: str) -> None:
    columns = ', '.join(KEY)
    op.execute(
        f'ALTER TABLE {table} DROP CONSTRAINT pk_{table},'
        f' ADD CONSTRAINT pk_{table} PRIMARY KEY ({columns}){included}'
    )
