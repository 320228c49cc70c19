"""Count and cut by indexes alone: one by id, and one of each table that carries values.

SQLite also gets one that has the rows as they lie.

Revision: 0005, after 0004.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

# By table: the date that has an index, and the columns of which an index carries the values.
TABLES = {
    'records_account_transactions': ('date', ('status', 'total_amount')),
    'records_balance_sheet': (None, ()),
    'records_bank_accounts': (None, ('account_type', 'status', 'balance')),
    'records_bank_transactions': ('cleared_on_date', ('transaction_type', 'reconciled', 'amount', 'balance')),
    'records_bill_credit_notes': ('issue_date', ('allocated_on_date', 'total_amount', 'remaining_credit', 'status')),
    'records_bill_payments': ('date', ('total_amount',)),
    'records_bills': ('issue_date', ('due_date', 'total_amount', 'amount_due', 'status')),
    'records_cash_flow_statement': (None, ()),
    'records_chart_of_accounts': (None, ('type', 'status', 'current_balance', 'is_bank_account')),
    'records_company': (None, ()),
    'records_credit_notes': ('issue_date', ('allocated_on_date', 'total_amount', 'remaining_credit', 'status')),
    'records_customers': (None, ('status',)),
    'records_direct_costs': ('issue_date', ('contact_ref_data_type', 'sub_total', 'tax_amount', 'total_amount')),
    'records_direct_incomes': ('issue_date', ('contact_ref_data_type', 'sub_total', 'tax_amount', 'total_amount')),
    'records_invoices': ('issue_date', ('due_date', 'paid_on_date', 'total_amount', 'amount_due', 'status')),
    'records_item_receipts': ('received_date', ('status', 'sub_total', 'total_amount')),
    'records_items': (None, ('type', 'item_status', 'is_bill_item', 'is_invoice_item', 'bill_item_unit_price', 'invoice_item_unit_price')),
    'records_journal_entries': ('posted_on', ('created_on', 'updated_on', 'record_ref_data_type')),
    'records_journals': ('created_on', ('has_children', 'status')),
    'records_payment_methods': (None, ('type', 'status')),
    'records_payments': ('date', ('total_amount',)),
    'records_profit_and_loss': (None, ()),
    'records_purchase_orders': ('issue_date', ('expected_delivery_date', 'delivery_date', 'payment_due_date', 'status', 'total_amount')),
    'records_sales_orders': ('issue_date', ('expected_delivery_date', 'status', 'invoicing_status', 'total_amount')),
    'records_suppliers': (None, ('status',)),
    'records_tax_rates': (None, ('status', 'effective_tax_rate', 'total_tax_rate')),
    'records_tracking_categories': (None, ('has_children', 'status')),
    'records_transfers': ('date', ('from_amount', 'to_amount', 'status')),
    'records_banking_account_balances': ('date', ('balance_current', 'balance_available', 'balance_limit')),
    'records_banking_accounts': (None, ('type', 'balance_current', 'balance_available', 'identifiers_type')),
    'records_banking_transaction_categories': (None, ('has_children', 'status')),
    'records_banking_transactions': ('posted_date', ('authorized_date', 'amount', 'code')),
    'records_commerce_company_info': (None, ()),
    'records_commerce_customers': ('created_date', ()),
    'records_commerce_disputes': ('created_date', ('due_date', 'total_amount', 'status')),
    'records_commerce_locations': (None, ()),
    'records_commerce_orders': ('created_date', ('closed_date', 'total_amount', 'total_refund')),
    'records_commerce_payment_methods': (None, ('status',)),
    'records_commerce_payments': ('created_date', ('due_date', 'amount', 'status')),
    'records_commerce_product_categories': (None, ('has_children',)),
    'records_commerce_products': (None, ('is_gift_card',)),
    'records_commerce_tax_components': (None, ('rate', 'is_compound')),
    'records_commerce_transactions': ('created_date', ('source_created_date', 'total_amount', 'type', 'transaction_source_ref_type')),
}
CARRIED_OF_ALL = ('is_deleted', 'source_modified_at')
KEY = ('source_id', 'gen_from', 'gen_to')


def upgrade() -> None:
    """Change the schema."""
    for table, (date, values) in TABLES.items():
        carried = (*values, *CARRIED_OF_ALL)
        if date is None:
            create_index(table, *KEY, *carried)
            continue
        create_index(table, *KEY)
        op.drop_index(f'ix_{table}_{date}', table)
        create_index(table, date, *KEY, *carried)
    for table in TABLES if op.get_context().dialect.name == 'sqlite' else ():
        op.create_index(
            f'ix_{table}_rows',
            table,
            ['company_id', 'connection_id'],
            sqlite_where=sa.text('gen_to IS NULL AND doc IS NOT NULL'),
        )


def downgrade() -> None:
    """Change it back."""
    for table, (date, _) in TABLES.items():
        op.drop_index(f'ix_{table}_source_id', table)
        if date is not None:
            op.drop_index(f'ix_{table}_{date}', table)
            create_index(table, date, *KEY)
    for table in TABLES if op.get_context().dialect.name == 'sqlite' else ():
        op.drop_index(f'ix_{table}_rows', table)


def create_index(table: str, *columns: str) -> None:
    op.create_index(
        f'ix_{table}_{columns[0]}',
        table,
        ['company_id', 'connection_id', *columns],
        sqlite_where=sa.text('gen_to IS NULL'),
        postgresql_where=sa.text('gen_to IS NULL'),
    )
