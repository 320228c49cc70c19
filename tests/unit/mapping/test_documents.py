"""Documents, entries and tables of any provider are written from what its shapes tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import ClassVar

import pytest
from pydantic import Field

from shared_code.errors import Reject
from shared_code.figures import Figure
from shared_code.mapping import documents, journals
from shared_code.mapping.books import Accounts, Books, LedgerAccount
from shared_code.mapping.lines import ToldLine
from shared_code.mapping.reading import Amount, Named, mapping_of
from shared_code.mapping.statements import COST_OF_SALES, EXPENSES, Row, by_account
from shared_code.mapping.tables import Table
from shared_code.mapping.words import Vocabulary
from shared_code.model.accounting import InvoiceStatus
from shared_code.model.shapes import OrderStatus, TxnType

D = Decimal
DAY = date(2026, 3, 31)
BOOKS = Books(
    accounts=Accounts((LedgerAccount(id="a", name="Goods", type="COGS", takes_earnings=True),)),
    base_currency="GBP",
    organisation_id="o",
)
BILLS = documents.DocumentWords(
    Vocabulary("status", {InvoiceStatus.SUBMITTED: ("open",)}), withheld="IRPF"
)
ORDERS = Vocabulary("status", {OrderStatus.OPEN: ("open",)})


class Credited(documents.ToldSettlement):
    """What was credited, which has no rate of its own."""

    at_documents_rate: ClassVar[bool] = True


class Invoice(documents.ToldOwed):
    """A provider's invoice, whose amounts have the tax in them."""

    total: Amount | None = Field(default=None, alias="gross")
    settlements: list[Credited | documents.ToldSettlement] = Field(default_factory=list)

    @property
    def includes_tax(self) -> bool:
        return True

    @property
    def settled_by(self) -> Sequence[documents.ToldSettlement]:
        return self.settlements


def test_a_mapping_is_a_shape_its_writer_and_the_providers_words() -> None:
    mapping = mapping_of(Invoice, documents.invoice, BILLS)
    line = {"amount": "120", "tax_amount": "20", "quantity": "1"}
    told = {"id": "1", "day": DAY, "gross": "120", "total_tax": "20", "status": "open"}
    invoice = mapping({**told, "lines": [line]}, BOOKS)
    assert (invoice.sub_total, invoice.amount_due) == (D(100), D(120))
    assert invoice.currency == "GBP"
    assert [each.sub_total for each in invoice.line_items or ()] == [100]
    assert invoice.status is InvoiceStatus.SUBMITTED
    with pytest.raises(Reject, match="Invoice cannot be mapped: it has no total"):
        mapping({"id": "1"}, BOOKS)
    with pytest.raises(Reject, match="Invoice cannot be read: id"):
        mapping({"gross": "1"}, BOOKS)


def test_a_line_that_is_refused_is_named_by_its_place_in_the_document() -> None:
    long = D("9" * 18)
    discounted = {"quantity": long, "unit_amount": long, "discount_percentage": "1"}
    told = {"id": "1", "day": DAY, "gross": "1", "lines": [{"amount": "1"}, discounted]}
    with pytest.raises(Reject, match=r"Invoice cannot be read: line_items\.1\.discount_amount: "):
        mapping_of(Invoice, documents.invoice, BILLS)(told, BOOKS)


def test_what_settled_a_document_has_its_own_rate_unless_it_is_a_credit() -> None:
    paid = documents.ToldSettlement(id="p", amount=D(1), rate=D("0.8"), account=Named(id="a"))
    told = Invoice(
        id="1",
        day=DAY,
        gross=D(3),
        currency="EUR",
        rate=D("0.9"),
        settlements=[paid, Credited(id="c", amount=D(2), rate=D("0.8"))],
    )
    found = documents.bill(told, BOOKS, BILLS).payment_allocations or ()
    rates = [each.allocation.currency_rate for each in found]
    assert rates == [D("0.8"), D("0.9")]
    assert found[0].payment.account_ref
    assert found[0].payment.account_ref.name == "Goods"


