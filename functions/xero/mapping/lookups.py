"""What a run knows of the books besides the record at hand, and how records refer to it."""

from __future__ import annotations

from functools import partial

from functions.xero import native
from shared_code.mapping.looking import books_of

_SHAPES: dict[str, type[native.Native]] = {
    "Organisation": native.Organisation,
    "TaxRates": native.TaxRate,
    # The chart went by the second name before version 3.
    **dict.fromkeys(("Chart", "Accounts"), native.Account),
    "Items": native.Item,
    # Of the year before the last twelve months.
    "EarlierBalanceSheet": native.Report,
    "EarlierProfitAndLoss": native.Report,
}

make_lookups_2 = partial(books_of, _SHAPES, rates_of_base=True)
"""Accounts and items go by their codes, tax rates by their types; rates are of the base unit."""

make_lookups = partial(
    books_of, {**_SHAPES, "TrialBalance": native.TrialBalance}, rates_of_base=True
)
"""Since version 3 accounts have balances."""
