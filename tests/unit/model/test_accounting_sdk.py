"""The official SDK understands every accounting model, and finds all that it knows in it."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import pytest
from codataccounting import utils  # type: ignore[import-untyped] # it has no types
from codataccounting.models import shared  # type: ignore[import-untyped]
from codataccounting.models.shared import banktransactions  # type: ignore[import-untyped]

from shared_code.model import Shape, encode
from shared_code.model.accounting.account_transaction import AccountTransaction
from shared_code.model.accounting.aged_reports import AgedCreditorReport, AgedDebtorReport
from shared_code.model.accounting.attachment import AttachmentsDataset
from shared_code.model.accounting.balance_sheet import BalanceSheet, BalanceSheetReport
from shared_code.model.accounting.bank_account import BankAccount
from shared_code.model.accounting.bank_transaction import BankTransaction
from shared_code.model.accounting.bill_credit_note import BillCreditNote
from shared_code.model.accounting.bill_payment import BillPayment
from shared_code.model.accounting.cash_flow_statement import CashFlowPeriod, CashFlowStatement
from shared_code.model.accounting.credit_note import CreditNote
from shared_code.model.accounting.direct_cost import DirectCost
from shared_code.model.accounting.direct_income import DirectIncome
from shared_code.model.accounting.item_receipt import ItemReceipt
from shared_code.model.accounting.journal import Journal
from shared_code.model.accounting.journal_entry import JournalEntry
from shared_code.model.accounting.payment_method import PaymentMethod
from shared_code.model.accounting.profit_and_loss import ProfitAndLossPeriod, ProfitAndLossReport
from shared_code.model.accounting.purchase_order import PurchaseOrder
from shared_code.model.accounting.report_lines import ReportLine
from shared_code.model.accounting.sales_order import SalesOrder
from shared_code.model.accounting.tracking_category import TrackingCategory, TrackingCategoryTree
from shared_code.model.accounting.transfer import Transfer
from tests.support.samples import sample

# Some names are its own: of statements, of their periods, and of a bank transaction.
READERS: list[tuple[type[Shape], Any]] = [
    (AccountTransaction, shared.AccountTransaction),
    (AgedCreditorReport, shared.AgedCreditorReport),
    (AgedDebtorReport, shared.AgedDebtorReport),
    (AttachmentsDataset, shared.AttachmentsDataset),
    (BalanceSheet, shared.BalanceSheetInput),
    (BalanceSheetReport, shared.BalanceSheet),
    (BankAccount, shared.BankAccount),
    (BankTransaction, banktransactions.SourceModifiedDate),
    (BillCreditNote, shared.BillCreditNote),
    (BillPayment, shared.BillPayment),
    (CashFlowPeriod, shared.CashFlowStatement),
    (CashFlowStatement, shared.CashFlowStatementInput),
    (CreditNote, shared.CreditNote),
    (DirectCost, shared.DirectCost),
    (DirectIncome, shared.DirectIncome),
    (ItemReceipt, shared.ItemReceipt),
    (Journal, shared.Journal),
    (JournalEntry, shared.JournalEntry),
    (PaymentMethod, shared.PaymentMethod),
    (ProfitAndLossPeriod, shared.ProfitAndLossReport),
    (ProfitAndLossReport, shared.ProfitAndLossReportInput),
    (PurchaseOrder, shared.PurchaseOrder),
    (ReportLine, shared.ReportLine),
    (SalesOrder, shared.SalesOrder),
    (TrackingCategory, shared.TrackingCategory),
    (TrackingCategoryTree, shared.TrackingCategoryTree),
    (Transfer, shared.Transfer),
]


@pytest.mark.parametrize(("model", "reader"), READERS)
def test_the_sdk_finds_every_property_that_it_knows(model: type[Shape], reader: Any) -> None:  # noqa: ANN401
    read = utils.unmarshal_json(encode(sample(model, full=True)).decode(), reader)
    missing = {each.name for each in fields(read) if getattr(read, each.name) is None}
    # The reader of the data adds it.
    assert missing <= {"modified_date"}


@pytest.mark.parametrize(("model", "reader"), READERS)
def test_the_sdk_reads_a_record_with_only_what_it_must_have(
    model: type[Shape],
    reader: Any,  # noqa: ANN401
) -> None:
    # It raises where a property that it insists on is missing.
    assert utils.unmarshal_json(encode(sample(model, full=False)).decode(), reader) is not None
