"""What the records of accounting providers are mapped to, such as `accounting.Invoice`."""

from shared_code.model.accounting.account import Account, AccountStatus, AccountType
from shared_code.model.accounting.account_transaction import (
    AccountTransaction,
    AccountTransactionLine,
    BankAccountRef,
)
from shared_code.model.accounting.attachment import Attachment
from shared_code.model.accounting.balance_sheet import BalanceSheet, BalanceSheetReport
from shared_code.model.accounting.bank_account import BankAccount, BankAccountType
from shared_code.model.accounting.bank_transaction import BankTransaction, BankTransactionType
from shared_code.model.accounting.bill import Bill, BillLine, BillStatus
from shared_code.model.accounting.bill_credit_note import BillCreditNote, BillCreditNoteLine
from shared_code.model.accounting.bill_payment import (
    BillPayment,
    BillPaymentLine,
    BillPaymentLink,
    BillPaymentLinkType,
)
from shared_code.model.accounting.cash_flow_statement import (
    CashFlowPeriod,
    CashFlowStatement,
    ReportInput,
)
from shared_code.model.accounting.company_info import CompanyInfo
from shared_code.model.accounting.credit_note import CreditNote, CreditNoteLine
from shared_code.model.accounting.customer import Contact, Customer
from shared_code.model.accounting.direct_cost import DirectCost, DirectCostLine, DirectCostTracking
from shared_code.model.accounting.direct_income import DirectIncome, DirectIncomeLine
from shared_code.model.accounting.invoice import Invoice, InvoiceLine, InvoiceStatus
from shared_code.model.accounting.item import Item, ItemType, TradedItem
from shared_code.model.accounting.item_receipt import (
    ItemReceipt,
    ItemReceiptLine,
    ItemReceiptStatus,
)
from shared_code.model.accounting.journal import Journal
from shared_code.model.accounting.journal_entry import (
    JournalEntry,
    JournalLine,
    JournalRef,
    JournalTracking,
)
from shared_code.model.accounting.payment import Payment, PaymentLine, PaymentLink, PaymentLinkType
from shared_code.model.accounting.payment_method import PaymentMethod, PaymentMethodType
from shared_code.model.accounting.profit_and_loss import ProfitAndLossPeriod, ProfitAndLossReport
from shared_code.model.accounting.purchase_order import (
    OrderAuthor,
    PurchaseOrder,
    PurchaseOrderLine,
)
from shared_code.model.accounting.report_lines import ReportBasis, ReportLine
from shared_code.model.accounting.sales_order import InvoicingStatus, SalesOrder, SalesOrderLine
from shared_code.model.accounting.supplier import Supplier
from shared_code.model.accounting.tax_rate import TaxComponent, TaxRate
from shared_code.model.accounting.tracking_category import TrackingCategory
from shared_code.model.accounting.transfer import Transfer, TransferAccount

__all__ = [
    "Account",
    "AccountStatus",
    "AccountTransaction",
    "AccountTransactionLine",
    "AccountType",
    "Attachment",
    "BalanceSheet",
    "BalanceSheetReport",
    "BankAccount",
    "BankAccountRef",
    "BankAccountType",
    "BankTransaction",
    "BankTransactionType",
    "Bill",
    "BillCreditNote",
    "BillCreditNoteLine",
    "BillLine",
    "BillPayment",
    "BillPaymentLine",
    "BillPaymentLink",
    "BillPaymentLinkType",
    "BillStatus",
    "CashFlowPeriod",
    "CashFlowStatement",
    "CompanyInfo",
    "Contact",
    "CreditNote",
    "CreditNoteLine",
    "Customer",
    "DirectCost",
    "DirectCostLine",
    "DirectCostTracking",
    "DirectIncome",
    "DirectIncomeLine",
    "Invoice",
    "InvoiceLine",
    "InvoiceStatus",
    "InvoicingStatus",
    "Item",
    "ItemReceipt",
    "ItemReceiptLine",
    "ItemReceiptStatus",
    "ItemType",
    "Journal",
    "JournalEntry",
    "JournalLine",
    "JournalRef",
    "JournalTracking",
    "OrderAuthor",
    "Payment",
    "PaymentLine",
    "PaymentLink",
    "PaymentLinkType",
    "PaymentMethod",
    "PaymentMethodType",
    "ProfitAndLossPeriod",
    "ProfitAndLossReport",
    "PurchaseOrder",
    "PurchaseOrderLine",
    "ReportBasis",
    "ReportInput",
    "ReportLine",
    "SalesOrder",
    "SalesOrderLine",
    "Supplier",
    "TaxComponent",
    "TaxRate",
    "TrackingCategory",
    "TradedItem",
    "Transfer",
    "TransferAccount",
]
