"""Shapes that a provider's own inherit are written as the unified model wants them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import Field

from shared_code.errors import Reject
from shared_code.mapping import banking, contacts, statements
from shared_code.mapping.accounts import ToldAccount
from shared_code.mapping.books import Accounts, Books, LedgerAccount
from shared_code.mapping.lines import LineReader, ToldLine
from shared_code.mapping.places import UNTYPED, PlaceWords, ToldAddress, ToldPhone
from shared_code.mapping.reading import Named, Some, Text
from shared_code.mapping.statements import Row
from shared_code.mapping.trade import Party
from shared_code.mapping.words import Vocabulary
from shared_code.model.shapes import AddressType, PhoneType, Status

D = Decimal
BOOKS = Books(
    accounts=Accounts(
        (
            LedgerAccount(id="a-1", key="200", name="Sales"),
            LedgerAccount(id="a-2", name="Till", currency="EUR", is_bank=True),
        )
    ),
    base_currency="GBP",
)
WORDS = contacts.ContactWords(
    Vocabulary("status", {Status.ACTIVE: ("live",)}),
    PlaceWords(
        Vocabulary("addresses.type", {AddressType.BILLING: ("BILL",)}),
        Vocabulary("phoneNumbers.type", {PhoneType.PRIMARY: ("MAIN",), PhoneType.FAX: ("FAX",)}),
    ),
)


class Line(ToldLine):
    """A provider's line, which has a name of its own for what it comes to."""

    amount: Decimal | None = Field(default=None, alias="net")
    categories: Some[Named] = Field(default_factory=list)


def values(line: ToldLine, **how: bool) -> dict[str, Any]:
    [found] = LineReader(BOOKS, {}, **how).values([line])
    return dict(found)


@pytest.mark.parametrize(
    ("how", "sub_total", "tax", "total"),
    [({}, 100, 20, 120), ({"inclusive": True}, 80, 20, 100), ({"untaxed": True}, 100, 0, 100)],
)
def test_a_line_adds_up_however_its_document_writes_tax(
    how: dict[str, bool], sub_total: int, tax: int, total: int
) -> None:
    found = values(Line.model_validate({"net": D(100), "tax_amount": D(20)}), **how)
    assert (found["sub_total"], found["tax_amount"], found["total_amount"]) == (
        sub_total,
        tax,
        total,
    )


def test_an_amount_without_a_price_is_that_of_one_and_a_comment_has_zeros() -> None:
    found = values(Line.model_validate({"net": D(7)}))
    assert (found["quantity"], found["unit_amount"]) == (1, 7)
    comment = values(Line.model_validate({"description": "Thank you"}))
    assert (comment["quantity"], comment["unit_amount"], comment["total_amount"]) == (0, 0, 0)


@pytest.mark.parametrize(
    ("told", "amount"),
    [
        ({"discount_percentage": D(10)}, D("1.00")),
        ({"discount_percentage": D(10), "discount_amount": D("0.99")}, D("0.99")),
        ({"discount_amount": D(0)}, D(0)),
        ({}, None),
    ],
)
def test_a_discount_is_worked_out_only_where_it_is_not_told(
    told: dict[str, Any], amount: Decimal | None
) -> None:
    line = Line.model_validate({"quantity": D(3), "unit_amount": D("3.3333"), **told})
    assert values(line)["discount_amount"] == amount


def test_a_line_refers_to_what_was_looked_up_and_names_what_was_not() -> None:
    unmapped: dict[str, str] = {}
    told = {"account_key": "200", "item_key": "CUP", "categories": [{"id": "n"}, {"name": "x"}]}
    reader = LineReader(BOOKS, unmapped)
    [known, other] = reader.values([Line.model_validate(told), Line(account_key="999")])
    assert known["account_ref"]
    assert known["account_ref"].id == "a-1"
    assert [each.id for each in known["tracking_category_refs"] or ()] == ["n"]
    assert other["account_ref"] is None
    assert unmapped == {"itemCode": "CUP", "accountCode": "999"}


def test_a_provider_without_categories_is_not_said_to_use_none() -> None:
    assert values(ToldLine())["tracking_category_refs"] is None
    assert values(Line.model_validate({"categories": None}))["tracking_category_refs"] == ()


def test_an_account_is_found_by_its_key_or_by_its_id() -> None:
    assert [BOOKS.accounts.ref(key) is None for key in ("200", "a-1", "a-2")] == [
        False,
        True,
        False,
    ]
    assert BOOKS.accounts.get("a-2").is_bank
    assert not BOOKS.accounts.get(None).is_bank
    named = (Named(id="a-1"), Named(id="a-2"), Named(name="gone"), None)
    assert [BOOKS.account_currency(each) for each in named] == ["GBP", "EUR", "GBP", "GBP"]
    names = [each and each.name for each in map(BOOKS.account_of, named)]
    assert names == ["Sales", "Till", None, None]
    told = BOOKS.account_of(Named(id="a-1", name="Sales, renamed since"))
    assert told
    assert told.name == "Sales, renamed since"


