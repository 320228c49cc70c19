"""Shapes that records hold: small ones that many hold alike are made and validated once."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, ParamSpec, TypeVar, cast

from shared_code.model import Metadata, Shape
from shared_code.model.accounting.account_transaction import BankAccountRef
from shared_code.model.accounting.journal_entry import JournalRef
from shared_code.model.shapes import (
    AccountRef,
    CustomerRef,
    ItemRef,
    SupplierRef,
    TrackedRef,
    TrackingCategoryRef,
)

P = ParamSpec("P")
S = TypeVar("S", bound=Shape)

Unmade = Any
"""Values of a shape, by our names, for pydantic to make within the record that holds it.

It need not call Python for that: to make each by itself, a page took a twelfth longer to map.
"""

_KEPT = 2_048
"""Of each shape, those that were asked for last; one takes some hundred bytes."""


def shared(shape: Callable[P, S]) -> Callable[P, S]:
    """Give one object for the same values: it is frozen, so that records may have it in common.

    For texts, words and flags alone: amounts may be equal and differ in their digits.
    """
    return cast("Callable[P, S]", lru_cache(_KEPT)(shape))


account_ref = shared(AccountRef)
bank_account_ref = shared(BankAccountRef)
category_ref = shared(TrackingCategoryRef)
customer_ref = shared(CustomerRef)
item_ref = shared(ItemRef)
journal_ref = shared(JournalRef)
metadata = shared(Metadata)
supplier_ref = shared(SupplierRef)
tracked_ref = shared(TrackedRef)
