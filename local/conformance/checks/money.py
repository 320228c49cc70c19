"""Checks: journals, movements and statements come to what the books' ledger comes to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest

from local.conformance.company import Company, Records
from local.conformance.world import World

CENT = Decimal("0.01")
ZERO = Decimal(0)

Sums = Mapping[str, Decimal]
"""By the id of an account."""


def ledger(world: World, organisation: str) -> Sums:
    """What each account of the books comes to; the check is passed over where nobody tells."""
    told = world.simulator.truth(organisation).get("ledger")
    if not told:
        pytest.skip("the simulator tells of no ledger")
    return {account: amounts["balance"] for account, amounts in told.items() if amounts["balance"]}


def needs_types(world: World, *data_types: str) -> None:
    """Go on only where these are read."""
    for each in data_types:
        if each not in world.data_types:
            pytest.skip(f"this connector reads no {each}")


def read_books(world: World) -> Iterator[tuple[Company, str]]:
    """The companies whose records stand for their books: one untouched, one edited in every way."""
    yield world.settled, world.pristine
    yield world.observed.company, world.observed.organisation


def postings(entries: Records) -> Iterator[tuple[str, str, Decimal]]:
    """List what journal entries post: day, account, amount."""
    for entry in entries.values():
        for line in entry["journalLines"]:
            yield entry["postedOn"][:10], line["accountRef"]["id"], Decimal(line["netAmount"])


def summed(amounts: Iterator[tuple[str, Decimal]]) -> Sums:
    """Sum by account, and leave out what comes to nothing."""
    sums: defaultdict[str, Decimal] = defaultdict(lambda: ZERO)
    for account, amount in amounts:
        sums[account] += amount
    return {account: amount for account, amount in sums.items() if amount}


class Money:
    """What no single record of the provider's can be held against."""

    def test_journals_come_to_the_books_ledger_by_account(self, world: World) -> None:
        needs_types(world, "journalEntries")
        for company, organisation in read_books(world):
            entries = company.live("journalEntries")
            for each in entries.values():
                assert not sum(Decimal(line["netAmount"]) for line in each["journalLines"])
            found = summed((account, amount) for _, account, amount in postings(entries))
            assert found == ledger(world, organisation)

    def test_movements_come_to_the_balances_of_their_bank_accounts(self, world: World) -> None:
        needs_types(world, "accountTransactions", "bankAccounts")
        for company, organisation in read_books(world):
            balances, banks = ledger(world, organisation), {*company.records("bankAccounts")}
            found = summed(map(_moved, company.live("accountTransactions").values()))
            assert found == {each: balances[each] for each in banks if each in balances}

    def test_statements_come_to_what_the_journals_posted(self, world: World) -> None:
        needs_types(world, "journalEntries", "chartOfAccounts")
        needs_types(world, "balanceSheet", "profitAndLoss")
        for company, _ in read_books(world):
            self._follow(company)

    def _follow(self, company: Company) -> None:
        posted = _by_kind(company)
        for each in company.records("balanceSheet")["single"]["reports"]:
            day = each["date"][:10]
            assert Decimal(each["assets"]["value"]) == posted("", day, "Asset")
            assert Decimal(each["netAssets"]) == posted("", day, "Asset", "Liability")
        for each in company.records("profitAndLoss")["single"]["reports"]:
            earned = posted(each["fromDate"][:10], each["toDate"][:10], "Income", "Expense")
            assert Decimal(each["netProfit"]) == -earned


def _moved(movement: Mapping[str, Any]) -> tuple[str, Decimal]:
    """The account that a movement is on, and the amount in the base currency."""
    amount = Decimal(movement["totalAmount"]) * Decimal(movement["currencyRate"])
    return movement["bankAccountRef"]["id"], amount.quantize(CENT)


def _by_kind(company: Company) -> Callable[..., Decimal]:
    """Sum what was posted between two days on accounts of some types."""
    kinds = {name: each["type"] for name, each in company.records("chartOfAccounts").items()}
    listed = [*postings(company.live("journalEntries"))]

    def posted(since: str, until: str, *types: str) -> Decimal:
        found = (
            amount
            for day, account, amount in listed
            if since <= day <= until and kinds[account] in types
        )
        return sum(found, ZERO)

    return posted
