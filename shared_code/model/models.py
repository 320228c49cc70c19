"""The model of each data type, by the contract's key."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from shared_code.model.accounting.account import Account
from shared_code.model.accounting.account_transaction import AccountTransaction
from shared_code.model.accounting.balance_sheet import BalanceSheet
from shared_code.model.accounting.bank_account import BankAccount
from shared_code.model.accounting.bank_transaction import BankTransaction
from shared_code.model.accounting.bill import Bill
from shared_code.model.accounting.bill_credit_note import BillCreditNote
from shared_code.model.accounting.bill_payment import BillPayment
from shared_code.model.accounting.cash_flow_statement import CashFlowStatement
from shared_code.model.accounting.company_info import CompanyInfo
from shared_code.model.accounting.credit_note import CreditNote
from shared_code.model.accounting.customer import Customer
from shared_code.model.accounting.direct_cost import DirectCost
from shared_code.model.accounting.direct_income import DirectIncome
from shared_code.model.accounting.invoice import Invoice
from shared_code.model.accounting.item import Item
from shared_code.model.accounting.item_receipt import ItemReceipt
from shared_code.model.accounting.journal import Journal
from shared_code.model.accounting.journal_entry import JournalEntry
from shared_code.model.accounting.payment import Payment
from shared_code.model.accounting.payment_method import PaymentMethod
from shared_code.model.accounting.profit_and_loss import ProfitAndLossReport
from shared_code.model.accounting.purchase_order import PurchaseOrder
from shared_code.model.accounting.sales_order import SalesOrder
from shared_code.model.accounting.supplier import Supplier
from shared_code.model.accounting.tax_rate import TaxRate
from shared_code.model.accounting.tracking_category import TrackingCategory
from shared_code.model.accounting.transfer import Transfer
from shared_code.model.banking.account import BankingAccount
from shared_code.model.banking.account_balance import AccountBalance
from shared_code.model.banking.transaction import BankingTransaction
from shared_code.model.banking.transaction_category import TransactionCategory
from shared_code.model.base import Shape
from shared_code.model.commerce.company_info import CommerceCompanyInfo
from shared_code.model.commerce.customer import CommerceCustomer
from shared_code.model.commerce.dispute import Dispute
from shared_code.model.commerce.location import Location
from shared_code.model.commerce.order import Order
from shared_code.model.commerce.payment import CommercePayment
from shared_code.model.commerce.payment_method import CommercePaymentMethod
from shared_code.model.commerce.product import Product
from shared_code.model.commerce.product_category import ProductCategory
from shared_code.model.commerce.tax_component import CommerceTaxComponent
from shared_code.model.commerce.transaction import CommerceTransaction

MODELS: Mapping[str, type[Shape]] = MappingProxyType(
    {
        "accountTransactions": AccountTransaction,
        "balanceSheet": BalanceSheet,
        "bankAccounts": BankAccount,
        "bankTransactions": BankTransaction,
        "billCreditNotes": BillCreditNote,
        "billPayments": BillPayment,
        "bills": Bill,
        "cashFlowStatement": CashFlowStatement,
        "chartOfAccounts": Account,
        "company": CompanyInfo,
        "creditNotes": CreditNote,
        "customers": Customer,
        "directCosts": DirectCost,
        "directIncomes": DirectIncome,
        "invoices": Invoice,
        "itemReceipts": ItemReceipt,
        "items": Item,
        "journalEntries": JournalEntry,
        "journals": Journal,
        "paymentMethods": PaymentMethod,
        "payments": Payment,
        "profitAndLoss": ProfitAndLossReport,
        "purchaseOrders": PurchaseOrder,
        "salesOrders": SalesOrder,
        "suppliers": Supplier,
        "taxRates": TaxRate,
        "trackingCategories": TrackingCategory,
        "transfers": Transfer,
        "banking-accountBalances": AccountBalance,
        "banking-accounts": BankingAccount,
        "banking-transactionCategories": TransactionCategory,
        "banking-transactions": BankingTransaction,
        "commerce-companyInfo": CommerceCompanyInfo,
        "commerce-customers": CommerceCustomer,
        "commerce-disputes": Dispute,
        "commerce-locations": Location,
        "commerce-orders": Order,
        "commerce-paymentMethods": CommercePaymentMethod,
        "commerce-payments": CommercePayment,
        "commerce-productCategories": ProductCategory,
        "commerce-products": Product,
        "commerce-taxComponents": CommerceTaxComponent,
        "commerce-transactions": CommerceTransaction,
    }
)
