"""Xero's words for what the books call otherwise."""

from local.providers.books import chart
from local.providers.books.model import AccountKind, DocumentKind, DocumentStatus, LineAmounts

DOCUMENT_TYPES = {
    DocumentKind.INVOICE: "ACCREC",
    DocumentKind.BILL: "ACCPAY",
    DocumentKind.CREDIT_NOTE: "ACCRECCREDIT",
    DocumentKind.SUPPLIER_CREDIT: "ACCPAYCREDIT",
    DocumentKind.CUSTOMER_OVERPAYMENT: "RECEIVE-OVERPAYMENT",
    DocumentKind.SUPPLIER_OVERPAYMENT: "SPEND-OVERPAYMENT",
    DocumentKind.CUSTOMER_PREPAYMENT: "RECEIVE-PREPAYMENT",
    DocumentKind.SUPPLIER_PREPAYMENT: "SPEND-PREPAYMENT",
    DocumentKind.RECEIVED: "RECEIVE",
    DocumentKind.SPENT: "SPEND",
    DocumentKind.TRANSFER_IN: "RECEIVE-TRANSFER",
    DocumentKind.TRANSFER_OUT: "SPEND-TRANSFER",
}
DOCUMENT_STATUSES = {
    DocumentStatus.DRAFT: "DRAFT",
    DocumentStatus.SUBMITTED: "SUBMITTED",
    DocumentStatus.APPROVED: "AUTHORISED",
    DocumentStatus.PAID: "PAID",
    DocumentStatus.VOIDED: "VOIDED",
    DocumentStatus.DELETED: "DELETED",
}
ORDER_STATUSES = DOCUMENT_STATUSES | {DocumentStatus.PAID: "BILLED"}
LINE_AMOUNT_TYPES = {
    LineAmounts.EXCLUSIVE: "Exclusive",
    LineAmounts.INCLUSIVE: "Inclusive",
    LineAmounts.NO_TAX: "NoTax",
}
PAYMENT_TYPES = {
    DocumentKind.INVOICE: "ACCRECPAYMENT",
    DocumentKind.BILL: "ACCPAYPAYMENT",
    DocumentKind.CREDIT_NOTE: "ARCREDITPAYMENT",
    DocumentKind.SUPPLIER_CREDIT: "APCREDITPAYMENT",
    DocumentKind.CUSTOMER_OVERPAYMENT: "AROVERPAYMENTPAYMENT",
    DocumentKind.SUPPLIER_OVERPAYMENT: "APOVERPAYMENTPAYMENT",
    DocumentKind.CUSTOMER_PREPAYMENT: "ARPREPAYMENTPAYMENT",
    DocumentKind.SUPPLIER_PREPAYMENT: "APPREPAYMENTPAYMENT",
}
JOURNAL_SOURCES = {
    DocumentKind.INVOICE: "ACCREC",
    DocumentKind.BILL: "ACCPAY",
    DocumentKind.CREDIT_NOTE: "ACCRECCREDIT",
    DocumentKind.SUPPLIER_CREDIT: "ACCPAYCREDIT",
    DocumentKind.CUSTOMER_OVERPAYMENT: "AROVERPAYMENT",
    DocumentKind.SUPPLIER_OVERPAYMENT: "APOVERPAYMENT",
    DocumentKind.CUSTOMER_PREPAYMENT: "ARPREPAYMENT",
    DocumentKind.SUPPLIER_PREPAYMENT: "APPREPAYMENT",
    DocumentKind.RECEIVED: "CASHREC",
    DocumentKind.SPENT: "CASHPAID",
    "transfer": "TRANSFER",
    "manual": "MANJOURNAL",
}
PAYMENT_SOURCES = {
    DocumentKind.INVOICE: "ACCRECPAYMENT",
    DocumentKind.BILL: "ACCPAYPAYMENT",
    DocumentKind.CREDIT_NOTE: "ARCREDITPAYMENT",
    DocumentKind.SUPPLIER_CREDIT: "APCREDITPAYMENT",
    DocumentKind.CUSTOMER_OVERPAYMENT: "ARCREDITPAYMENT",
    DocumentKind.CUSTOMER_PREPAYMENT: "ARCREDITPAYMENT",
    DocumentKind.SUPPLIER_OVERPAYMENT: "APCREDITPAYMENT",
    DocumentKind.SUPPLIER_PREPAYMENT: "APCREDITPAYMENT",
}
TAX_TYPES = {
    chart.STANDARD_SALES: "OUTPUT2",
    chart.STANDARD_PURCHASES: "INPUT2",
    chart.REDUCED_SALES: "RROUTPUT",
    chart.REDUCED_PURCHASES: "RRINPUT",
    chart.ZERO_SALES: "ZERORATEDOUTPUT",
    chart.ZERO_PURCHASES: "ZERORATEDINPUT",
    chart.EXEMPT_SALES: "EXEMPTOUTPUT",
    chart.EXEMPT_PURCHASES: "EXEMPTINPUT",
    chart.NO_TAX: "NONE",
}
REPORT_TAX_TYPES = {
    chart.STANDARD_SALES: "OUTPUT",
    chart.STANDARD_PURCHASES: "INPUT",
    chart.REDUCED_SALES: "OUTPUT",
    chart.REDUCED_PURCHASES: "INPUT",
    chart.ZERO_SALES: "OUTPUT",
    chart.ZERO_PURCHASES: "INPUT",
    chart.EXEMPT_SALES: "EXEMPTOUTPUT",
    chart.EXEMPT_PURCHASES: "EXEMPTINPUT",
    chart.NO_TAX: "NONE",
}
_KINDS: dict[AccountKind, tuple[str, str, str]] = {
    AccountKind.BANK: ("BANK", "ASSET", "ASS.CUR.CAS"),
    AccountKind.RECEIVABLE: ("CURRENT", "ASSET", "ASS.CUR.REC.TRA"),
    AccountKind.PAYABLE: ("CURRLIAB", "LIABILITY", "LIA.CUR.PAY.TRA"),
    AccountKind.TAX: ("CURRLIAB", "LIABILITY", "LIA.CUR.TAX.VAT"),
    AccountKind.CURRENT_ASSET: ("CURRENT", "ASSET", "ASS.CUR"),
    AccountKind.FIXED_ASSET: ("FIXED", "ASSET", "ASS.NCA.FIX"),
    AccountKind.CURRENT_LIABILITY: ("CURRLIAB", "LIABILITY", "LIA.CUR"),
    AccountKind.LONG_TERM_LIABILITY: ("TERMLIAB", "LIABILITY", "LIA.NCL"),
    AccountKind.EQUITY: ("EQUITY", "EQUITY", "EQU"),
    AccountKind.REVENUE: ("REVENUE", "REVENUE", "REV.TRA"),
    AccountKind.OTHER_INCOME: ("OTHERINCOME", "REVENUE", "REV.OTH"),
    AccountKind.DIRECT_COST: ("DIRECTCOSTS", "EXPENSE", "EXP.COS"),
    AccountKind.OVERHEAD: ("OVERHEADS", "EXPENSE", "EXP"),
    AccountKind.DEPRECIATION: ("DEPRECIATN", "EXPENSE", "EXP.DEP"),
}
ACCOUNT_TYPES = {kind: words[0] for kind, words in _KINDS.items()}
ACCOUNT_CLASSES = {kind: words[1] for kind, words in _KINDS.items()}
REPORTING_CODES = {kind: words[2] for kind, words in _KINDS.items()}
SYSTEM_ACCOUNTS = {
    "receivables": "DEBTORS",
    "payables": "CREDITORS",
    "tax": "GST",
    "currency-gains": "REALISEDCURRENCYGAIN",
    "retained-earnings": "RETAINEDEARNINGS",
    "rounding": "ROUNDING",
    "wages": "WAGEPAYABLES",
}
