"""What a run knows of the books besides the record at hand; frozen, so that mapping is pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from pydantic import ValidationError

from functions.xero import native
from shared_code.model.shapes import AccountRef, ItemRef, TaxRateRef

EARLIER_REPORTS = ("EarlierBalanceSheet", "EarlierProfitAndLoss")
"""The resources that hold the year before the last twelve months."""

N = TypeVar("N", bound=native.Native)


@dataclass(frozen=True, slots=True)
class Lookups:
    """References by the keys that Xero's documents use.

    Args:
        accounts: By code.
        account_names: By account id.
        account_types: By account id, in Xero's words.
        retained_earnings: Id of the account that earlier years' profit is added to.
        banks: Ids of the accounts at banks.
        bank_currencies: By account id, of those that have one of their own.
        tax_rates: By tax type.
        items: By code.
        base_currency: The organisation's, None where it is not known.
        country: The organisation's, as two letters.
        reports: By the name of the resource.
        organisation_id: Xero's id of it, empty where it is not known.
    """

    accounts: Mapping[str, AccountRef] = field(default_factory=dict)
    account_names: Mapping[str, str] = field(default_factory=dict)
    account_types: Mapping[str, str] = field(default_factory=dict)
    retained_earnings: str = ""
    banks: frozenset[str] = frozenset()
    bank_currencies: Mapping[str, str] = field(default_factory=dict)
    tax_rates: Mapping[str, TaxRateRef] = field(default_factory=dict)
    items: Mapping[str, ItemRef] = field(default_factory=dict)
    base_currency: str | None = None
    country: str | None = None
    organisation_id: str = ""
    reports: Mapping[str, native.Report] = field(default_factory=dict)

    def account_currency(self, account_id: str | None) -> str | None:
        """The currency of an account: a bank's own, else the organisation's."""
        return self.bank_currencies.get(account_id or "", self.base_currency)

    @classmethod
    def of(cls, resources: Mapping[str, Iterable[native.Record]]) -> Lookups:
        """Build them from the records of Accounts, TaxRates, Items, Organisation, and reports.

        Resources may be absent. A record that cannot be read is left out: where it is a record of
        its own data type, it is rejected with a reason.
        """
        accounts = list(_read(native.Account, resources.get("Accounts", ())))
        tax_rates = _read(native.TaxRate, resources.get("TaxRates", ()))
        items = _read(native.Item, resources.get("Items", ()))
        organisation = next(_read(native.Organisation, resources.get("Organisation", ())), None)
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
                for name in EARLIER_REPORTS
                for report in _read(native.Report, resources.get(name, ()))
            },
        )


def _tax_rate_ref(rate: native.TaxRate) -> TaxRateRef:
    return TaxRateRef(id=rate.tax_type, name=rate.name, effective_tax_rate=rate.effective_rate)


def _read(model: type[N], records: Iterable[native.Record]) -> Iterator[N]:
    for record in records:
        try:
            yield model.model_validate(record)
        except ValidationError:
            continue
