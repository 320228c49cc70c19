"""What Xero's journals, and the movements on its bank accounts, become."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from shared_code.errors import Reject
from shared_code.mapping.books import Accounts, LedgerAccount
from shared_code.model import Shape, decode, encode
from tests.unit.xero_mapping import examples
from tests.unit.xero_mapping.examples import LOOKUPS, UPDATED_AT, Json
from tests.unit.xero_mapping.mappings import (
    map_bank_movement,
    map_journal,
    map_journal_entry,
    map_payment_movement,
)


def wire(record: Shape | None) -> dict[str, Any]:
    assert record is not None
    return decode(encode(record))


def test_a_journal_is_an_entry_in_the_one_journal() -> None:
    amount = Decimal("40.00")
    (book,) = {wire(map_journal(examples.organisation(), LOOKUPS))["id"]}
    assert wire(map_journal_entry(examples.journal(), LOOKUPS)) == {
        "id": "jou-1",
        "description": "Red",
        "postedOn": "2024-05-01T00:00:00",
        "createdOn": UPDATED_AT,
        "journalRef": {"id": book, "name": "General journal"},
        "journalLines": [
            {
                "netAmount": amount,
                "currency": "GBP",
                "accountRef": {"id": "acc-debtors", "name": "Debtors"},
            },
            {
                "description": "Tea",
                "netAmount": -amount,
                "currency": "GBP",
                "accountRef": {"id": "acc-sales", "name": "Sales"},
                "tracking": {"recordRefs": [{"id": "opt-north", "dataType": "trackingCategories"}]},
            },
        ],
        "recordRef": {"id": "inv-1", "dataType": "invoices"},
        "sourceModifiedDate": UPDATED_AT,
        "metadata": {"isDeleted": False},
    }


@pytest.mark.parametrize(
    ("word", "data_type"),
    [
        ("ACCPAYPAYMENT", "billPayments"),
        ("APOVERPAYMENT", "billCreditNotes"),
        ("CASHREC", "directIncomes"),
        ("TRANSFER", "transfers"),
        ("MANJOURNAL", None),
        (None, None),
    ],
)
def test_an_entry_refers_to_what_was_posted(word: str | None, data_type: str | None) -> None:
    mapped = wire(map_journal_entry(examples.journal(SourceType=word), LOOKUPS))
    assert mapped.get("recordRef", {}).get("dataType") == data_type
    assert "supplementalData" not in mapped


def test_what_is_no_data_type_here_is_named_in_xeros_word() -> None:
    mapped = wire(map_journal_entry(examples.journal(SourceType="PAYSLIP"), LOOKUPS))
    assert mapped["supplementalData"]["content"]["unmapped"] == {"recordRef.dataType": "PAYSLIP"}


def test_a_line_without_an_amount_is_rejected_with_its_journal() -> None:
    with pytest.raises(Reject, match="a line has no amount"):
        map_journal_entry(examples.journal(JournalLines=[{"AccountID": "a"}]), LOOKUPS)


def test_a_payment_moves_its_bank_account_in_that_accounts_currency() -> None:
    amount = Decimal("39.56")
    assert wire(map_payment_movement(examples.payment(IsReconciled=True), LOOKUPS)) == {
        "id": "pay-1",
        "transactionId": "pay-1",
        "bankAccountRef": {"id": "acc-bank", "name": "Current account"},
        "date": "2024-05-01T00:00:00",
        "status": "Reconciled",
        "currency": "GBP",
        "currencyRate": 1,
        "lines": [{"amount": amount, "recordRef": {"id": "pay-1", "dataType": "payments"}}],
        "totalAmount": amount,
        "sourceModifiedDate": UPDATED_AT,
        "metadata": {"isDeleted": False},
    }


@pytest.mark.parametrize(
    ("kind", "sign", "data_type"),
    [
        ("ACCRECPAYMENT", 1, "payments"),
        ("ARCREDITPAYMENT", -1, "payments"),
        ("AROVERPAYMENTPAYMENT", -1, "payments"),
        ("ACCPAYPAYMENT", -1, "billPayments"),
        ("APCREDITPAYMENT", 1, "billPayments"),
        ("APPREPAYMENTPAYMENT", 1, "billPayments"),
    ],
)
def test_money_in_is_positive_and_money_out_negative(kind: str, sign: int, data_type: str) -> None:
    mapped = wire(map_payment_movement(examples.payment(PaymentType=kind), LOOKUPS))
    assert mapped["totalAmount"] == sign * Decimal("39.56")
    assert mapped["lines"][0]["recordRef"]["dataType"] == data_type


def test_a_payment_from_no_bank_moves_none() -> None:
    owner = {"AccountID": "acc-sales"}
    assert map_payment_movement(examples.payment(Account=owner), LOOKUPS) is None
    assert map_payment_movement(examples.payment(Account=None), LOOKUPS) is None


def test_a_payment_from_an_account_that_was_not_looked_up_is_not_lost() -> None:
    new = {"AccountID": "acc-new"}
    mapped = wire(map_payment_movement(examples.payment(Account=new), LOOKUPS))
    assert mapped["bankAccountRef"] == {"id": "acc-new"}
    assert mapped["totalAmount"] == Decimal("39.56")
    at_home = {"CurrencyCode": "GBP"}
    with pytest.raises(Reject, match="its account is none that is known"):
        map_payment_movement(
            examples.payment(Account=new, BankAmount=None, Invoice=at_home), LOOKUPS
        )


@pytest.mark.parametrize(
    ("document", "amount", "told", "rate"),
    [
        ("GBP", "100.00", None, "0.8"),
        ("GBP", "100.00", "1.000000", "0.8"),
        ("EUR", "110.00", "1.1", "0.8"),
        ("USD", "125.00", "1.6", "0.625"),
        ("EUR", "110.00", None, None),
        ("EUR", "0.00", "1.1", None),
        ("EUR", "-110.00", "1.1", None),
        (None, "100.00", "1.1", None),
    ],
)
def test_what_a_foreign_account_moved_has_the_rate_that_the_document_gives(
    document: str | None, amount: str, told: str | None, rate: str | None
) -> None:
    abroad = LedgerAccount(id="acc-usd", currency="USD", is_bank=True)
    payment = examples.payment(
        Account={"AccountID": "acc-usd"},
        Amount=Decimal(amount),
        BankAmount=Decimal("125.00"),
        CurrencyRate=told and Decimal(told),
        Invoice={"CurrencyCode": document},
    )
    lookups = replace(LOOKUPS, accounts=Accounts((abroad,)))
    mapped = wire(map_payment_movement(payment, lookups))
    assert (mapped["currency"], mapped["totalAmount"]) == ("USD", Decimal("125.00"))
    assert mapped.get("currencyRate") == (rate and Decimal(rate))


@pytest.mark.parametrize(
    "changes",
    [
        {"Account": None},
        {"Account": {"AccountID": "acc-new"}, "BankAmount": None},
        {"BankAmount": None},
    ],
)
def test_a_deleted_payment_takes_its_movement_along(changes: Json) -> None:
    gone = examples.payment(Status="DELETED", **changes)
    assert wire(map_payment_movement(gone, LOOKUPS))["metadata"] == {"isDeleted": True}
    owner = {"AccountID": "acc-sales"}
    assert map_payment_movement(gone | {"Account": owner}, LOOKUPS) is None


def test_a_payment_of_an_unknown_type_moves_nothing_that_could_be_told() -> None:
    for kind in ("NEWRECEIPT", None):
        with pytest.raises(Reject, match="its type is none that is known"):
            map_payment_movement(examples.payment(PaymentType=kind), LOOKUPS)


def test_a_movement_in_an_unknown_amount_is_rejected() -> None:
    with pytest.raises(Reject, match="does not say what its bank account moved"):
        map_payment_movement(examples.payment(BankAmount=None), LOOKUPS)
    with pytest.raises(Reject, match="does not say what it moved"):
        map_bank_movement(examples.bank_transaction(Total=None), LOOKUPS)


@pytest.mark.parametrize(
    ("changes", "amount", "status", "data_type"),
    [
        ({}, "-120.00", "Reconciled", "directCosts"),
        ({"Type": "RECEIVE"}, "120.00", "Reconciled", "directIncomes"),
        ({"Type": "SPEND-TRANSFER"}, "-120.00", "Reconciled", None),
        ({"Type": "RECEIVE-PREPAYMENT"}, "120.00", "Reconciled", "payments"),
        ({"IsReconciled": False}, "-120.00", "Unreconciled", "directCosts"),
        ({"IsReconciled": None}, "-120.00", "Unknown", "directCosts"),
        ({"Status": "DELETED"}, "-120.00", "Void", "directCosts"),
    ],
)
def test_a_bank_transaction_moves_its_account(
    changes: Json, amount: str, status: str, data_type: str | None
) -> None:
    mapped = wire(map_bank_movement(examples.bank_transaction(**changes), LOOKUPS))
    assert mapped["totalAmount"] == Decimal(amount)
    assert mapped["status"] == status
    assert mapped["lines"][0].get("recordRef", {}).get("dataType") == data_type
    assert mapped["metadata"] == {"isDeleted": status == "Void"}
