"""What a run knows of the books besides the record at hand, and how records refer to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from functions.xero import native
from shared_code.mapping.books import Accounts, Books, LedgerAccount
from shared_code.mapping.reading import Record, readable
from shared_code.model.shapes import ItemRef, TaxRateRef


@dataclass(frozen=True, slots=True)
class Lookups(Books):
    """Accounts and items go by their codes, tax rates by their types.

    Args:
        reports: Those of the year before the last twelve months, by the name of the resource.
    """

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
        organisation = next(organisations, native.Organisation(organisation_id=""))
        return cls(
            accounts=Accounts(tuple(map(_ledger_account, accounts))),
            tax_rates={rate.tax_type: _tax_rate_ref(rate) for rate in tax_rates},
            items={i.code: ItemRef(id=i.item_id, name=i.name) for i in items if i.code},
            base_currency=organisation.base_currency,
            country=organisation.country_code,
            organisation_id=organisation.organisation_id,
            reports={
                name: report
                for name in ("EarlierBalanceSheet", "EarlierProfitAndLoss")
                for report in readable(native.Report, resources.get(name, ()))
            },
        )


def _ledger_account(account: native.Account) -> LedgerAccount:
    return LedgerAccount(
        id=account.id,
        key=account.code,
        name=account.name,
        type=account.type,
        currency=account.currency_code,
        is_bank=account.type == "BANK",
        takes_earnings=account.system_account == "RETAINEDEARNINGS",
    )


def _tax_rate_ref(rate: native.TaxRate) -> TaxRateRef:
    return TaxRateRef(id=rate.tax_type, name=rate.name, effective_tax_rate=rate.effective_rate)
