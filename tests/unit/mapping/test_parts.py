"""What connectors share of their mappings keeps its promises for any provider, not Xero alone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from pydantic import ValidationError

from shared_code.errors import Reject
from shared_code.mapping import payments, statements, trade
from shared_code.mapping.books import Accounts, Books, LedgerAccount
from shared_code.mapping.days import financial_year_start
from shared_code.mapping.exact import figure_in
from shared_code.mapping.lines import LineValues
from shared_code.mapping.places import ship_to
from shared_code.mapping.reading import Named
from shared_code.mapping.settling import Settlement, Totals
from shared_code.mapping.sharing import account_ref
from shared_code.mapping.statements import Row, StatementWords, ToldReport
from shared_code.mapping.words import Vocabulary
from shared_code.model.accounting.bill import BillStatus
from shared_code.model.accounting.invoice import InvoiceStatus
from shared_code.model.accounting.payment import PaymentLinkType
from shared_code.model.accounting.report_lines import ReportBasis
from shared_code.model.shapes import CreditNoteStatus, CustomerRef, ItemRef, Status

D = Decimal
DAY = date(2026, 3, 31)


def line(discount: Decimal | None = None) -> LineValues:
    return {
        "unit_amount": D(100),
        "quantity": D(1),
        "description": None,
        "discount_amount": discount,
        "discount_percentage": None,
        "sub_total": D(100),
        "tax_amount": D(20),
        "total_amount": D(120),
        "account_ref": None,
        "tax_rate_ref": None,
        "item_ref": None,
        "tracking_category_refs": None,
    }


def owed(**changes: object) -> trade.Owed:
    usual: dict[str, object] = {
        "id": "1",
        "number": "N-1",
        "party": trade.Party("p", "Acme"),
        "currency": "GBP",
        "currency_rate": None,
        "issued_on": DAY,
        "totals": Totals(D(100), D(20), D(120)),
        "lines": [line()],
        "unmapped": {},
        "status": InvoiceStatus.SUBMITTED,
        "amount_due": D(120),
    }
    return trade.Owed(**(usual | changes))  # type: ignore[arg-type]


def credit(**changes: object) -> trade.Credit:
    usual: dict[str, object] = {
        "id": "1",
        "number": "N-1",
        "party": None,
        "currency": "GBP",
        "currency_rate": None,
        "issued_on": DAY,
        "totals": Totals(D(100), D(20), D(120)),
        "lines": [line(D("1.50")), line(), line(D("0.25"))],
        "unmapped": {},
        "status": InvoiceStatus.SUBMITTED,
    }
    return trade.Credit(**(usual | changes))  # type: ignore[arg-type]


def test_their_words_are_found_in_any_case_and_unknown_ones_are_kept() -> None:
    words = Vocabulary("status", {Status.ARCHIVED: ("Written-off", "hidden")})
    unmapped: dict[str, str] = {}
    assert words.translate("written-OFF", unmapped) is Status.ARCHIVED
    assert words.translate(None, unmapped) is Status.UNKNOWN
    assert unmapped == {}
    assert words.translate("asleep", unmapped) is Status.UNKNOWN
    assert unmapped == {"status": "asleep"}


def test_both_sides_of_a_document_say_the_same_in_their_own_properties() -> None:
    invoice, bill = trade.invoice(owed()), trade.bill(owed())
    assert (invoice.invoice_number, bill.reference) == ("N-1", "N-1")
    assert invoice.customer_ref
    assert invoice.customer_ref.company_name == "Acme"
    assert bill.supplier_ref
    assert bill.supplier_ref.supplier_name == "Acme"
    assert invoice.total_tax_amount == bill.tax_amount == 20
    assert (invoice.status, bill.status) == (InvoiceStatus.SUBMITTED, BillStatus.OPEN)


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"amount_due": D("119.99")}, BillStatus.PARTIALLY_PAID),
        ({"settled": D(5)}, BillStatus.PARTIALLY_PAID),
        ({"amount_due": None, "settled": D(5)}, BillStatus.PARTIALLY_PAID),
        ({"status": InvoiceStatus.DRAFT, "amount_due": D(1)}, BillStatus.DRAFT),
        ({"status": InvoiceStatus.VOID, "amount_due": D(0)}, BillStatus.VOID),
    ],
)
def test_what_is_settled_in_part_is_partially_paid(
    changes: dict[str, object], status: BillStatus
) -> None:
    assert trade.bill(owed(**changes)).status is status


def test_a_provider_that_does_not_tell_settlements_is_not_said_to_have_none() -> None:
    assert trade.invoice(owed()).payment_allocations is None
    assert trade.invoice(owed(settlements=())).payment_allocations == ()


def test_a_credit_is_worked_out_where_the_provider_leaves_something_out() -> None:
    note = trade.bill_credit_note(credit())
    assert note.remaining_credit == 120
    assert note.total_discount == D("1.75")
    assert note.status is CreditNoteStatus.SUBMITTED
    used = Settlement("s", None, D(20), DAY, None)
    part = trade.credit_note(credit(remaining_credit=D(100), settlements=[used]))
    assert part.status is CreditNoteStatus.PARTIALLY_PAID
    assert part.allocated_on_date == datetime(2026, 3, 31)  # noqa: DTZ001 - a calendar date


@pytest.mark.parametrize(("word", "amount"), [("PAID", D(30)), ("BACK", D(-30))])
def test_a_payment_of_one_document_is_in_its_currency_and_signed_by_its_word(
    word: str, amount: Decimal
) -> None:
    class Told(payments.ToldPayment):
        @property
        def document(self) -> payments.ToldPaid:
            return payments.ToldPaid(id="d-1", party=Named(id="p-1"), currency="EUR")

    words = {
        "PAID": payments.Settles(PaymentLinkType.INVOICE),
        "BACK": payments.Settles(PaymentLinkType.INVOICE, is_usual=False),
    }
    told = Told(id="1", type=word, amount=D(30), rate=D("0.8"), day=DAY)
    books = Books(base_currency="GBP")
    for paid in (
        payments.from_customer(told, books, words),
        payments.to_supplier(told, books, words),
    ):
        assert (paid.currency, paid.currency_rate) == ("EUR", D("0.8"))
        [line] = paid.lines or ()
        [link] = line.links or ()
        assert paid.total_amount == line.amount == amount
        assert (link.id, link.amount) == ("d-1", -amount)
    with pytest.raises(Reject, match="it has no amount"):
        payments.from_customer(Told(id="1", type=word), books, words)


def test_a_payment_of_several_parts_adds_up_to_nothing_with_its_links() -> None:
    parts = [
        payments.Part(D(70), PaymentLinkType.INVOICE, "b-1"),
        payments.Part(D(30), PaymentLinkType.INVOICE, None),
    ]
    paid = payments.Paid(
        id="1",
        party=None,
        account=None,
        day=DAY,
        currency="GBP",
        currency_rate=None,
        amount=D(100),
        parts=parts,
    )
    lines = payments.bill_payment(paid).lines or ()
    links = [link for each in lines for link in each.links or ()]
    assert [str(each.type) for each in links] == ["Bill", "Unlinked"]
    assert sum(each.amount for each in lines) == -sum(each.amount or 0 for each in links) == 100


@pytest.mark.parametrize(
    ("told", "currency", "rate"),
    [
        (D("0.8"), "EUR", D("0.8")),
        (None, "EUR", None),
        (D(0), "EUR", None),
        (D(-1), "EUR", None),
        (None, "GBP", D(1)),
    ],
)
def test_a_rate_is_taken_as_it_is_or_turned_round(
    told: Decimal | None, currency: str, rate: Decimal | None
) -> None:
    assert Books(base_currency="GBP").rate(told, currency) == rate
    turned = Books(base_currency="GBP", rates_of_base=True)
    assert turned.rate(told and 1 / told, currency) == rate


def test_what_is_named_by_itself_is_not_looked_up() -> None:
    unmapped: dict[str, str] = {}
    named = Named(id="i", name="Cup")
    assert Books().item("CUP", unmapped, named) == ItemRef(id="i", name="Cup")
    accounts = Accounts((LedgerAccount(id="a", key="100", name="Sales"),))
    found = Books(accounts=accounts).account("200", unmapped, "a")
    assert found
    assert found.name == "Sales"
    assert unmapped == {}
    assert Books().account("200", unmapped) is None
    assert unmapped == {"accountCode": "200"}


class Profit(ToldReport):
    """A report with a part of each kind, whose accounts have the kinds' names as types."""

    @property
    def columns(self) -> list[str]:
        return ["2026-03-31", "2026-02-28", "2026-05-31"]

    @property
    def parts(self) -> list[Row]:
        figures: dict[str, tuple[str | None, ...]] = {
            statements.INCOME: ("100.00", "", "7"),
            statements.COST_OF_SALES: ("30.00", None, "7"),
            statements.EXPENSES: ("20.00",),
            statements.OTHER_INCOME: ("5.00",),
            statements.OTHER_EXPENSES: ("1.00",),
        }
        return [Row("Part", rows=[Row("Account", *each)]) for each in figures.items()]


