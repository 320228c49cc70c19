"""What holds for every record, however odd."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared_code.errors import Reject
from shared_code.model import Shape, decode, encode
from tests.unit.xero_mapping import examples
from tests.unit.xero_mapping.examples import LOOKUPS, Json
from tests.unit.xero_mapping.mappings import (
    map_account,
    map_balance_sheet,
    map_bank_account,
    map_bank_movement,
    map_bill,
    map_bill_credit_note,
    map_bill_payment,
    map_company,
    map_credit_note,
    map_credit_paid,
    map_credit_received,
    map_customer,
    map_direct_cost,
    map_direct_income,
    map_invoice,
    map_item,
    map_journal,
    map_journal_entry,
    map_payment,
    map_payment_movement,
    map_profit_and_loss,
    map_purchase_order,
    map_supplier,
    map_tax_rate,
    map_tracking_category,
    map_transfer,
)
from tests.unit.xero_mapping.test_reports import profit, sheet

Mapping = Callable[[Any, Any], Shape | None]

FULL_INVOICE = examples.invoice(
    Payments=[examples.applied_payment()], LineItems=[examples.line(), examples.line()]
)

FULL_CREDIT = examples.credit(
    Payments=[examples.applied_payment()], Allocations=[examples.allocation()]
)

CASES: list[tuple[Mapping, Json]] = [
    (map_account, examples.account()),
    (map_bank_movement, examples.bank_transaction()),
    (map_balance_sheet, sheet()),
    (map_bank_account, examples.account(Type="BANK", BankAccountNumber="20449183617264")),
    (map_bill, FULL_INVOICE | {"Type": "ACCPAY"}),
    (map_bill_credit_note, FULL_CREDIT | {"Type": "SPEND-PREPAYMENT"}),
    (map_bill_payment, examples.payment(PaymentType="ACCPAYPAYMENT")),
    (map_company, examples.organisation()),
    (map_credit_note, FULL_CREDIT),
    (map_credit_paid, examples.bank_transaction(Type="SPEND-PREPAYMENT", PrepaymentID="p")),
    (map_credit_received, examples.bank_transaction(Type="RECEIVE-OVERPAYMENT")),
    (map_customer, examples.contact()),
    (map_direct_cost, examples.bank_transaction()),
    (map_direct_income, examples.bank_transaction(Type="RECEIVE")),
    (map_invoice, FULL_INVOICE),
    (map_journal, examples.organisation()),
    (map_journal_entry, examples.journal()),
    (map_item, examples.item()),
    (map_payment, examples.payment()),
    (map_payment_movement, examples.payment()),
    (map_profit_and_loss, profit()),
    (map_purchase_order, examples.purchase_order()),
    (map_supplier, examples.contact()),
    (map_tax_rate, examples.tax_rate()),
    (map_tracking_category, {"ID": "o", "ParentID": "c", "Name": "North", "Status": "ACTIVE"}),
    (map_transfer, examples.bank_transfer()),
]

ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.decimals(),
    st.sampled_from([10**40, "", " ", "\ud800", "/Date(99999999999999)/", "2024-02-30", "DELETED"]),
    st.text(max_size=5),
    st.just([]),
    st.just({}),
    st.just([None]),
)


def places(value: Json | list[Any], path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """List the paths to all values inside a JSON value."""
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found: list[tuple[Any, ...]] = []
    for key, each in inner:
        found.append((*path, key))
        if isinstance(each, dict | list):
            found += places(each, (*path, key))
    return found


def put(record: Json, path: tuple[Any, ...], value: object) -> None:
    """Replace the value at a path that may be gone by now."""
    holder: Any = record
    for key in path[:-1]:
        try:
            holder = holder[key]
        except (KeyError, IndexError, TypeError):
            return
    if isinstance(holder, dict):
        holder[path[-1]] = value


@pytest.mark.parametrize(("mapping", "record"), CASES)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_record_maps_or_is_rejected_and_never_breaks_a_run(
    mapping: Mapping, record: Json, data: st.DataObject
) -> None:
    mutated = copy.deepcopy(record)
    for path in data.draw(st.lists(st.sampled_from(places(record)), min_size=1, max_size=4)):
        put(mutated, path, data.draw(ODD))
    before = copy.deepcopy(mutated)
    with suppress(Reject):
        mapped = mapping(mutated, LOOKUPS)
        assert mapping(mutated, LOOKUPS) == mapped
        if mapped is not None:
            assert type(mapped).model_validate(decode(encode(mapped))) == mapped
    assert repr(mutated) == repr(before)


@settings(max_examples=100)
@given(
    amount=st.decimals(0, 10**12, places=2),
    kind=st.sampled_from(["ACCRECPAYMENT", "ARCREDITPAYMENT", "AROVERPAYMENTPAYMENT"]),
)
def test_a_payments_lines_add_up_and_cancel_out(amount: Decimal, kind: str) -> None:
    payment = map_payment(examples.payment(Amount=amount, PaymentType=kind), LOOKUPS)
    assert payment is not None
    assert payment.lines
    assert payment.total_amount == sum(line.amount for line in payment.lines)
    for line in payment.lines:
        assert line.amount + sum(link.amount or 0 for link in line.links or ()) == 0


@given(
    amount=st.decimals(-(10**12), 10**12, places=4),
    tax=st.decimals(-(10**12), 10**12, places=4),
    types=st.sampled_from(["Exclusive", "Inclusive", "NoTax"]),
)
def test_a_lines_amounts_always_add_up(amount: Decimal, tax: Decimal, types: str) -> None:
    line = examples.line(LineAmount=amount, TaxAmount=tax)
    invoice = map_invoice(examples.invoice(LineItems=[line], LineAmountTypes=types), LOOKUPS)
    assert invoice is not None
    assert invoice.line_items
    (mapped,) = invoice.line_items
    assert mapped.sub_total is not None
    assert mapped.tax_amount is not None
    assert mapped.sub_total + mapped.tax_amount == mapped.total_amount
    assert amount in {mapped.sub_total, mapped.total_amount}
