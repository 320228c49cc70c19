"""The tables of all data types.

Revision: 0003, after 0002.
"""

from dataclasses import dataclass

import sqlalchemy as sa
from alembic import op
from shared_code.store import types


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation='C'), 'postgresql')
MOMENT = types.Instant()
NUMBER = sa.BigInteger()
FLAG = sa.Boolean()


@dataclass(frozen=True)
class RecordTable:
    """A table of records: its data type, its own columns, and those with an index."""

    data_type: str
    name: str
    columns: dict[str, sa.types.TypeEngine]
    indexed: tuple[str, ...]


TABLES = (
    RecordTable(
        'accountTransactions',
        'records_account_transactions',
        {
            'date': MOMENT,
            'bank_account_ref_id': TEXT,
            'bank_account_ref_name': TEXT,
            'transaction_id': TEXT,
            'status': TEXT,
            'currency': TEXT,
            'total_amount': NUMBER,
        },
        indexed=('date', 'bank_account_ref_id'),
    ),
    RecordTable(
        'balanceSheet',
        'records_balance_sheet',
        {},
        indexed=(),
    ),
    RecordTable(
        'bankAccounts',
        'records_bank_accounts',
        {
            'account_name': TEXT,
            'account_type': TEXT,
            'nominal_code': TEXT,
            'account_number': TEXT,
            'sort_code': TEXT,
            'i_ban': TEXT,
            'institution': TEXT,
            'status': TEXT,
            'currency': TEXT,
            'balance': NUMBER,
        },
        indexed=(),
    ),
    RecordTable(
        'bankTransactions',
        'records_bank_transactions',
        {
            'cleared_on_date': MOMENT,
            'account_id': TEXT,
            'description': TEXT,
            'transaction_type': TEXT,
            'reconciled': FLAG,
            'amount': NUMBER,
            'balance': NUMBER,
        },
        indexed=('cleared_on_date', 'account_id'),
    ),
    RecordTable(
        'billCreditNotes',
        'records_bill_credit_notes',
        {
            'bill_credit_note_number': TEXT,
            'supplier_ref_id': TEXT,
            'supplier_ref_supplier_name': TEXT,
            'issue_date': MOMENT,
            'allocated_on_date': MOMENT,
            'currency': TEXT,
            'total_amount': NUMBER,
            'remaining_credit': NUMBER,
            'status': TEXT,
        },
        indexed=('supplier_ref_id', 'issue_date'),
    ),
    RecordTable(
        'billPayments',
        'records_bill_payments',
        {
            'supplier_ref_id': TEXT,
            'supplier_ref_supplier_name': TEXT,
            'account_ref_id': TEXT,
            'date': MOMENT,
            'currency': TEXT,
            'total_amount': NUMBER,
            'reference': TEXT,
        },
        indexed=('supplier_ref_id', 'date'),
    ),
    RecordTable(
        'cashFlowStatement',
        'records_cash_flow_statement',
        {},
        indexed=(),
    ),
    RecordTable(
        'creditNotes',
        'records_credit_notes',
        {
            'credit_note_number': TEXT,
            'customer_ref_id': TEXT,
            'customer_ref_company_name': TEXT,
            'issue_date': MOMENT,
            'allocated_on_date': MOMENT,
            'currency': TEXT,
            'total_amount': NUMBER,
            'remaining_credit': NUMBER,
            'status': TEXT,
        },
        indexed=('customer_ref_id', 'issue_date'),
    ),
    RecordTable(
        'directCosts',
        'records_direct_costs',
        {
            'issue_date': MOMENT,
            'contact_ref_id': TEXT,
            'contact_ref_data_type': TEXT,
            'reference': TEXT,
            'currency': TEXT,
            'sub_total': NUMBER,
            'tax_amount': NUMBER,
            'total_amount': NUMBER,
        },
        indexed=('issue_date', 'contact_ref_id'),
    ),
    RecordTable(
        'directIncomes',
        'records_direct_incomes',
        {
            'issue_date': MOMENT,
            'contact_ref_id': TEXT,
            'contact_ref_data_type': TEXT,
            'reference': TEXT,
            'currency': TEXT,
            'sub_total': NUMBER,
            'tax_amount': NUMBER,
            'total_amount': NUMBER,
        },
        indexed=('issue_date', 'contact_ref_id'),
    ),
    RecordTable(
        'itemReceipts',
        'records_item_receipts',
        {
            'received_date': MOMENT,
            'supplier_ref_id': TEXT,
            'supplier_ref_supplier_name': TEXT,
            'reference': TEXT,
            'status': TEXT,
            'currency': TEXT,
            'sub_total': NUMBER,
            'total_amount': NUMBER,
        },
        indexed=('received_date', 'supplier_ref_id'),
    ),
    RecordTable(
        'journalEntries',
        'records_journal_entries',
        {
            'posted_on': MOMENT,
            'created_on': MOMENT,
            'updated_on': MOMENT,
            'record_ref_id': TEXT,
            'record_ref_data_type': TEXT,
            'journal_ref_id': TEXT,
            'description': TEXT,
        },
        indexed=('posted_on', 'record_ref_id'),
    ),
    RecordTable(
        'journals',
        'records_journals',
        {
            'created_on': MOMENT,
            'journal_code': TEXT,
            'name': TEXT,
            'type': TEXT,
            'parent_id': TEXT,
            'has_children': FLAG,
            'status': TEXT,
        },
        indexed=('created_on',),
    ),
    RecordTable(
        'paymentMethods',
        'records_payment_methods',
        {
            'name': TEXT,
            'type': TEXT,
            'status': TEXT,
        },
        indexed=(),
    ),
    RecordTable(
        'profitAndLoss',
        'records_profit_and_loss',
        {},
        indexed=(),
    ),
    RecordTable(
        'purchaseOrders',
        'records_purchase_orders',
        {
            'purchase_order_number': TEXT,
            'supplier_ref_id': TEXT,
            'supplier_ref_supplier_name': TEXT,
            'issue_date': MOMENT,
            'expected_delivery_date': MOMENT,
            'delivery_date': MOMENT,
            'payment_due_date': MOMENT,
            'status': TEXT,
            'currency': TEXT,
            'total_amount': NUMBER,
        },
        indexed=('supplier_ref_id', 'issue_date'),
    ),
    RecordTable(
        'salesOrders',
        'records_sales_orders',
        {
            'sales_order_number': TEXT,
            'customer_purchase_order_number': TEXT,
            'customer_ref_id': TEXT,
            'customer_ref_company_name': TEXT,
            'issue_date': MOMENT,
            'expected_delivery_date': MOMENT,
            'status': TEXT,
            'invoicing_status': TEXT,
            'currency': TEXT,
            'total_amount': NUMBER,
        },
        indexed=('customer_ref_id', 'issue_date'),
    ),
    RecordTable(
        'trackingCategories',
        'records_tracking_categories',
        {
            'name': TEXT,
            'parent_id': TEXT,
            'has_children': FLAG,
            'status': TEXT,
        },
        indexed=(),
    ),
    RecordTable(
        'transfers',
        'records_transfers',
        {
            'date': MOMENT,
            'from_account_ref_id': TEXT,
            'from_currency': TEXT,
            'from_amount': NUMBER,
            'to_account_ref_id': TEXT,
            'to_currency': TEXT,
            'to_amount': NUMBER,
            'contact_ref_id': TEXT,
            'status': TEXT,
        },
        indexed=('date', 'from_account_ref_id'),
    ),
    RecordTable(
        'banking-accountBalances',
        'records_banking_account_balances',
        {
            'account_id': TEXT,
            'date': MOMENT,
            'balance_current': NUMBER,
            'balance_available': NUMBER,
            'balance_limit': NUMBER,
        },
        indexed=('account_id', 'date'),
    ),
    RecordTable(
        'banking-accounts',
        'records_banking_accounts',
        {
            'name': TEXT,
            'informal_name': TEXT,
            'holder': TEXT,
            'type': TEXT,
            'currency': TEXT,
            'balance_current': NUMBER,
            'balance_available': NUMBER,
            'identifiers_type': TEXT,
            'institution_id': TEXT,
            'institution_name': TEXT,
        },
        indexed=(),
    ),
    RecordTable(
        'banking-transactionCategories',
        'records_banking_transaction_categories',
        {
            'name': TEXT,
            'parent_id': TEXT,
            'has_children': FLAG,
            'status': TEXT,
        },
        indexed=(),
    ),
    RecordTable(
        'banking-transactions',
        'records_banking_transactions',
        {
            'account_id': TEXT,
            'posted_date': MOMENT,
            'authorized_date': MOMENT,
            'amount': NUMBER,
            'currency': TEXT,
            'code': TEXT,
            'description': TEXT,
            'merchant_name': TEXT,
            'transaction_category_ref_id': TEXT,
            'transaction_category_ref_name': TEXT,
        },
        indexed=('account_id', 'posted_date'),
    ),
    RecordTable(
        'commerce-companyInfo',
        'records_commerce_company_info',
        {},
        indexed=(),
    ),
    RecordTable(
        'commerce-customers',
        'records_commerce_customers',
        {
            'customer_name': TEXT,
            'email_address': TEXT,
            'phone': TEXT,
            'default_currency': TEXT,
            'created_date': MOMENT,
        },
        indexed=('created_date',),
    ),
    RecordTable(
        'commerce-disputes',
        'records_commerce_disputes',
        {
            'created_date': MOMENT,
            'due_date': MOMENT,
            'currency': TEXT,
            'total_amount': NUMBER,
            'status': TEXT,
            'reason': TEXT,
        },
        indexed=('created_date',),
    ),
    RecordTable(
        'commerce-locations',
        'records_commerce_locations',
        {
            'name': TEXT,
            'address_line1': TEXT,
            'address_city': TEXT,
            'address_region': TEXT,
            'address_country': TEXT,
            'address_postal_code': TEXT,
        },
        indexed=(),
    ),
    RecordTable(
        'commerce-orders',
        'records_commerce_orders',
        {
            'created_date': MOMENT,
            'closed_date': MOMENT,
            'order_number': TEXT,
            'customer_ref_id': TEXT,
            'customer_ref_name': TEXT,
            'location_ref_id': TEXT,
            'country': TEXT,
            'currency': TEXT,
            'total_amount': NUMBER,
            'total_refund': NUMBER,
        },
        indexed=('created_date', 'customer_ref_id'),
    ),
    RecordTable(
        'commerce-paymentMethods',
        'records_commerce_payment_methods',
        {
            'name': TEXT,
            'status': TEXT,
        },
        indexed=(),
    ),
    RecordTable(
        'commerce-payments',
        'records_commerce_payments',
        {
            'created_date': MOMENT,
            'due_date': MOMENT,
            'amount': NUMBER,
            'currency': TEXT,
            'status': TEXT,
            'payment_method_ref_id': TEXT,
            'payment_method_ref_name': TEXT,
            'payment_provider': TEXT,
        },
        indexed=('created_date', 'payment_method_ref_id'),
    ),
    RecordTable(
        'commerce-productCategories',
        'records_commerce_product_categories',
        {
            'name': TEXT,
            'has_children': FLAG,
        },
        indexed=(),
    ),
    RecordTable(
        'commerce-products',
        'records_commerce_products',
        {
            'name': TEXT,
            'description': TEXT,
            'categorization': TEXT,
            'is_gift_card': FLAG,
        },
        indexed=(),
    ),
    RecordTable(
        'commerce-taxComponents',
        'records_commerce_tax_components',
        {
            'name': TEXT,
            'rate': NUMBER,
            'is_compound': FLAG,
        },
        indexed=(),
    ),
    RecordTable(
        'commerce-transactions',
        'records_commerce_transactions',
        {
            'created_date': MOMENT,
            'source_created_date': MOMENT,
            'total_amount': NUMBER,
            'currency': TEXT,
            'type': TEXT,
            'sub_type': TEXT,
            'transaction_source_ref_id': TEXT,
            'transaction_source_ref_type': TEXT,
        },
        indexed=('created_date', 'transaction_source_ref_id'),
    ),
)

