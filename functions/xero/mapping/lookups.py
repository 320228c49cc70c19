"""What a run knows of the books besides the record at hand, and how records refer to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from functions.xero import native
from shared_code.mapping.accounts import ledger
from shared_code.mapping.books import Books
from shared_code.mapping.reading import Record, readable


@dataclass(frozen=True, slots=True)
class Lookups(Books):
    """Accounts and items go by their codes, tax rates by their types; rates are of the base unit.

    Args:
        reports: Those of the year before the last twelve months, by the name of the resource.
    """

    rates_of_base: bool = True
    reports: Mapping[str, native.Report] = field(default_factory=dict)

    @classmethod
    def of(cls, resources: Mapping[str, Iterable[Record]]) -> Lookups:
        """Build them from the records of Accounts, TaxRates, Items, Organisation, and reports.

        Resources may be absent; what cannot be read is left out.
        """
        accounts = readable(native.Account, resources.get("Accounts", ()))
        tax_rates = readable(native.TaxRate, resources.get("TaxRates", ()))
        items = readable(native.Item, resources.get("Items", ()))
        organisations = readable(native.Organisation, resources.get("Organisation", ()))
        organisation = next(organisations, native.Organisation(id=""))
        return cls(
            accounts=ledger(accounts),
            tax_rates={each.id: each.ref for each in tax_rates},
            items={each.code: each.ref for each in items if each.code},
            base_currency=organisation.currency,
            country=organisation.country,
            organisation_id=organisation.id,
            reports={
                name: report
                for name in ("EarlierBalanceSheet", "EarlierProfitAndLoss")
                for report in readable(native.Report, resources.get(name, ()))
            },
        )
