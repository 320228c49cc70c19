"""Xero's webhooks: events of invoices, bills, credit notes and contacts, signed with a key."""

from collections.abc import Iterator

from local.providers.simulation.hooks import Change, Hmac, Notice, Webhooks

SIGNATURE = "x-xero-signature"
_CATEGORIES = {
    "invoice": ("INVOICE", "Invoices"),
    "bill": ("INVOICE", "Invoices"),
    "credit_note": ("CREDITNOTE", "CreditNotes"),
    "supplier_credit": ("CREDITNOTE", "CreditNotes"),
    "contact": ("CONTACT", "Contacts"),
}
_API = "https://api.xero.com/api.xro/2.0"


class Events:
    """Words notices as Xero does; events are numbered through the life of the simulator."""

    def __init__(self) -> None:
        self._sequence = 0

    def __call__(self, notice: Notice) -> list[object]:
        """Put all events of a notice into one body; nothing where Xero tells of none."""
        events = list(self._events(notice))
        if not events:
            return []
        first, self._sequence = self._sequence + 1, self._sequence + len(events)
        return [
            {
                "events": events,
                "firstEventSequence": first,
                "lastEventSequence": self._sequence,
                "entropy": notice.id.replace("-", "").upper()[:20],
            }
        ]

    def _events(self, notice: Notice) -> Iterator[dict[str, str]]:
        for change in notice.changes:
            if change.kind in _CATEGORIES:
                yield _event(notice, change)


def _event(notice: Notice, change: Change) -> dict[str, str]:
    """Tell of one record; Xero has no word for deletions, which are updates of the status."""
    category, collection = _CATEGORIES[change.kind]
    return {
        "resourceUrl": f"{_API}/{collection}/{change.id}",
        "resourceId": change.id,
        "tenantId": notice.tenant,
        "tenantType": "ORGANISATION",
        "eventCategory": category,
        "eventType": "CREATE" if change.action == "created" else "UPDATE",
        "eventDateUtc": f"{notice.at:%Y-%m-%dT%H:%M:%S}.{notice.at.microsecond // 1000:03}",
    }


def webhooks() -> Webhooks:
    """Make Xero's scheme."""
    return Webhooks(Events(), Hmac(SIGNATURE, "base64"))
