"""Xero's mappings, one for each data type that a list feeds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from functions.xero.mapping import documents, ledger, masters, money

Map = Callable[[Any, Any], Any]


def of(maps: Mapping[str, Map], *data_types: str) -> list[Map]:
    return [maps[each] for each in data_types]


map_account, map_bank_account = of(masters.ACCOUNTS, "chartOfAccounts", "bankAccounts")
map_customer, map_supplier = of(masters.CONTACTS, "customers", "suppliers")
map_company, map_tax_rate, map_item = masters.map_company, masters.map_tax_rate, masters.map_item
map_tracking_category = masters.map_tracking_category

map_invoice, map_bill = of(documents.INVOICES, "invoices", "bills")
map_credit_note, map_bill_credit_note = of(documents.CREDITS, "creditNotes", "billCreditNotes")
map_purchase_order = documents.map_purchase_order

map_payment, map_bill_payment = of(money.PAYMENTS, "payments", "billPayments")
map_credit_received, map_credit_paid = of(money.BANK_TRANSACTIONS, "payments", "billPayments")
map_direct_cost, map_direct_income = of(money.BANK_TRANSACTIONS, "directCosts", "directIncomes")
[map_payment_movement] = of(money.PAYMENTS, "accountTransactions")
[map_bank_movement] = of(money.BANK_TRANSACTIONS, "accountTransactions")
map_transfer = money.map_transfer

map_journal, map_journal_entry = ledger.map_journal, ledger.map_journal_entry
map_balance_sheet, map_profit_and_loss = ledger.map_balance_sheet, ledger.map_profit_and_loss
