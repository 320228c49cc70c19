"""Sort by amount in an index that carries what is filtered by, and carry that in a quicker order.

Revision: 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

# By table: the column of the index that carries values, the amount that gets one, and the values.
TABLES = {
    'records_account_transactions': ('date', 'total_amount', ('status', 'total_amount', 'date')),
    'records_balance_sheet': ('source_id', None, ()),
    'records_bank_accounts': ('source_id', None, ('account_type', 'status', 'balance')),
    'records_bank_transactions': ('cleared_on_date', 'amount', ('transaction_type', 'reconciled', 'amount', 'balance', 'cleared_on_date')),
    'records_bill_credit_notes': ('issue_date', 'total_amount', ('status', 'total_amount', 'remaining_credit', 'issue_date', 'allocated_on_date')),
    'records_bill_payments': ('date', 'total_amount', ('total_amount', 'date')),
    'records_bills': ('issue_date', 'total_amount', ('status', 'total_amount', 'amount_due', 'issue_date', 'due_date')),
    'records_cash_flow_statement': ('source_id', None, ()),
    'records_chart_of_accounts': ('source_id', None, ('type', 'status', 'is_bank_account', 'current_balance')),
    'records_company': ('source_id', None, ()),
    'records_credit_notes': ('issue_date', 'total_amount', ('status', 'total_amount', 'remaining_credit', 'issue_date', 'allocated_on_date')),
    'records_customers': ('source_id', None, ('status',)),
    'records_direct_costs': ('issue_date', 'total_amount', ('contact_ref_data_type', 'sub_total', 'tax_amount', 'total_amount', 'issue_date')),
    'records_direct_incomes': ('issue_date', 'total_amount', ('contact_ref_data_type', 'sub_total', 'tax_amount', 'total_amount', 'issue_date')),
    'records_invoices': ('issue_date', 'total_amount', ('status', 'total_amount', 'amount_due', 'issue_date', 'due_date', 'paid_on_date')),
    'records_item_receipts': ('received_date', 'total_amount', ('status', 'sub_total', 'total_amount', 'received_date')),
    'records_items': ('source_id', None, ('type', 'item_status', 'is_bill_item', 'is_invoice_item', 'bill_item_unit_price', 'invoice_item_unit_price')),
    'records_journal_entries': ('posted_on', None, ('record_ref_data_type', 'posted_on', 'created_on', 'updated_on')),
    'records_journals': ('created_on', None, ('has_children', 'status', 'created_on')),
    'records_payment_methods': ('source_id', None, ('type', 'status')),
    'records_payments': ('date', 'total_amount', ('total_amount', 'date')),
    'records_profit_and_loss': ('source_id', None, ()),
    'records_purchase_orders': ('issue_date', 'total_amount', ('status', 'total_amount', 'issue_date', 'expected_delivery_date', 'delivery_date', 'payment_due_date')),
    'records_sales_orders': ('issue_date', 'total_amount', ('status', 'invoicing_status', 'total_amount', 'issue_date', 'expected_delivery_date')),
    'records_suppliers': ('source_id', None, ('status',)),
    'records_tax_rates': ('source_id', None, ('status', 'effective_tax_rate', 'total_tax_rate')),
    'records_tracking_categories': ('source_id', None, ('has_children', 'status')),
    'records_transfers': ('date', None, ('status', 'from_amount', 'to_amount', 'date')),
    'records_banking_account_balances': ('date', None, ('balance_current', 'balance_available', 'balance_limit', 'date')),
    'records_banking_accounts': ('source_id', None, ('type', 'identifiers_type', 'balance_current', 'balance_available')),
    'records_banking_transaction_categories': ('source_id', None, ('has_children', 'status')),
    'records_banking_transactions': ('posted_date', 'amount', ('code', 'amount', 'posted_date', 'authorized_date')),
    'records_commerce_company_info': ('source_id', None, ()),
    'records_commerce_customers': ('created_date', None, ('created_date',)),
    'records_commerce_disputes': ('created_date', 'total_amount', ('status', 'total_amount', 'created_date', 'due_date')),
    'records_commerce_locations': ('source_id', None, ()),
    'records_commerce_orders': ('created_date', 'total_amount', ('total_amount', 'total_refund', 'created_date', 'closed_date')),
    'records_commerce_payment_methods': ('source_id', None, ('status',)),
    'records_commerce_payments': ('created_date', 'amount', ('status', 'amount', 'created_date', 'due_date')),
    'records_commerce_product_categories': ('source_id', None, ('has_children',)),
    'records_commerce_products': ('source_id', None, ('is_gift_card',)),
    'records_commerce_tax_components': ('source_id', None, ('is_compound', 'rate')),
    'records_commerce_transactions': ('created_date', 'total_amount', ('type', 'transaction_source_ref_type', 'total_amount', 'created_date', 'source_created_date')),
}
OF_ALL = ('is_deleted', 'source_modified_at')
GENERATIONS = ('gen_from', 'gen_to')


def upgrade() -> None:
    """Change the schema."""
    for table, (column, amount, values) in TABLES.items():
        op.drop_index(f'ix_{table}_{column}', table)
        for each in (column, amount) if amount else (column,):
            create_index(table, each, 'source_id', *values, *OF_ALL, *GENERATIONS)


def downgrade() -> None:
    """Change it back."""
    for table, (column, amount, values) in TABLES.items():
        for each in (column, amount) if amount else (column,):
            op.drop_index(f'ix_{table}_{each}', table)
        # The values stood as their columns do.
        columns = [each['name'] for each in sa.inspect(op.get_bind()).get_columns(table)]
        create_index(table, column, 'source_id', *GENERATIONS, *sorted(values, key=columns.index), *OF_ALL)


def create_index(table: str, *columns: str) -> None:
    op.create_index(
        f'ix_{table}_{columns[0]}',
        table,
        ['owner', *dict.fromkeys(columns)],
        sqlite_where=sa.text('gen_to IS NULL'),
        postgresql_where=sa.text('gen_to IS NULL'),
    )