def test_a_document_of_which_no_settlements_are_told_is_not_said_to_have_none() -> None:
    told = documents.ToldCredit(id="1", total=D(5), withheld=D(1))
    note = documents.credit_note(told, BOOKS, BILLS)
    assert note.payment_allocations is None
    assert [each.name for each in note.withholding_tax or ()] == ["IRPF"]
    assert documents.bill_credit_note(told, BOOKS, BILLS).remaining_credit == 5


def test_an_order_is_expected_when_it_was_wanted_unless_something_else_is_said() -> None:
    told = documents.ToldOrder(id="1", total=D(1), wanted_on=DAY, instructions="Ring twice")
    order = documents.purchase_order(told, BOOKS, ORDERS)
    assert order.expected_delivery_date
    assert order.expected_delivery_date.date() == DAY
    assert (order.note, order.ship_to) == ("Ring twice", None)


def test_what_was_paid_at_once_is_settled_by_itself() -> None:
    told = documents.ToldDirect(
        id="1", total=D(6), day=DAY, reference="Fuel", lines=[ToldLine(amount=D(6))]
    )
    for written in (documents.direct_cost(told, BOOKS), documents.direct_income(told, BOOKS)):
        [settled] = written.payment_allocations or ()
        assert (written.reference, settled.payment.id) == ("Fuel", "1")
        assert settled.allocation.total_amount == 6


def test_an_entry_names_what_it_was_posted_for_or_keeps_the_word() -> None:
    words = journals.EntryWords({"BILL": TxnType.BILLS, "HAND": None}, "Ledger")
    entry = mapping_of(journals.ToldEntry, journals.journal_entry, words)
    lines = [{"account_id": "a", "amount": "5", "categories": [{"id": "north"}]}]
    bill = entry({"id": "1", "source_id": "b", "source_type": "BILL", "lines": lines}, BOOKS)
    assert bill.record_ref
    assert bill.record_ref.data_type is TxnType.BILLS
    assert bill.journal_ref
    assert (bill.journal_ref.id, bill.journal_ref.name) == ("o", "Ledger")
    pay = entry({"id": "2", "source_id": "x", "source_type": "PAY"}, Books())
    assert (pay.record_ref, pay.journal_ref) == (None, None)
    assert pay.supplemental_data
    assert pay.supplemental_data.content == {"unmapped": {"recordRef.dataType": "PAY"}}
    assert entry({"id": "3", "source_type": "HAND"}, BOOKS).supplemental_data is None
    with pytest.raises(Reject, match="a line has no amount"):
        entry({"id": "4", "lines": [{}]}, BOOKS)


def test_a_part_is_of_the_kind_of_its_first_account_that_is_known() -> None:
    known, other = Row("Any", rows=[Row("x"), Row("Goods", "a")]), Row("Costs", rows=[Row("x")])
    kinds = {"COGS": COST_OF_SALES}
    found = by_account([known, Row("Total"), other], BOOKS.accounts, kinds)
    assert [kind for kind, _ in found] == [COST_OF_SALES, EXPENSES]
    assert [kind for kind, _ in by_account([known], BOOKS.accounts, {})] == [EXPENSES]
    with pytest.raises(Reject, match="of no kind that is known"):
        list(by_account([Row("Umsatz", rows=[Row("x")])], BOOKS.accounts, kinds))


def test_a_table_is_read_by_its_heads() -> None:
    table = Table(("Debit", "Credit"), [Row("Goods", "a", ("", "7.50"))])
    figure = Figure("a", "Goods", D("-7.50"), takes_earnings=True)
    assert table.trial_balance("Debit", "Credit", BOOKS.accounts) == [figure]
    empty = replace(table, rows=())
    [nothing] = empty.trial_balance("Debit", "Credit", BOOKS.accounts)
    assert nothing == Figure("a", "Goods", D(0), takes_earnings=True)
    assert empty.trial_balance("Debit", "Credit", Accounts()) == []
    assert table.balances("Credit") == [Figure("a", "Goods", D("7.50"))]
    with pytest.raises(Reject, match="it has no column Balance"):
        table.balances("Balance")
