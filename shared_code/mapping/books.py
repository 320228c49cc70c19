"""What a run knows of the books besides the record at hand; frozen, so that mapping is pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from shared_code.mapping.exact import ONE, inverse_rate
from shared_code.mapping.words import Unmapped
from shared_code.model.shapes import NO_CURRENCY, AccountRef, ItemRef, TaxRateRef


@dataclass(frozen=True, slots=True)
class Books:
    """References by the keys that a provider's documents use: its ids, or codes of the user's.

    Args:
        accounts: By that key.
        account_names: By account id.
        banks: Ids of the accounts at banks.
        bank_currencies: By account id, of those that have one of their own.
        tax_rates: By that key.
        items: By that key.
        base_currency: The organisation's, None where it is not known.
        country: The organisation's, as two letters.
        organisation_id: The provider's id of it, empty where it is not known.
    """

    accounts: Mapping[str, AccountRef] = field(default_factory=dict)
    account_names: Mapping[str, str] = field(default_factory=dict)
    banks: frozenset[str] = frozenset()
    bank_currencies: Mapping[str, str] = field(default_factory=dict)
    tax_rates: Mapping[str, TaxRateRef] = field(default_factory=dict)
    items: Mapping[str, ItemRef] = field(default_factory=dict)
    base_currency: str | None = None
    country: str | None = None
    organisation_id: str = ""

    def account(
        self, key: str | None, unmapped: Unmapped, account_id: str | None = None
    ) -> AccountRef | None:
        """Find an account by its id, else by its key; an unknown key is kept as unmapped."""
        if account_id:
            return self.account_by_id(account_id)
        if key is None:
            return None
        found = self.accounts.get(key)
        if found is None:
            unmapped["accountCode"] = key
        return found

    def account_by_id(self, account_id: str, name: str | None = None) -> AccountRef:
        """Refer to an account by its id, and by its name where that is known."""
        return AccountRef(id=account_id, name=name or self.account_names.get(account_id))

    def item(
        self, key: str | None, unmapped: Unmapped, named: ItemRef | None = None
    ) -> ItemRef | None:
        """Find an item, unless it is named already; an unknown key is kept as unmapped."""
        if named or key is None:
            return named
        found = self.items.get(key)
        if found is None:
            unmapped["itemCode"] = key
        return found

    def tax_rate(self, key: str | None) -> TaxRateRef | None:
        """Refer to a tax rate, which is known by its key even where it was not looked up."""
        if key is None:
            return None
        return self.tax_rates.get(key) or TaxRateRef(id=key)

    def currency(self, code: str | None) -> str:
        """Name a currency: what a provider leaves out is the base currency."""
        return code or self.base_currency or NO_CURRENCY

    def account_currency(self, account_id: str | None) -> str | None:
        """The currency of an account: a bank's own, else the organisation's."""
        return self.bank_currencies.get(account_id or "", self.base_currency)

    def rate(self, per_unit: Decimal | None, currency: str | None) -> Decimal | None:
        """Give the factor to the base currency, where the provider says what a foreign unit is.

        None where it gives none for a foreign currency, or one that leaves nothing of it.
        """
        if not per_unit or per_unit < 0:
            at_home = currency is not None and currency == self.base_currency
            return ONE if at_home else None
        return per_unit

    def inverse_rate(self, per_base_unit: Decimal | None, currency: str | None) -> Decimal | None:
        """Give that factor where the provider says what a unit of the base currency is."""
        if not per_base_unit or per_base_unit < 0:
            return self.rate(None, currency)
        return inverse_rate(per_base_unit)
