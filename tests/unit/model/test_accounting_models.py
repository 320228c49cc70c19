"""Promises that every accounting model keeps, and every shape that it is made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from pkgutil import iter_modules
from typing import Any, get_args

import pytest
from pydantic import ValidationError

from shared_code.model import Kind, Record, Shape, accounting, decode, encode, index_of, shapes
from shared_code.model.accounting.account_transaction import AccountTransaction
from shared_code.model.accounting.bill_credit_note import BillCreditNote
from shared_code.model.accounting.journal_entry import JournalRef
from shared_code.model.accounting.report_lines import ReportLine
from shared_code.model.accounting.tracking_category import TrackingCategoryTree
from shared_code.model.accounting.transfer import Transfer
from tests.support.samples import sample

MODULES = [
    shapes,
    *(
        import_module(f"{accounting.__name__}.{each.name}")
        for each in iter_modules(accounting.__path__)
    ),
]


def defined(kind: type) -> Iterator[Any]:
    """All classes of a kind that the accounting modules define."""
    for module in MODULES:
        for found in vars(module).values():
            is_class = isinstance(found, type) and issubclass(found, kind)
            if is_class and found.__module__ == module.__name__:
                yield found


MODELS: list[type[Shape]] = list(defined(Shape))
ENUMS: list[type[StrEnum]] = list(defined(StrEnum))
BY_NAME = {model.__name__: model for model in MODELS}
RECORDS = [model for model in MODELS if issubclass(model, Record) and model.promoted]
CHOICES = [
    (model, str(field.alias))
    for model in MODELS
    for field in model.model_fields.values()
    if {*ENUMS} & {field.annotation, *get_args(field.annotation)}
]

_LINE = {"unitAmount", "quantity"}
_STATUS = {"id", "status"}
_CREDIT = {"totalAmount", "totalDiscount", "subTotal", "totalTaxAmount", "discountPercentage"}
_DIRECT = {"currency", "lineItems", "paymentAllocations", "subTotal", "taxAmount", "totalAmount"}

REQUIRED: Mapping[str, set[str]] = {
    "AccountTransaction": _STATUS,
    "AccountTransactionLine": {"amount"},
    "AgedCreditorReport": {"generated", "reportDate", "data"},
    "AgedDebtorReport": {"generated", "reportDate", "data"},
    "Attachment": {"id"},
    "AttachmentsDataset": {"attachments"},
    "BalanceSheet": {"currency", "reports"},
    "BalanceSheetReport": {"netAssets"},
    "BankAccount": {*_STATUS, "accountType"},
    "BankTransaction": {"id", "accountId", "transactionType"},
    "BillCreditNote": {*_STATUS, *_CREDIT},
    "BillCreditNoteLine": _LINE,
    "BillLine": _LINE,
    "BillPayment": {"id", "date"},
    "BillPaymentLine": {"amount"},
    "BillPaymentLink": {"type"},
    "CashFlowStatement": {"currency", "reports", "reportBasis", "reportInput"},
    "ContactRef": {"id"},
    "CreditNote": {*_STATUS, *_CREDIT, "remainingCredit"},
    "CreditNoteLine": _LINE,
    "DirectCost": {"id", "issueDate", *_DIRECT},
    "DirectCostLine": _LINE,
    "DirectCostTracking": {"recordRefs"},
    "DirectIncome": {"id", "issueDate", *_DIRECT},
    "DirectIncomeLine": _LINE,
    "InvoiceLine": _LINE,
    "ItemReceipt": _STATUS,
    "ItemReceiptLine": _LINE,
    "Journal": {*_STATUS, "hasChildren"},
    "JournalEntry": {"id"},
    "JournalLine": {"netAmount"},
    "JournalRef": {"id"},
    "PaymentAllocation": {"payment", "allocation"},
    "PaymentLine": {"amount"},
    "PaymentLink": {"type"},
    "PaymentMethod": {*_STATUS, "type"},
    "ProfitAndLossPeriod": {"grossProfit", "netOperatingProfit", "netOtherIncome", "netProfit"},
    "ProfitAndLossReport": {"currency", "reports", "reportBasis"},
    "PurchaseOrder": _STATUS,
    "PurchaseOrderLine": _LINE,
    "ReportLine": {"value"},
    "SalesOrder": {*_STATUS, "invoicingStatus"},
    "SalesOrderLine": _LINE,
    "TrackingCategory": {*_STATUS, "hasChildren"},
    "TrackingCategoryTree": {*_STATUS, "hasChildren"},
    "Transfer": {"id"},
}

WORDS: Mapping[str, str] = {
    "AccountStatus": "Unknown Active Archived Pending",
    "AccountType": "Unknown Asset Expense Income Liability Equity",
    "AddressType": "Unknown Billing Delivery",
    "BankAccountType": "Unknown Credit Debit",
    "BankTransactionType": "Unknown Credit Debit Int Div Fee SerChg Dep Atm Pos Xfer Check Payment"
    " Cash DirectDep DirectDebit RepeatPmt Other",
    "BillStatus": "Unknown Open PartiallyPaid Paid Void Draft",
    "BilledTo": "Unknown NotApplicable Customer Project",
    "BillPaymentLinkType": "Unknown Unlinked Bill Other CreditNote BillPayment PaymentOnAccount"
    " Refund ManualJournal Discount",
    "ContactType": "customers suppliers",
    "CreditNoteStatus": "Unknown Draft Submitted Paid Void PartiallyPaid",
    "InvoiceStatus": "Unknown Draft Submitted PartiallyPaid Paid Void",
    "InvoicingStatus": "Unknown PartiallyInvoiced Invoiced NotInvoiced",
    "ItemReceiptStatus": "Unknown Draft Received Rejected Void",
    "ItemType": "Unknown Inventory NonInventory Service",
    "OrderStatus": "Unknown Draft Open Closed Void",
    "PaymentLinkType": "Unknown Unlinked Invoice CreditNote Other Refund Payment PaymentOnAccount"
    " ManualJournal Discount",
    "PaymentMethodType": "Unknown Cash Check CreditCard DebitCard BankTransfer Other",
    "PhoneType": "Primary Landline Mobile Fax Unknown",
    "PurchaseType": "purchaseOrders bills",
    "ReconciliationStatus": "Unknown Unreconciled Reconciled Void",
    "ReportBasis": "Unknown Accrual Cash",
    "ReportInput": "Unknown Indirect Direct",
    "SalesOrderType": "salesOrders",
    "SoldBilledTo": "Unknown NotApplicable Project",
    "Status": "Unknown Active Archived",
    "TrackedType": "customers suppliers trackingCategories",
    "TxnType": "bankTransactions billCreditNotes billPayments bills creditNotes directCosts"
    " directIncomes invoices journalEntries payments transfers",
    "WebLinkType": "Website Social Unknown",
}

NEVER_SUPPLEMENTED = {
    "AccountTransaction",
    "Attachment",
    "BankTransaction",
    "Journal",
    "PaymentMethod",
    "PurchaseOrder",
    "SalesOrder",
    "TrackingCategory",
    "TrackingCategoryTree",
}


def nothing_in(value: object) -> bool:
    """Whether there is a null anywhere."""
    if isinstance(value, dict):
        return any(nothing_in(each) for each in value.values())
    if isinstance(value, list):
        return any(nothing_in(each) for each in value)
    return value is None


@pytest.mark.parametrize("full", [True, False], ids=["full", "minimal"])
@pytest.mark.parametrize("model", MODELS)
def test_what_is_written_is_read_back_the_same_and_holds_no_null(
    model: type[Shape], *, full: bool
) -> None:
    written = sample(model, full=full)
    document = decode(encode(written))
    assert model.model_validate(document) == written
    assert not nothing_in(document)


@pytest.mark.parametrize("model", MODELS)
def test_a_full_record_shows_all_its_properties_in_camel_case(model: type[Shape]) -> None:
    document = decode(encode(sample(model, full=True)))
    names = {field.alias for field in model.model_fields.values()}
    # The reader adds it.
    assert document.keys() == names - {"modifiedDate"}
    assert all(name[0].islower() and name.isalnum() for name in document)


@pytest.mark.parametrize("model", MODELS)
def test_a_property_that_the_model_does_not_have_is_refused(model: type[Shape]) -> None:
    document = decode(encode(sample(model, full=False)))
    with pytest.raises(ValidationError, match="Extra inputs are not permitted"):
        model.model_validate(document | {"nobodyKnows": "x"})


@pytest.mark.parametrize("name", REQUIRED)
def test_what_clients_insist_on_cannot_be_left_out(name: str) -> None:
    fields = BY_NAME[name].model_fields.values()
    assert {each.alias for each in fields if each.is_required()} == REQUIRED[name]


@pytest.mark.parametrize("enum", ENUMS)
def test_an_enum_has_the_contracts_words_and_no_others(enum: type[StrEnum]) -> None:
    assert {each.value for each in enum} == set(WORDS[enum.__name__].split())


@pytest.mark.parametrize(("model", "name"), CHOICES)
def test_a_word_outside_an_enum_is_refused(model: type[Shape], name: str) -> None:
    document = decode(encode(sample(model, full=True)))
    with pytest.raises(ValidationError, match="Input should be"):
        model.model_validate(document | {name: "NoSuchWord"})


@pytest.mark.parametrize("model", RECORDS)
def test_promoted_properties_can_be_queried_with_their_kind(model: type[Record]) -> None:
    found = [index_of(model).find(each.path) for each in model.promoted]
    assert [(each.path, each.kind) for each in found if each] == [
        (each.path, each.kind) for each in model.promoted
    ]


@pytest.mark.parametrize("model", RECORDS)
def test_only_some_records_may_be_supplemented(model: type[Record]) -> None:
    offered = "supplemental_data" in model.model_fields
    assert offered is (model.__name__ not in NEVER_SUPPLEMENTED)
    assert ("metadata" in model.model_fields) is (model.__name__ != "BankTransaction")


def test_a_report_keeps_the_businesss_own_layout_at_any_depth() -> None:
    line = ReportLine(value=Decimal("0.01"), account_id="a", name="leaf")
    for depth in range(100):
        line = ReportLine(value=Decimal(depth), name=f"level {depth}", items=(line,))
    assert ReportLine.model_validate(decode(encode(line))) == line


def test_a_tree_of_categories_shows_every_level_as_a_category() -> None:
    leaf = sample(TrackingCategoryTree, full=False, id="leaf", parent_id="root")
    root = sample(TrackingCategoryTree, full=False, id="root", sub_categories=(leaf,))
    (below,) = decode(encode(root))["subCategories"]
    assert (below["id"], below["parentId"]) == ("leaf", "root")
    assert below["metadata"] == {"isDeleted": False}


def test_both_ends_of_a_transfer_can_be_queried() -> None:
    assert index_of(Transfer).find("from.amount") is not None
    ends = {"id": "t", "from": {"amount": 10}, "to": {"amount": 12}}
    assert decode(encode(Transfer.model_validate(ends)))["from"] == {"amount": 10}


def test_money_and_percentages_are_told_apart() -> None:
    index = index_of(BillCreditNote)
    kinds = {path: index.find(path) for path in ("totalDiscount", "discountPercentage")}
    assert [each.kind for each in kinds.values() if each] == [Kind.MONEY, Kind.NUMBER]


def test_an_entry_points_only_at_records_that_move_money() -> None:
    line = {"amount": 1, "recordRef": {"id": "x", "dataType": "customers"}}
    with pytest.raises(ValidationError, match="dataType"):
        AccountTransaction.model_validate({"id": "a", "status": "Unknown", "lines": [line]})


def test_a_journals_name_is_at_most_256_characters() -> None:
    assert JournalRef(id="j", name="x" * 256)
    with pytest.raises(ValidationError):
        JournalRef(id="j", name="x" * 257)
