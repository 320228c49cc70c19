"""What a run knows of the books besides the record at hand, and how records refer to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from functions.xero import native
from shared_code.mapping.books import Books
from shared_code.mapping.reading import Record, readable
from shared_code.mapping.trade import Party
from shared_code.model.shapes import AccountRef, ItemRef, TaxRateRef, TrackingCategoryRef


@dataclass(frozen=True, slots=True)
class Lookups(Books):
    """Accounts and items go by their codes, tax rates by their types.

    Args:
        account_types: By account id, in Xero's words.
        retained_earnings: Id of the account that earlier years' profit is added to.
        reports: Those of the year before the last twelve months, by the name of the resource.
    """

    account_types: Mapping[str, str] = field(default_factory=dict)
    retained_earnings: str = ""
    reports: Mapping[str, native.Report] = field(default_factory=dict)

    @classmethod
    def of(cls, resources: Mapping[str, Iterable[Record]]) -> Lookups:
        """Build them from the records of Accounts, TaxRates, Items, Organisation, and reports.

        Resources may be absent; what cannot be read is left out.
        """
        accounts = list(readable(native.Account, resources.get("Accounts", ())))
        tax_rates = readable(native.TaxRate, resources.get("TaxRates", ()))
        items = readable(native.Item, resources.get("Items", ()))
        organisation = next(readable(native.Organisation, resources.get("Organisation", ())), None)
        return cls(
            accounts={a.code: AccountRef(id=a.account_id, name=a.name) for a in accounts if a.code},
            account_names={a.account_id: a.name for a in accounts if a.name},
            account_types={a.account_id: a.type for a in accounts if a.type},
            retained_earnings=next(
                (a.account_id for a in accounts if a.system_account == "RETAINEDEARNINGS"), ""
            ),
            banks=frozenset(a.account_id for a in accounts if a.type == "BANK"),
            bank_currencies={a.account_id: a.currency_code for a in accounts if a.currency_code},
            tax_rates={rate.tax_type: _tax_rate_ref(rate) for rate in tax_rates},
            items={i.code: ItemRef(id=i.item_id, name=i.name) for i in items if i.code},
            base_currency=organisation.base_currency if organisation else None,
            country=organisation.country_code if organisation else None,
            organisation_id=organisation.organisation_id if organisation else "",
            reports={
                name: report
                for name in ("EarlierBalanceSheet", "EarlierProfitAndLoss")
                for report in readable(native.Report, resources.get(name, ()))
            },
        )


def account_of(account: native.Account | None, lookups: Lookups) -> AccountRef | None:
    """Name the account that money went through."""
    return lookups.account_by_id(account.account_id, account.name) if account else None


def categories(tracking: Iterable[native.Tracking] | None) -> tuple[TrackingCategoryRef, ...]:
    """List the tracking options of a line: the leaves of the category tree."""
    return tuple(
        TrackingCategoryRef(id=each.tracking_option_id, name=each.option)
        for each in tracking or ()
        if each.tracking_option_id
    )


def party(contact: native.Counterparty | None) -> Party | None:
    """Name who bought or sold."""
    return Party(contact.contact_id, contact.name) if contact else None


def _tax_rate_ref(rate: native.TaxRate) -> TaxRateRef:
    return TaxRateRef(id=rate.tax_type, name=rate.name, effective_tax_rate=rate.effective_rate)