def test_a_profit_counts_other_expenses_and_leaves_silent_months_out() -> None:
    report = Profit(made=datetime(2026, 4, 15, tzinfo=UTC))
    kinds = [part.rows[0].account_id or "" for part in report.parts]
    books = Books(Accounts(tuple(LedgerAccount(id=each, type=each) for each in kinds)))
    words = StatementWords(("%Y-%m-%d",), {each: each for each in kinds}, ReportBasis.CASH)
    [march] = statements.profit_and_loss([report], books, words).reports
    assert march.gross_profit == 70
    assert march.net_other_income == 4
    assert march.net_profit == 54
    assert str(march.to_date) == "2026-03-31 00:00:00"


@pytest.mark.parametrize("text", ["1,000.00", "NaN", "Infinity", "1E+40", "-"])
def test_a_figure_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(Reject):
        figure_in(text)


@pytest.mark.parametrize(
    ("month", "day", "start"),
    [
        (3, 31, date(2026, 4, 1)),
        (12, 31, date(2026, 1, 1)),
        (2, 28, date(2026, 3, 1)),
        (13, 1, None),
        (None, 1, None),
    ],
)
def test_a_financial_year_begins_on_the_day_after_the_last_one_ended(
    month: int | None, day: int, start: date | None
) -> None:
    assert financial_year_start(date(2026, 6, 30), month, day) == start


def test_an_order_that_goes_nowhere_says_nothing_of_where() -> None:
    assert ship_to(None, None, None) is None
    found = ship_to("Ann", None, None)
    assert found
    assert found.contact
    assert found.address is None


def test_what_many_records_refer_to_is_made_once_and_its_errors_each_time() -> None:
    party = trade.Party("c1", "One")
    assert party.customer is trade.Party("c1", "One").customer
    assert party.customer == CustomerRef(id="c1", company_name="One")
    for _ in range(2):
        with pytest.raises(ValidationError):
            account_ref(id="\ud800")
