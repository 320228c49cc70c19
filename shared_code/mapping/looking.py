"""The books in which mappings look things up, from the lists of a provider that tell of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from shared_code.errors import Reject
from shared_code.mapping.accounts import ToldAccount, ledger
from shared_code.mapping.books import Books
from shared_code.mapping.companies import ToldCompany
from shared_code.mapping.masters import ToldItem, ToldTaxRate
from shared_code.mapping.reading import Native, Record, readable
from shared_code.mapping.statements import ToldReport


def books_of(
    shapes: Mapping[str, type[Native]],
    resources: Mapping[str, Iterable[Record]],
    *,
    rates_of_base: bool = False,
) -> Books:
    """Build books from the records of resources, whose shapes are given by the resource's name.

    What a shape inherits says what it is of: the company, an account, a tax rate, an item, a
    report. Resources may be absent; what cannot be read is left out.
    """
    told = [
        (name, each)
        for name, shape in shapes.items()
        for each in readable(shape, resources.get(name, ()))
    ]
    records = [each for _, each in told]
    reports = {name: each for name, each in told if isinstance(each, ToldReport)}
    company = next((each for each in records if isinstance(each, ToldCompany)), ToldCompany())
    return Books(
        accounts=ledger(each for each in records if isinstance(each, ToldAccount)),
        tax_rates={each.id: each.ref for each in records if isinstance(each, ToldTaxRate)},
        items={each.key: each.ref for each in records if isinstance(each, ToldItem) and each.key},
        base_currency=company.currency,
        country=company.country,
        organisation_id=company.id or "",
        rates_of_base=rates_of_base,
        reports=reports,
        balances=_balances(reports.values()),
    )


def _balances(reports: Iterable[ToldReport]) -> Mapping[str, Decimal] | None:
    """What accounts come to, by the first report that tells it and can be read."""
    for each in reports:
        try:
            told = each.balances
        except Reject:
            continue
        if told is not None:
            return told
    return None
