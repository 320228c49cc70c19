"""Sort by amount in an index that carries what is filtered by.

Revision: 0011, after 0010.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op


revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

# By table: the columns that an index has, the amount first.
TABLES = {
    'records_account_transactions': ('total_amount', 'date', 'status'),
    'records_bank_transactions': ('amount', 'cleared_on_date', 'transaction_type', 'reconciled', 'balance'),
    'records_bill_credit_notes': ('total_amount', 'issue_date', 'allocated_on_date', 'remaining_credit', 'status'),
    'records_bill_payments': ('total_amount', 'date'),
    'records_bills': ('total_amount', 'issue_date', 'due_date', 'amount_due', 'status'),
    'records_credit_notes': ('total_amount', 'issue_date', 'allocated_on_date', 'remaining_credit', 'status'),
    'records_direct_costs': ('total_amount', 'issue_date', 'contact_ref_data_type', 'sub_total', 'tax_amount'),
    'records_direct_incomes': ('total_amount', 'issue_date', 'contact_ref_data_type', 'sub_total', 'tax_amount'),
    'records_invoices': ('total_amount', 'issue_date', 'due_date', 'paid_on_date', 'amount_due', 'status'),
    'records_item_receipts': ('total_amount', 'received_date', 'status', 'sub_total'),
    'records_payments': ('total_amount', 'date'),
    'records_purchase_orders': ('total_amount', 'issue_date', 'expected_delivery_date', 'delivery_date', 'payment_due_date', 'status'),
    'records_sales_orders': ('total_amount', 'issue_date', 'expected_delivery_date', 'status', 'invoicing_status'),
    'records_banking_transactions': ('amount', 'posted_date', 'authorized_date', 'code'),
    'records_commerce_disputes': ('total_amount', 'created_date', 'due_date', 'status'),
    'records_commerce_orders': ('total_amount', 'created_date', 'closed_date', 'total_refund'),
    'records_commerce_payments': ('amount', 'created_date', 'due_date', 'status'),
    'records_commerce_transactions': ('total_amount', 'created_date', 'source_created_date', 'type', 'transaction_source_ref_type'),
}
CARRIED_OF_ALL = ('is_deleted', 'source_modified_at')
KEY = ('source_id', 'gen_from', 'gen_to')


def upgrade() -> None:
    """Change the schema."""
    for table, (amount, *values) in TABLES.items():
        op.create_index(
            f'ix_{table}_{amount}',
            table,
            ['owner', amount, *KEY, *values, *CARRIED_OF_ALL],
            sqlite_where=sa.text('gen_to IS NULL'),
            postgresql_where=sa.text('gen_to IS NULL'),
        )


def downgrade() -> None:
    """Change it back."""
    for table, (amount, *_) in TABLES.items():
        op.drop_index(f'ix_{table}_{amount}', table)