# What tells how far the records of a type have been read.
STATE = ('cursors', 'datasets', 'generations', 'sightings')


def upgrade() -> None:
    """Change the schema."""
    for table in TABLES:
        op.create_table(
            table.name,
            sa.Column('company_id', sa.Text(), nullable=False),
            sa.Column('connection_id', sa.Text(), nullable=False),
            sa.Column('source_id', TEXT, nullable=False),
            sa.Column('gen_from', sa.Integer(), autoincrement=False, nullable=False),
            sa.Column('gen_to', sa.Integer(), nullable=True),
            sa.Column('platform', sa.Text(), nullable=False),
            sa.Column('content_hash', sa.LargeBinary(), nullable=False),
            sa.Column('is_deleted', sa.Boolean(), nullable=False),
            sa.Column('source_modified_at', MOMENT, nullable=True),
            sa.Column('run_id', sa.Text(), nullable=False),
            sa.Column('resource', sa.Text(), nullable=False),
            sa.Column('sequence', sa.Integer(), nullable=False),
            sa.Column('mapping_version', sa.Text(), nullable=False),
            *(sa.Column(name, kind, nullable=True) for name, kind in table.columns.items()),
            sa.Column('doc', types.Document(), nullable=False),
            sa.PrimaryKeyConstraint(
                'company_id', 'connection_id', 'source_id', 'gen_from', name=f'pk_{table.name}'
            ),
        )
        create_index(table.name, 'gen_from', 'source_id', 'gen_to', where='gen_to IS NULL')
        for column in table.indexed:
            create_index(
                table.name, column, 'source_id', 'gen_from', 'gen_to', where='gen_to IS NULL'
            )
        create_index(table.name, 'gen_to', where='gen_to IS NOT NULL')


def create_index(table: str, *columns: str, where: str) -> None:
    op.create_index(
        f'ix_{table}_{columns[0]}',
        table,
        ['company_id', 'connection_id', *columns],
        sqlite_where=sa.text(where),
        postgresql_where=sa.text(where),
    )


def downgrade() -> None:
    """Change it back; what was read of these types would have to be read again."""
    for table in TABLES:
        for name in STATE:
            state = sa.table(name, sa.column('data_type'))
            op.execute(sa.delete(state).where(state.c.data_type == table.data_type))
        op.drop_table(table.name)
