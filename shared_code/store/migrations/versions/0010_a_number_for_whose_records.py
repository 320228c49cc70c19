"""Mark records with one number for the connection that they are of, instead of two long ids.

The ids stay in the rows and leave all keys and indexes. PostgreSQL keeps documents as they are.

Revision: 0010, after 0009.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from shared_code.store.schema.base import owner_key


revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

IDS = ('company_id', 'connection_id')
WHERE = {'gen_to': 'gen_to IS NOT NULL', 'rows': 'gen_to IS NULL AND doc IS NOT NULL'}
WHERE_CURRENT = 'gen_to IS NULL'


def upgrade() -> None:
    """Change the schema."""
    op.add_column('datasets', sa.Column('records_owner', sa.BigInteger()))
    for company_id, connection_id in owners('datasets'):
        op.execute(
            sa.text('UPDATE datasets SET records_owner = :owner WHERE company_id = :a AND connection_id = :b')
            .bindparams(owner=owner_key(company_id, connection_id), a=company_id, b=connection_id)
        )
    with op.batch_alter_table('datasets') as batch:
        batch.alter_column('records_owner', existing_type=sa.BigInteger(), nullable=False)
    op.create_index('ix_datasets_records_owner', 'datasets', ['data_type', 'records_owner'], unique=True)
    for table in record_tables():
        make_again(table, whose=('owner',), add=[sa.Column('owner', sa.BigInteger(), nullable=False)])


def downgrade() -> None:
    """Change it back."""
    for table in record_tables():
        make_again(table, whose=IDS, leave_out='owner')
    op.drop_index('ix_datasets_records_owner', 'datasets')
    with op.batch_alter_table('datasets') as batch:
        batch.drop_column('records_owner')


def record_tables() -> list[str]:
    return [name for name in sa.inspect(op.get_bind()).get_table_names() if name.startswith('records_')]


def owners(table: str) -> list[Any]:
    return list(op.get_bind().execute(sa.text(f'SELECT DISTINCT company_id, connection_id FROM {table}')))


def make_again(
    table: str, *, whose: tuple[str, ...], add: list[sa.Column[Any]] | None = None, leave_out: str = ''
) -> None:
    """Make a table with another key, copy all rows, and make its indexes again."""
    found = sa.inspect(op.get_bind())
    columns = [
        sa.Column(each['name'], each['type'], nullable=each['nullable'])
        for each in found.get_columns(table)
        if each['name'] != leave_out
    ]
    indexes = {each['name']: own_columns(each['column_names']) for each in found.get_indexes(table)}
    old = f'old_{table}'
    for name in indexes:
        op.drop_index(name, table)
    if op.get_context().dialect.name == 'postgresql':
        op.execute(f'ALTER INDEX pk_{table} RENAME TO pk_{old}')
    op.rename_table(table, old)
    op.create_table(
        table,
        *(add or []),
        *columns,
        sa.PrimaryKeyConstraint(*whose, 'source_id', 'gen_from', name=op.f(f'pk_{table}')),
        postgresql_with={'toast_tuple_target': 8160} if add else {},
    )
    copy(old, table, [each.name for each in columns], marked=bool(add))
    op.drop_table(old)
    for name, own in indexes.items():
        condition = sa.text(WHERE.get(name.removeprefix(f'ix_{table}_'), WHERE_CURRENT))
        op.create_index(name, table, [*whose, *own], sqlite_where=condition, postgresql_where=condition)


def own_columns(columns: list[str]) -> list[str]:
    return [each for each in columns if each not in ('owner', *IDS)]


def copy(old: str, table: str, columns: list[str], *, marked: bool) -> None:
    names = ', '.join(columns)
    if not marked:
        op.execute(f'INSERT INTO {table} ({names}) SELECT {names} FROM {old}')
        return
    statement = sa.text(
        f'INSERT INTO {table} (owner, {names}) SELECT CAST(:owner AS BIGINT), {names} FROM {old}'
        ' WHERE company_id = :a AND connection_id = :b'
    )
    for company_id, connection_id in owners(old):
        owner = owner_key(company_id, connection_id)
        op.execute(statement.bindparams(owner=owner, a=company_id, b=connection_id))
