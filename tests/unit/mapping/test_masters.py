"""What documents refer to is written alike for any provider whose shapes inherit the told ones."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from shared_code.mapping import accounts, companies, masters
from shared_code.mapping.books import Books
from shared_code.mapping.words import Vocabulary
from shared_code.model.accounting import AccountStatus, AccountType, BankAccountType, ItemType
from shared_code.model.shapes import Status

D = Decimal
BOOKS = Books(base_currency="EUR", country="GB")
WORDS = accounts.AccountWords(
    status=Vocabulary("status", {AccountStatus.ACTIVE: ("on",)}),
    classes=Vocabulary("type", {AccountType.ASSET: ("a",)}),
    steps={"bank": "Bank"},
)
STATUS = Vocabulary("status", {Status.ACTIVE: ("on",)})


class Till(accounts.ToldAccount):
    """An account of a provider whose accounts are all at banks."""

    @property
    def is_bank(self) -> bool:
        return True


def test_an_account_of_which_little_is_told_is_written_without_inventing_any() -> None:
    account = accounts.account(accounts.ToldAccount(id="1", class_="a"), BOOKS, WORDS)
    assert (account.fully_qualified_category, account.fully_qualified_name) == ("Asset", None)
    assert (account.currency, account.status) == ("EUR", AccountStatus.UNKNOWN)
    assert accounts.bank_account(accounts.ToldAccount(id="1"), BOOKS, WORDS) is None
    bank = accounts.bank_account(Till(id="1", number="20449183617264"), BOOKS, WORDS)
    assert bank
    assert (bank.sort_code, bank.account_number) == ("204491", "83617264")
    assert bank.account_type is BankAccountType.UNKNOWN


@pytest.mark.parametrize(
    ("balances", "currency", "balance"),
    [
        ({"1": D("-7.10")}, None, D("-7.10")),
        ({"1": D("-7.10")}, "EUR", D("-7.10")),
        # An account that comes to nothing need not be told.
        ({"2": D("-7.10")}, "EUR", D(0)),
        # A balance is in the base currency.
        ({"1": D("-7.10")}, "USD", None),
        (None, None, None),
    ],
)
def test_an_account_has_its_balance_where_that_is_known_in_its_currency(
    balances: dict[str, D] | None, currency: str | None, balance: D | None
) -> None:
    books, till = replace(BOOKS, balances=balances), Till(id="1", currency=currency)
    bank = accounts.bank_account(till, books, WORDS)
    assert bank
    assert accounts.account(till, books, WORDS).current_balance == balance
    assert bank.balance == balance


def test_an_account_is_looked_up_by_what_its_shape_says_of_it() -> None:
    found = accounts.ledger([Till(id="1", code="090", name="Till")])
    assert found.get("1").is_bank
    assert not found.get("1").takes_earnings
    assert found.ref("090")


def test_a_tax_rate_adds_its_parts_up_only_where_the_whole_is_not_told() -> None:
    parts = [masters.ToldTaxComponent(rate=D(5)), masters.ToldTaxComponent(rate=D("2.5"))]
    told = masters.ToldTaxRate(id="t", components=parts)
    assert masters.tax_rate(told, BOOKS, STATUS).total_tax_rate == D("7.5")
    told = masters.ToldTaxRate(id="t", components=parts, total_rate=D(8))
    assert masters.tax_rate(told, BOOKS, STATUS).total_tax_rate == D(8)
    assert masters.tax_rate(masters.ToldTaxRate(id="t"), BOOKS, STATUS).components is None


def test_an_item_shows_only_the_sides_on_which_it_is_traded() -> None:
    trade = masters.ToldTrade(unit_price=D(3), account_key="999")
    told = masters.ToldItem(id="i", is_bought=False, sale=trade, purchase_description="none")
    item = masters.item(told, BOOKS, masters.ItemWords(ItemType.SERVICE, Status.ACTIVE))
    assert (item.bill_item, item.item_status) == (None, Status.ACTIVE)
    assert item.invoice_item
    assert item.invoice_item.unit_price == D(3)
    assert item.supplemental_data
    assert item.supplemental_data.content == {"unmapped": {"accountCode": "999"}}


def test_a_companys_year_is_that_of_when_it_was_told() -> None:
    told = companies.ToldCompany(
        name="Acme",
        created=datetime(2020, 1, 1, tzinfo=UTC),
        told_at=datetime(2026, 6, 30, tzinfo=UTC),
        year_end_month=3,
        year_end_day=31,
    )
    start = companies.company(told, BOOKS, companies.CompanyWords()).financial_year_start_date
    assert start
    assert start.date() == date(2026, 4, 1)
