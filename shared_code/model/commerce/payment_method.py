"""Commerce payment methods: how buyers can pay."""

from __future__ import annotations

from shared_code.model.base import Kind, Record, promoted
from shared_code.model.shapes import Status


class CommercePaymentMethod(Record):
    """A way of paying, such as cash or a card."""

    promoted = promoted(("name", Kind.TEXT), ("status", Kind.TEXT))

    name: str | None = None
    status: Status | None = None
