"""What is looked up goes into the books by what its shape says that it is."""

from __future__ import annotations

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


def test_books_without_any_list_know_nothing_and_guess_nothing() -> None:
    books = books_of(SHAPES, {})
    assert (books.organisation_id, books.base_currency, books.reports) == ("", None, {})
