"""Cut pages by id from the key, and write what comes in by generation at the end of its index.

So a load touches two indexes less. SQLite's keys carry nothing more: there it is an index. PostgreSQL
counts by what the index by generation carries, which lies as the rows do.

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
# By table, what is filtered by.
VALUES = {
    'records_account_transactions': ('status', 'total_amount', 'date'),
    'records_balance_sheet': (),
    'records_bank_accounts': ('account_type', 'status', 'balance'),
    'records_bank_transactions': ('transaction_type', 'reconciled', 'amount', 'balance', 'cleared_on_date'),
    'records_bill_credit_notes': ('status', 'total_amount', 'remaining_credit', 'issue_date', 'allocated_on_date'),
    'records_bill_payments': ('total_amount', 'date'),
    'records_bills': ('status', 'total_amount', 'amount_due', 'issue_date', 'due_date'),
    'records_cash_flow_statement': (),
    'records_chart_of_accounts': ('type', 'status', 'is_bank_account', 'current_balance'),
    'records_company': (),
    'records_credit_notes': ('status', 'total_amount', 'remaining_credit', 'issue_date', 'allocated_on_date'),
    'records_customers': ('status',),
    'records_direct_costs': ('contact_ref_data_type', 'sub_total', 'tax_amount', 'total_amount', 'issue_date'),
    'records_direct_incomes': ('contact_ref_data_type', 'sub_total', 'tax_amount', 'total_amount', 'issue_date'),
    'records_invoices': ('status', 'total_amount', 'amount_due', 'issue_date', 'due_date', 'paid_on_date'),
    'records_item_receipts': ('status', 'sub_total', 'total_amount', 'received_date'),
    'records_items': ('type', 'item_status', 'is_bill_item', 'is_invoice_item', 'bill_item_unit_price', 'invoice_item_unit_price'),
    'records_journal_entries': ('record_ref_data_type', 'posted_on', 'created_on', 'updated_on'),
    'records_journals': ('has_children', 'status', 'created_on'),
    'records_payment_methods': ('type', 'status'),
    'records_payments': ('total_amount', 'date'),
    'records_profit_and_loss': (),
    'records_purchase_orders': ('status', 'total_amount', 'issue_date', 'expected_delivery_date', 'delivery_date', 'payment_due_date'),
    'records_sales_orders': ('status', 'invoicing_status', 'total_amount', 'issue_date', 'expected_delivery_date'),
    'records_suppliers': ('status',),
    'records_tax_rates': ('status', 'effective_tax_rate', 'total_tax_rate'),
    'records_tracking_categories': ('has_children', 'status'),
    'records_transfers': ('status', 'from_amount', 'to_amount', 'date'),
    'records_banking_account_balances': ('balance_current', 'balance_available', 'balance_limit', 'date'),
    'records_banking_accounts': ('type', 'identifiers_type', 'balance_current', 'balance_available'),
    'records_banking_transaction_categories': ('has_children', 'status'),
    'records_banking_transactions': ('code', 'amount', 'posted_date', 'authorized_date'),
    'records_commerce_company_info': (),
    'records_commerce_customers': ('created_date',),
    'records_commerce_disputes': ('status', 'total_amount', 'created_date', 'due_date'),
    'records_commerce_locations': (),
    'records_commerce_orders': ('total_amount', 'total_refund', 'created_date', 'closed_date'),
    'records_commerce_payment_methods': ('status',),
    'records_commerce_payments': ('status', 'amount', 'created_date', 'due_date'),
    'records_commerce_product_categories': ('has_children',),
    'records_commerce_products': ('is_gift_card',),
    'records_commerce_tax_components': ('is_compound', 'rate'),
    'records_commerce_transactions': ('type', 'transaction_source_ref_type', 'total_amount', 'created_date', 'source_created_date'),
}
OF_ALL = ('is_deleted', 'source_modified_at')
CURRENT = 'gen_to IS NULL'
WHERE = {'gen_to': 'gen_to IS NOT NULL', 'rows': 'gen_to IS NULL AND doc IS NOT NULL'}
# Newer releases of SQLite know that a document is never null, and no longer look for an index by it.
AS_THEY_LIE = "gen_to IS NULL AND company_id <> ''"


def upgrade() -> None:
    """Change the schema."""
    for table, values in VALUES.items():
        if indexes(table)['source_id'] == [*KEY, 'gen_to']:
            op.drop_index(f'ix_{table}_source_id', table)
        op.drop_index(f'ix_{table}_gen_from', table)
        if on_postgresql():
            set_key(table, ' INCLUDE (gen_to)')
        else:
            op.drop_index(f'ix_{table}_rows', table)
            make_again(table)
            op.create_index(f'ix_{table}_key', table, [*KEY, 'gen_to'])
            create_index(table, 'rows', ['owner'], AS_THEY_LIE)
        counted = (*values, *OF_ALL) if on_postgresql() else ()
        columns = ['owner', 'gen_from', 'sequence', 'source_id', *counted, 'gen_to']
        create_index(table, 'gen_from', columns)


def downgrade() -> None:
    """Change it back."""
    for table in VALUES:
        op.drop_index(f'ix_{table}_gen_from', table)
        if on_postgresql():
            set_key(table, '')
        else:
            op.drop_index(f'ix_{table}_key', table)
            op.drop_index(f'ix_{table}_rows', table)
            make_again(table, sa.PrimaryKeyConstraint(*KEY, name=op.f(f'pk_{table}')))
            create_index(table, 'rows', ['owner'])
        create_index(table, 'gen_from', ['owner', 'gen_from', 'source_id', 'gen_to'])
        if 'source_id' not in indexes(table):
            create_index(table, 'source_id', [*KEY, 'gen_to'])


def on_postgresql() -> bool:
    return op.get_context().dialect.name == 'postgresql'


def indexes(table: str) -> dict[str, list[str]]:
    found = sa.inspect(op.get_bind()).get_indexes(table)
    return {each['name'].removeprefix(f'ix_{table}_'): each['column_names'] for each in found}


def create_index(table: str, name: str, columns: list[str], where: str | None = None) -> None:
    condition = sa.text(where or WHERE.get(name, CURRENT))
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
