"""Accounts come to what the simulator's books say, and say so whenever that moves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from sqlalchemy import update

from local.conformance.company import Company
from local.conformance.world import World
from shared_code.notify.work import begin_work
from shared_code.remap.job import driver_of
from shared_code.remap.requests import Wanted, request_remap
from shared_code.store.schema import grants
from shared_code.sync.runs import LEASE, claim
from tests.contract.tie_out.conftest import Books

TYPES = ("chartOfAccounts", "bankAccounts")
IN_THE_YEAR = {"Income", "Expense"}
Records = dict[str, dict[str, Any]]


def in_the_books(books: Books) -> dict[str, Decimal]:
    """What accounts come to in the simulator's books, over all years, by account id."""
    told = books.tell(resources="Accounts")
    ids = {each["Code"]: each["AccountID"] for each in told["resources"]["Accounts"]}
    return {ids[code]: Decimal(text) for code, text in told["facts"]["trialBalance"].items()}


def balances(company: Company) -> dict[str, Decimal]:
    chart = company.live("chartOfAccounts")
    return {key: each["currentBalance"] for key, each in chart.items() if "currentBalance" in each}


def of_earnings(chart: Records) -> set[str]:
    """The accounts that a year's end changes: what is earned, and the one that takes it up."""
    return {
        key
        for key, each in chart.items()
        if each["type"] in IN_THE_YEAR or each["name"] == "Retained Earnings"
    }


def test_balances_agree_with_the_books_to_the_cent(books: Books) -> None:
    chart, told = books.company.live("chartOfAccounts"), in_the_books(books)
    found, earned = balances(books.company), of_earnings(chart)
    at_home = {key for key, each in chart.items() if each["currency"] == "GBP"}
    assert set(found) == at_home
    standing = at_home - earned
    assert {key: found[key] for key in standing} == {
        key: told.get(key, Decimal(0)) for key in standing
    }
    assert sum(map(bool, found.values())) > 5
    assert sum(found[key] for key in earned) == sum(told.get(key, Decimal(0)) for key in earned)


def test_all_balances_add_up_to_nothing(books: Books) -> None:
    abroad = set(books.company.live("chartOfAccounts")) - set(balances(books.company))
    told = in_the_books(books)
    assert sum(balances(books.company).values()) + sum(told[key] for key in abroad) == 0


def test_a_bank_account_holds_what_the_bank_summary_says(books: Books) -> None:
    theirs = {each["accountId"]: each["theirs"] for each in books.section("bankBalances")["lines"]}
    banks = books.company.live("bankAccounts")
    found = {key: float(each["balance"]) for key, each in banks.items() if "balance" in each}
    assert found == {key: theirs[key] for key in found}
    # What the one in euros holds is told in pounds alone.
    assert len(found) == len(banks) - 1 == 2


def test_a_balance_moves_with_the_books_though_its_account_stays(books: Books) -> None:
    before = books.company.live("chartOfAccounts")
    [receivables] = [key for key, each in before.items() if each["name"] == "Accounts Receivable"]
    books.order("books/edit", operation="pay", ids=[books.open_invoice()["id"]])
    books.company.sync(*TYPES)
    after = books.company.live("chartOfAccounts")
    moved = {key for key in after if after[key] != before[key]}
    assert receivables in moved
    assert len(moved) <= 3
    assert after[receivables]["currentBalance"] == in_the_books(books)[receivables]
    same = "sourceModifiedDate"
    assert after[receivables][same] == before[receivables][same]


def remap(world: World, company: Company, version: int) -> None:
    world.clock.advance(1)
    with begin_work(world.db, world.ports.queue, world.clock) as work:
        ordered = request_remap(work, company.row(), Wanted(TYPES, version, dry_run=False))
    ref = claim(world.db, company.id, ordered.run_id, until=world.clock.now() + LEASE)
    assert ref is not None
    while (step := driver_of(world.parts.pipeline).drive(ref)).state == "more":
        pass
    assert step.state == "over"


def test_a_remap_goes_back_to_the_version_without_balances_and_forth(books: Books) -> None:
    before = {each: books.company.live(each) for each in TYPES}
    since = books.world.last_call()
    remap(books.world, books.company, 2)
    for each in TYPES:
        for key, record in books.company.live(each).items():
            assert record == {
                name: value
                for name, value in before[each][key].items()
                if name not in ("currentBalance", "balance")
            }
    assert not balances(books.company)
    remap(books.world, books.company, 3)
    assert {each: books.company.live(each) for each in TYPES} == before
    assert not books.world.asked(since)


def test_without_the_scope_for_the_trial_balance_there_are_accounts_without_balances(
    books: Books,
) -> None:
    company = books.world.company()
    mine = grants.c.connection_id == company.connection_id
    with books.world.db.write() as tx:
        scopes = "accounting.settings.read accounting.invoices.read accounting.contacts.read"
        tx.execute(update(grants).where(mine).values(scopes=scopes))
    company.forget_first_sync()
    wanted = (*TYPES, "invoices")
    assert company.sync(*wanted).items() >= dict.fromkeys(wanted, "Complete").items()
    assert len(company.live("chartOfAccounts")) == len(books.company.live("chartOfAccounts"))
    assert not balances(company)
