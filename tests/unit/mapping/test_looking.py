"""What is looked up goes into the books by what its shape says that it is."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from shared_code.errors import Reject
from shared_code.mapping.accounts import ToldAccount
from shared_code.mapping.companies import ToldCompany
from shared_code.mapping.looking import books_of
from shared_code.mapping.masters import ToldItem, ToldTaxRate
from shared_code.mapping.reading import Native
from shared_code.mapping.statements import ToldReport

SHAPES: dict[str, type[Native]] = {
    "firm": ToldCompany,
    "nominals": ToldAccount,
    "products": ToldItem,
    "vat": ToldTaxRate,
    "sheet": ToldReport,
}


def test_each_list_is_found_again_under_the_keys_of_its_records() -> None:
    books = books_of(
        SHAPES,
        {
            "firm": [{"id": "f-1", "currency": "EUR", "country": "IE"}],
            "nominals": [{"id": "a-1", "code": "200", "name": "Sales"}],
            "products": [{"id": "p-1", "name": "Cup"}, {"name": "without an id"}],
            "vat": [{"id": "t-1", "name": "Zero"}],
            "sheet": [{}],
        },
        rates_of_base=True,
    )
    assert (books.organisation_id, books.base_currency, books.country) == ("f-1", "EUR", "IE")
    assert [books.accounts.ref(key) is None for key in ("200", "a-1")] == [False, True]
    assert [*books.items] == ["p-1"]
    assert [*books.tax_rates] == ["t-1"]
    assert [*books.reports] == ["sheet"]
    assert books.rates_of_base


class Balances(ToldReport):
    """A report that tells what an account comes to, unless that cannot be read."""

    debit: str = ""

    @property
    def balances(self) -> Mapping[str, Decimal]:
        if not self.debit:
            raise Reject("Report cannot be read")
        return {"a-1": Decimal(self.debit)}


def balances(**reports: list[dict[str, str]]) -> Mapping[str, Decimal] | None:
    return books_of({"sheet": ToldReport, "first": Balances, "second": Balances}, reports).balances


def test_balances_are_those_of_the_first_report_that_tells_them_and_can_be_read() -> None:
    one, other = {"debit": "1.50"}, {"debit": "2.50"}
    assert balances(sheet=[{}], first=[one], second=[other]) == {"a-1": Decimal("1.50")}
    assert balances(first=[{}], second=[other]) == {"a-1": Decimal("2.50")}
    assert balances(first=[{}]) is None
    assert balances(sheet=[{}]) is None


def test_books_without_any_list_know_nothing_and_guess_nothing() -> None:
    books = books_of(SHAPES, {})
    assert (books.organisation_id, books.base_currency, books.reports) == ("", None, {})