class Friend(contacts.ToldContact):
    """A provider's contact, which calls its mail otherwise."""

    email_address: Text = Field(default=None, alias="mail")


def test_a_contact_says_the_same_as_customer_and_as_supplier() -> None:
    told = Friend(
        id="c-1",
        name="Acme",
        first_name="Ann",
        status="asleep",
        mail="ann@acme.example",
        addresses=[ToldAddress(type="BILL"), ToldAddress(type="odd", line2="a", line4="b")],
        phones=[ToldPhone(type="FAX", number="1"), ToldPhone(area_code="2", number="3")],
        persons=[contacts.ToldPerson(first_name="Bo", last_name="Li")],
    )
    customer = contacts.customer(told, BOOKS, WORDS)
    supplier = contacts.supplier(told, BOOKS, WORDS)
    assert (customer.customer_name, supplier.supplier_name) == ("Acme", "Acme")
    same = set(type(supplier).model_fields) - {"supplier_name"}
    assert {getattr(customer, each) == getattr(supplier, each) for each in same} == {True}
    assert (customer.contact_name, customer.phone, customer.default_currency) == (
        "Ann",
        "2 3",
        "GBP",
    )
    assert [each.line2 for each in customer.addresses or ()] == ["a, b"]
    assert [each.name for each in customer.contacts or ()] == ["Bo Li"]
    assert customer.supplemental_data
    assert customer.supplemental_data.content == {
        "unmapped": {"status": "asleep", "addresses.type": "odd"}
    }


def test_a_contact_of_whom_little_is_told_has_no_empty_lists() -> None:
    words = contacts.ContactWords(WORDS.status)
    customer = contacts.customer(Friend(id="c-1", phone="7", status="LIVE"), BOOKS, words)
    assert (customer.status, customer.phone) == (Status.ACTIVE, "7")
    assert (customer.addresses, customer.contacts) == (None, None)
    assert UNTYPED.addresses_in([ToldAddress(city="Wantage")], {})[0].type is AddressType.UNKNOWN


def test_who_has_no_id_is_no_party() -> None:
    assert Party.of(Named(name="Walk-in")) is None
    assert Party.of(Named(id="p", name="Acme")) == Party("p", "Acme")


@pytest.mark.parametrize(
    ("to", "told", "arrived"),
    [("GBP", None, D(10)), ("EUR", None, None), ("EUR", D(12), D(12))],
)
def test_what_arrived_in_another_currency_is_never_made_up(
    to: str, told: Decimal | None, arrived: Decimal | None
) -> None:
    transfer = banking.transfer(
        banking.ToldTransfer(
            id="t",
            left=ToldAccount(id="a"),
            reached=ToldAccount(id="b", currency=to),
            day=date(2026, 3, 31),
            amount=D(10),
            amount_reached=told,
        ),
        BOOKS,
    )
    assert transfer.from_
    assert transfer.to
    assert (transfer.from_.amount, transfer.to.amount) == (D(10), arrived)


def test_a_part_stands_under_the_last_heading_and_before_any_it_stands_under_none() -> None:
    account = [Row("Account", "a")]
    told = [Row("Odd", rows=account), Row("Assets"), Row("Bank", rows=account), Row("Total")]
    found = statements.by_heading(told, {"Assets": statements.ASSETS})
    assert [(kind, part.name) for kind, part in found] == [("assets", "Bank")]


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("Plus Other Income", statements.OTHER_INCOME),
        ("Less Cost of Sales", statements.COST_OF_SALES),
        ("Turnover", statements.INCOME),
        ("Umsatz", None),
        (None, None),
    ],
)
def test_a_part_of_a_profit_is_known_by_its_title(title: str | None, kind: str | None) -> None:
    assert statements.kind_of(title) == kind


def test_a_column_without_a_date_makes_a_report_unreadable() -> None:
    [column] = statements.dated(["30 Apr 2019"], ["%d %b %Y"])
    assert (column.index, column.end) == (0, date(2019, 4, 30))
    with pytest.raises(Reject, match="of no month"):
        statements.dated(["30 Apr 2019", "Total"], ["%d %b %Y"])


@pytest.mark.parametrize(
    ("head", "end"),
    [
        ("Oct-26", date(2026, 10, 31)),
        ("Feb 2028", date(2028, 2, 29)),
        ("Sept-26", date(2026, 9, 30)),
        ("30 Sept 2026", date(2026, 9, 30)),
        ("15 September 2026", date(2026, 9, 15)),
    ],
)
def test_a_column_ends_with_the_last_day_of_its_month_however_that_is_called(
    head: str, end: date
) -> None:
    forms = ["%d %b %Y", "%d %B %Y", "%b-%y", "%b %Y"]
    assert [each.end for each in statements.dated([head], forms)] == [end]
