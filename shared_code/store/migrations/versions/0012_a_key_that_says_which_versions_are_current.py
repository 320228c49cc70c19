"""Cut pages by id from the key, and write what comes in by generation at the end of its index.

So a load touches two indexes less. SQLite's keys carry nothing more: there it is an index.

Revision: 0012, after 0011.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

KEY = ('owner', 'source_id', 'gen_from')
CURRENT = 'gen_to IS NULL'
WHERE = {'gen_to': 'gen_to IS NOT NULL', 'rows': 'gen_to IS NULL AND doc IS NOT NULL'}


def upgrade() -> None:
    """Change the schema."""
    for table in record_tables():
        if indexes(table)['source_id'] == [*KEY, 'gen_to']:
            op.drop_index(f'ix_{table}_source_id', table)
        op.drop_index(f'ix_{table}_gen_from', table)
        create_index(table, 'gen_from', ['owner', 'gen_from', 'sequence', 'source_id', 'gen_to'])
        if on_postgresql():
            set_key(table, ' INCLUDE (gen_to)')
            continue
        make_again(table)
        op.create_index(f'ix_{table}_key', table, [*KEY, 'gen_to'])


def downgrade() -> None:
    """Change it back."""
    for table in record_tables():
        if on_postgresql():
            set_key(table, '')
        else:
            op.drop_index(f'ix_{table}_key', table)
            make_again(table, sa.PrimaryKeyConstraint(*KEY, name=op.f(f'pk_{table}')))
        op.drop_index(f'ix_{table}_gen_from', table)
        create_index(table, 'gen_from', ['owner', 'gen_from', 'source_id', 'gen_to'])
        if 'source_id' not in indexes(table):
            create_index(table, 'source_id', [*KEY, 'gen_to'])


def on_postgresql() -> bool:
    return op.get_context().dialect.name == 'postgresql'


def record_tables() -> list[str]:
    return [name for name in sa.inspect(op.get_bind()).get_table_names() if name.startswith('records_')]


def indexes(table: str) -> dict[str, list[str]]:
    found = sa.inspect(op.get_bind()).get_indexes(table)
    return {each['name'].removeprefix(f'ix_{table}_'): each['column_names'] for each in found}


def create_index(table: str, name: str, columns: list[str]) -> None:
    condition = sa.text(WHERE.get(name, CURRENT))
    op.create_index(f'ix_{table}_{name}', table, columns, sqlite_where=condition, postgresql_where=condition)


def set_key(table: str, carried: str) -> None:
    op.execute(
        f'ALTER TABLE {table} DROP CONSTRAINT pk_{table},'
        f' ADD CONSTRAINT pk_{table} PRIMARY KEY ({", ".join(KEY)}){carried}'
    )


def make_again(table: str, *key: sa.PrimaryKeyConstraint) -> None:
    """Make a table with another key, copy all rows, and make its indexes again."""
    columns = [
        sa.Column(each['name'], each['type'], nullable=each['nullable'])
        for each in sa.inspect(op.get_bind()).get_columns(table)
    ]
    found, old = indexes(table), f'old_{table}'
    for name in found:
        op.drop_index(f'ix_{table}_{name}', table)
    op.rename_table(table, old)
    op.create_table(table, *columns, *key)
    names = ', '.join(each.name for each in columns)
    op.execute(f'INSERT INTO {table} ({names}) SELECT {names} FROM {old} ORDER BY rowid')
    op.drop_table(old)
    for name, own in found.items():
        create_index(table, name, own)
