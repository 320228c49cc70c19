"""What moved on bank accounts."""

from __future__ import annotations

from shared_code.model.shapes import ReconciliationStatus


def reconciliation(is_reconciled: bool | None, *, is_gone: bool) -> ReconciliationStatus:  # noqa: FBT001
    """Say whether a movement was matched with the bank's statement; None is not known."""
    if is_gone:
        return ReconciliationStatus.VOID
    if is_reconciled is None:
        return ReconciliationStatus.UNKNOWN
    return ReconciliationStatus.RECONCILED if is_reconciled else ReconciliationStatus.UNRECONCILED
