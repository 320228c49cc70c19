"""What a run knows of the books besides the record at hand; frozen, so that mapping is pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from shared_code.mapping.exact import ONE, ZERO, inverse_rate
from shared_code.mapping.reading import Named
from shared_code.mapping.sharing import account_ref, item_ref
from shared_code.mapping.words import Unmapped
from shared_code.model.shapes import NO_CURRENCY, AccountRef, ItemRef, TaxRateRef


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerAccount:
    """An account that was looked up; its type and currency are as the provider says.

    Args:
        key: What documents call it by, where that is not the id.
        currency: None where it is the organisation's.
        takes_earnings: Whether the profit of earlier years is added to it.
    """

    id: str
    key: str | None = None
    name: str | None = None
    type: str | None = None
    currency: str | None = None
    is_bank: bool = False
    takes_earnings: bool = False


_UNKNOWN = LedgerAccount(id="")


@dataclass(frozen=True, slots=True)
class Accounts:
    """The chart of accounts, by id and by the keys that a provider's documents use."""

    listed: tuple[LedgerAccount, ...] = ()
    _known: Mapping[str, tuple[LedgerAccount, AccountRef]] = field(init=False, repr=False)
    _by_key: Mapping[str, AccountRef] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Make the accounts ready to be found."""
        known = [(each, AccountRef(id=each.id, name=each.name)) for each in self.listed]
        object.__setattr__(self, "_known", {each.id: (each, ref) for each, ref in known})
        object.__setattr__(self, "_by_key", {each.key or each.id: ref for each, ref in known})

    def get(self, account_id: str | None) -> LedgerAccount:
        """Find an account by its id; of one that was not looked up nothing is known."""
        found = self._known.get(account_id or "")
        return found[0] if found else _UNKNOWN

    def ref(self, key: str) -> AccountRef | None:
        """Refer to an account by its key."""
        return self._by_key.get(key)

    def ref_to(self, account_id: str, name: str | None = None) -> AccountRef:
        """Refer to an account by its id, and by its name where that is told or known."""
        found = self._known.get(account_id)
        if found is None or (name and name != found[1].name):
            return account_ref(id=account_id, name=name)
        return found[1]


@dataclass(frozen=True, slots=True)
class Books:
    """References by the keys that a provider's documents use: its ids, or codes of the user's.

    Args:
        accounts: By id, and by that key.
        tax_rates: By that key.
        items: By that key.
        base_currency: The organisation's, None where it is not known.
        country: The organisation's, as two letters.
        organisation_id: The provider's id of it, empty where it is not known.
        rates_of_base: Whether the provider says what a unit of the base currency is in a foreign
            one, and not what a foreign unit is in the base currency.
        reports: Those that others are completed by, in the connector's shapes, by the resource's
            name.
        balances: What accounts come to in the base currency, debits positive, by id; those that
            come to nothing may be left out. None where it is not known.
    """

    accounts: Accounts = field(default_factory=Accounts)
    tax_rates: Mapping[str, TaxRateRef] = field(default_factory=dict)
    items: Mapping[str, ItemRef] = field(default_factory=dict)
    base_currency: str | None = None
    country: str | None = None
    organisation_id: str = ""
    rates_of_base: bool = False
    reports: Mapping[str, Any] = field(default_factory=dict)
    balances: Mapping[str, Decimal] | None = None

    def account(
        self, key: str | None, unmapped: Unmapped, account_id: str | None = None
    ) -> AccountRef | None:
        """Find an account by its id, else by its key; an unknown key is kept as unmapped."""
        if account_id:
            return self.accounts.ref_to(account_id)
        if key is None:
            return None
        found = self.accounts.ref(key)
        if found is None:
            unmapped["accountCode"] = key
        return found

    def item(
        self, key: str | None, unmapped: Unmapped, named: Named | None = None
    ) -> ItemRef | None:
        """Find an item, unless its id is told already; an unknown key is kept as unmapped."""
        if named and named.id:
            return item_ref(id=named.id, name=named.name)
        if key is None:
            return None
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

    def account_of(self, named: Named | None) -> AccountRef | None:
        """Refer to an account that a record names, such as the one that money went through."""
        return self.accounts.ref_to(named.id, named.name) if named and named.id else None

    def is_bank(self, named: Named | None) -> bool | None:
        """Whether an account that a record names is one at a bank; None if it is not known."""
        found = self.accounts.get(named.id if named else None)
        return found.is_bank if found.id else None

    def account_currency(self, named: Named | None) -> str | None:
        """The currency of an account that a record names: its own, else the organisation's."""
        return self.accounts.get(named.id if named else None).currency or self.base_currency

    def balance(self, account_id: str, currency: str | None) -> Decimal | None:
        """What an account comes to; None where that is not known in the account's currency."""
        if self.balances is None or currency not in (None, self.base_currency):
            return None
        return self.balances.get(account_id, ZERO)

    def rate(self, told: Decimal | None, currency: str | None) -> Decimal | None:
        """Give the factor to the base currency, by which the provider tells of a foreign one.

        None where it tells none for a foreign currency, or one that leaves nothing of it.
        """
        if not told or told < 0:
            at_home = currency is not None and currency == self.base_currency
            return ONE if at_home else None
        return inverse_rate(told) if self.rates_of_base else told
