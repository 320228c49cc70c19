"""What is open, by contact, currency and age."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

import pytest

from shared_code.model import Metadata
from shared_code.model.accounting.bill import Bill, BillStatus
from shared_code.model.accounting.bill_credit_note import BillCreditNote
from shared_code.model.accounting.bill_payment import (
    BillPayment,
    BillPaymentLine,
    BillPaymentLink,
    BillPaymentLinkType,
)
from shared_code.model.accounting.credit_note import CreditNote
from shared_code.model.accounting.invoice import Invoice, InvoiceStatus
from shared_code.model.accounting.payment import (
    Payment,
    PaymentLine,
    PaymentLink,
    PaymentLinkType,
)
from shared_code.model.shapes import (
    AllocatedPayment,
    Allocation,
    CreditNoteStatus,
    CustomerRef,
    PaymentAllocation,
    SupplierRef,
)
from shared_code.reports.aged import Ageing, aged_creditors, aged_debtors, buckets
from shared_code.reports.open_items import Document, open_items

DAY = date(2029, 6, 30)
NOW = datetime(2029, 7, 1, tzinfo=UTC)
NOTHING = Decimal(0)


def at(month: int, day: int) -> datetime:
    return datetime(2029, month, day)  # noqa: DTZ001 - a calendar date has no zone


def invoice(due: str = "100.00", **changes: Any) -> Invoice:  # noqa: ANN401 - a model's fields
    fields: dict[str, Any] = {
        "id": "i",
        "issue_date": at(5, 1),
        "due_date": at(6, 10),
        "total_tax_amount": NOTHING,
        "total_amount": Decimal(100),
        "amount_due": Decimal(due),
        "status": InvoiceStatus.SUBMITTED,
        "currency": "GBP",
        "customer_ref": CustomerRef(id="c", company_name="Orchard Hotel"),
    }
    return Invoice(**fields | changes)


def bill(due: str = "100.00", **changes: Any) -> Bill:  # noqa: ANN401
    fields: dict[str, Any] = {
        "id": "b",
        "issue_date": at(5, 1),
        "sub_total": Decimal(100),
        "tax_amount": NOTHING,
        "total_amount": Decimal(100),
        "amount_due": Decimal(due),
        "status": BillStatus.OPEN,
        "currency": "GBP",
        "supplier_ref": SupplierRef(id="s", supplier_name="Mill"),
    }
    return Bill(**fields | changes)


def credit(kind: type[CreditNote | BillCreditNote], left: str, **changes: Any) -> Document:  # noqa: ANN401
    fields: dict[str, Any] = {
        "id": "n",
        "total_amount": Decimal(50),
        "total_discount": NOTHING,
        "sub_total": Decimal(50),
        "total_tax_amount": NOTHING,
        "discount_percentage": NOTHING,
        "remaining_credit": Decimal(left),
        "status": CreditNoteStatus.SUBMITTED,
        "issue_date": at(6, 1),
        "currency": "GBP",
    }
    who = (
        {"customer_ref": CustomerRef(id="c")}
        if kind is CreditNote
        else {"supplier_ref": SupplierRef(id="s")}
    )
    return kind(**fields | who | changes)


def allocated(amount: str, on: datetime) -> PaymentAllocation:
    return PaymentAllocation(
        payment=AllocatedPayment(paid_on_date=on),
        allocation=Allocation(total_amount=Decimal(amount), allocated_on_date=on),
    )


def amounts(*documents: Document, day: date = DAY) -> list[str]:
    return [str(item.amount) for each in documents for item in open_items(each, day)]


def test_what_is_due_is_open() -> None:
    (item,) = open_items(invoice("60.00"), DAY)
    assert (item.contact_id, item.contact_name) == ("c", "Orchard Hotel")
    assert (item.amount, item.currency, item.due) == (Decimal("60.00"), "GBP", date(2029, 6, 10))


def test_what_was_paid_since_was_open_then() -> None:
    paid = invoice(
        "0",
        status=InvoiceStatus.PAID,
        payment_allocations=(allocated("30.00", at(6, 30)), allocated("70.00", at(7, 1))),
    )
    assert amounts(paid) == ["70.00"]
    assert amounts(paid, day=date(2029, 6, 29)) == ["100.00"]
    assert amounts(paid, day=date(2029, 7, 1)) == []


@pytest.mark.parametrize(
    "document",
    [
        invoice(status=InvoiceStatus.DRAFT),
        invoice(status=InvoiceStatus.VOID),
        invoice(metadata=Metadata(is_deleted=True)),
        invoice(issue_date=at(7, 1)),
        invoice("0.00"),
        bill(status=BillStatus.DRAFT),
        bill(amount_due=None),
        credit(CreditNote, "50", status=CreditNoteStatus.VOID),
        credit(CreditNote, "50", issue_date=at(7, 1)),
        credit(BillCreditNote, "50", issue_date=None),
    ],
)
def test_what_has_no_effect_is_not_open(document: Document) -> None:
    assert amounts(document) == []


def test_credit_that_is_left_lowers_what_is_owed() -> None:
    assert amounts(credit(CreditNote, "20.00")) == ["-20.00"]
    used = (allocated("50", at(7, 2)),)
    assert amounts(credit(CreditNote, "0", payment_allocations=used)) == ["-50"]
    assert amounts(credit(BillCreditNote, "20.00")) == ["-20.00"]


def test_money_on_account_lowers_what_is_owed() -> None:
    def links(kind: Any, link: Any, *given: tuple[str, str]) -> Any:  # noqa: ANN401
        return tuple(link(type=kind(what), amount=Decimal(amount)) for what, amount in given)

    payment = Payment(
        id="p",
        date=at(6, 20),
        currency="GBP",
        customer_ref=CustomerRef(id="c"),
        lines=(
            PaymentLine(
                amount=Decimal(90),
                links=links(
                    PaymentLinkType, PaymentLink, ("Invoice", "-60"), ("PaymentOnAccount", "-30")
                ),
            ),
        ),
    )
    assert amounts(payment) == ["-30"]
    assert amounts(payment, day=date(2029, 6, 19)) == []
    paid = BillPayment(
        id="p",
        date=at(6, 20),
        supplier_ref=SupplierRef(id="s"),
        lines=(
            BillPaymentLine(
                amount=Decimal(10),
                links=links(BillPaymentLinkType, BillPaymentLink, ("PaymentOnAccount", "-10")),
            ),
        ),
    )
    (item,) = open_items(paid, DAY)
    assert (item.amount, item.currency) == (Decimal(-10), "XXX")


def test_periods_touch_and_the_last_has_no_beginning() -> None:
    found = [(each.first, each.last) for each in buckets(Ageing(DAY, periods=3, days=30))]
    assert found == [
        (DAY, None),
        (date(2029, 5, 31), date(2029, 6, 29)),
        (date(2029, 5, 1), date(2029, 5, 30)),
        (None, date(2029, 4, 30)),
    ]


@pytest.mark.parametrize(
    ("due", "place"),
    [
        (at(12, 24), 0),
        (at(6, 30), 0),
        (at(6, 29), 1),
        (at(5, 31), 1),
        (at(5, 30), 2),
        (at(1, 1), 3),
    ],
)
def test_each_item_stands_in_one_period(due: datetime, place: int) -> None:
    ageing = Ageing(DAY, periods=3, days=30)
    items = open_items(invoice(issue_date=at(1, 1), due_date=due), DAY)
    (one,) = aged_debtors(items, ageing, NOW).data
    (pounds,) = one.aged_currency_outstanding
    shown = [each.amount for each in pounds.aged_outstanding_amounts]
    assert shown == [Decimal("100.00") if number == place else NOTHING for number in range(4)]


def test_debtors_are_told_apart_by_contact_and_currency() -> None:
    documents = [
        invoice("10.00"),
        invoice("5.00", currency="EUR"),
        invoice("7.00", customer_ref=CustomerRef(id="d", company_name="Bakery")),
        credit(CreditNote, "4.00", issue_date=at(6, 12)),
    ]
    items = [item for each in documents for item in open_items(each, DAY)]
    made = aged_debtors(items, Ageing(DAY), NOW)
    assert (made.generated, made.report_date) == (NOW, datetime.combine(DAY, time()))
    assert [(each.customer_id, each.customer_name) for each in made.data] == [
        ("d", "Bakery"),
        ("c", "Orchard Hotel"),
    ]
    euros, pounds = made.data[1].aged_currency_outstanding
    assert (euros.currency, pounds.currency) == ("EUR", "GBP")
    overdue = pounds.aged_outstanding_amounts[1]
    assert str(overdue.amount) == "6.00"
    assert [(each.name, str(each.amount)) for each in overdue.details] == [
        ("creditNotes", "-4.00"),
        ("invoices", "10.00"),
    ]


def test_creditors_are_what_bills_say() -> None:
    items = [*open_items(bill("10.00"), DAY)]
    (one,) = aged_creditors(items, Ageing(DAY), NOW).data
    assert (one.supplier_id, one.supplier_name) == ("s", "Mill")
    total = sum(each.amount for each in one.aged_currency_outstanding[0].aged_outstanding_amounts)
    assert str(total) == "10.00"
