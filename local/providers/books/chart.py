"""The chart of accounts and the tax rates every British business here starts with."""

from decimal import Decimal

from local.providers.books.model import AccountKind, TaxRate

RECEIVABLES = "610"
PAYABLES = "800"
SALES_TAX = "820"
CURRENCY_GAINS = "499"
SHARE_CAPITAL = "950"
RETAINED_EARNINGS = "960"
CURRENT_ACCOUNT = "090"
SAVINGS_ACCOUNT = "091"

STANDARD_SALES = "standard-sales"
STANDARD_PURCHASES = "standard-purchases"
REDUCED_SALES = "reduced-sales"
REDUCED_PURCHASES = "reduced-purchases"
ZERO_SALES = "zero-sales"
ZERO_PURCHASES = "zero-purchases"
EXEMPT_SALES = "exempt-sales"
EXEMPT_PURCHASES = "exempt-purchases"
NO_TAX = "none"

TAX_RATES = (
    TaxRate(STANDARD_SALES, "20% (VAT on Income)", Decimal(20), on_sales=True, on_purchases=False),
    TaxRate(
        STANDARD_PURCHASES, "20% (VAT on Expenses)", Decimal(20), on_sales=False, on_purchases=True
    ),
    TaxRate(REDUCED_SALES, "5% (VAT on Income)", Decimal(5), on_sales=True, on_purchases=False),
    TaxRate(
        REDUCED_PURCHASES, "5% (VAT on Expenses)", Decimal(5), on_sales=False, on_purchases=True
    ),
    TaxRate(ZERO_SALES, "Zero Rated Income", Decimal(0), on_sales=True, on_purchases=False),
    TaxRate(ZERO_PURCHASES, "Zero Rated Expenses", Decimal(0), on_sales=False, on_purchases=True),
    TaxRate(EXEMPT_SALES, "Exempt Income", Decimal(0), on_sales=True, on_purchases=False),
    TaxRate(EXEMPT_PURCHASES, "Exempt Expenses", Decimal(0), on_sales=False, on_purchases=True),
    TaxRate(NO_TAX, "No VAT", Decimal(0), on_sales=True, on_purchases=True),
)

_BANK, _INCOME, _OTHER = AccountKind.BANK, AccountKind.REVENUE, AccountKind.OTHER_INCOME
_DIRECT, _OVERHEAD = AccountKind.DIRECT_COST, AccountKind.OVERHEAD

ACCOUNTS: tuple[tuple[str, str, AccountKind, str, str | None], ...] = (
    (CURRENT_ACCOUNT, "Business Current Account", _BANK, NO_TAX, None),
    (SAVINGS_ACCOUNT, "Business Reserve Account", _BANK, NO_TAX, None),
    ("092", "Euro Account", _BANK, NO_TAX, None),
    ("200", "Sales", _INCOME, STANDARD_SALES, None),
    ("205", "Services", _INCOME, STANDARD_SALES, None),
    ("260", "Other Revenue", _INCOME, STANDARD_SALES, None),
    ("270", "Interest Income", _OTHER, NO_TAX, None),
    ("310", "Cost of Goods Sold", _DIRECT, STANDARD_PURCHASES, None),
    ("325", "Direct Expenses", _DIRECT, STANDARD_PURCHASES, None),
    ("400", "Advertising & Marketing", _OVERHEAD, STANDARD_PURCHASES, None),
    ("401", "Audit & Accountancy fees", _OVERHEAD, STANDARD_PURCHASES, None),
    ("404", "Bank Fees", _OVERHEAD, EXEMPT_PURCHASES, None),
    ("408", "Cleaning", _OVERHEAD, STANDARD_PURCHASES, None),
    ("425", "Postage, Freight & Courier", _OVERHEAD, STANDARD_PURCHASES, None),
    ("433", "Insurance", _OVERHEAD, EXEMPT_PURCHASES, None),
    ("445", "Light, Power, Heating", _OVERHEAD, REDUCED_PURCHASES, None),
    ("449", "Motor Vehicle Expenses", _OVERHEAD, STANDARD_PURCHASES, None),
    ("463", "IT Software and Consumables", _OVERHEAD, STANDARD_PURCHASES, None),
    ("469", "Rent", _OVERHEAD, STANDARD_PURCHASES, None),
    ("473", "Repairs & Maintenance", _OVERHEAD, STANDARD_PURCHASES, None),
    ("485", "Subscriptions", _OVERHEAD, STANDARD_PURCHASES, None),
    ("489", "Telephone & Internet", _OVERHEAD, STANDARD_PURCHASES, None),
    ("493", "Travel - National", _OVERHEAD, ZERO_PURCHASES, None),
    (CURRENCY_GAINS, "Realised Currency Gains", _OVERHEAD, NO_TAX, "currency-gains"),
    ("416", "Depreciation Expense", AccountKind.DEPRECIATION, NO_TAX, None),
    (RECEIVABLES, "Accounts Receivable", AccountKind.RECEIVABLE, NO_TAX, "receivables"),
    ("620", "Prepayments", AccountKind.CURRENT_ASSET, NO_TAX, None),
    ("720", "Computer Equipment", AccountKind.FIXED_ASSET, STANDARD_PURCHASES, None),
    (PAYABLES, "Accounts Payable", AccountKind.PAYABLE, NO_TAX, "payables"),
    ("814", "Wages Payable - Payroll", AccountKind.CURRENT_LIABILITY, NO_TAX, "wages"),
    (SALES_TAX, "VAT", AccountKind.TAX, NO_TAX, "tax"),
    ("860", "Rounding", AccountKind.CURRENT_LIABILITY, NO_TAX, "rounding"),
    ("900", "Loan", AccountKind.LONG_TERM_LIABILITY, NO_TAX, None),
    (SHARE_CAPITAL, "Capital - Ordinary Shares", AccountKind.EQUITY, NO_TAX, None),
    (RETAINED_EARNINGS, "Retained Earnings", AccountKind.EQUITY, NO_TAX, "retained-earnings"),
)

BANK_NUMBERS = {CURRENT_ACCOUNT: "20449183617264", SAVINGS_ACCOUNT: "20449170215588"}
EURO_ACCOUNT = "092"
EURO_ACCOUNT_NUMBER = "20449155930127"
