"""Payment methods: how customers pay and suppliers are paid."""

from __future__ import annotations

from enum import StrEnum

from shared_code.model.base import AccountingRecord, Kind, promoted
from shared_code.model.shapes import Status


class PaymentMethodType(StrEnum):
    """The means by which money moves."""

    UNKNOWN = "Unknown"
    CASH = "Cash"
    CHECK = "Check"
    CREDIT_CARD = "CreditCard"
    DEBIT_CARD = "DebitCard"
    BANK_TRANSFER = "BankTransfer"
    OTHER = "Other"


class PaymentMethod(AccountingRecord):
    """A way of paying that the business has set up."""

    promoted = promoted(("name", Kind.TEXT), ("type", Kind.TEXT), ("status", Kind.TEXT))

    type: PaymentMethodType
    status: Status
    name: str | None = None
