"""What the demonstration has to show for itself; all figures come through the public API."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from rich.table import Table

from local.stack.public_api import Json, PublicApi
from shared_code.model import DATA_TYPES, DataType

OPEN = "{status=Submitted||status=PartiallyPaid}&&metadata.isDeleted!=true"


def synced(api: PublicApi, operations: Sequence[Json]) -> Table:
    """Tabulate what was synced: records and seconds of each data type."""
    table = Table("Data type", title="Synced", title_justify="left")
    table.add_column("Records", justify="right")
    table.add_column("Seconds", justify="right")
    for operation in operations:
        count = count_records(api, operation)
        table.add_row(operation["dataType"], f"{count:,}", f"{seconds([operation]):.1f}")
    return table


def seconds(operations: Sequence[Json]) -> float:
    """Return the time from the first request to the last end."""
    begun = min(datetime.fromisoformat(each["requested"]) for each in operations)
    ended = max(datetime.fromisoformat(each["completed"]) for each in operations)
    return (ended - begun).total_seconds()


def count_records(api: PublicApi, operation: Json) -> int:
    """Count the records of a pull's data type; a single object, such as `company`, is one."""
    info = DATA_TYPES[DataType(operation["dataType"])]
    if info.singular:
        return 1
    # Not every type is served for the company as a whole.
    connection = f"/companies/{operation['companyId']}/connections/{operation['connectionId']}"
    answer = api.get(f"{connection}/data/{info.path}", pageSize=1)
    return int(answer["totalResults"])


def receivables(api: PublicApi, company_id: str) -> dict[str, Decimal]:
    """Sum what customers owe, by currency."""
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for invoice in api.every(f"/companies/{company_id}/data/invoices", query=OPEN):
        owed[invoice["currency"]] += Decimal(invoice["amountDue"])
    return dict(sorted(owed.items()))


def largest_open_invoices(api: PublicApi, company_id: str, how_many: int = 5) -> Table:
    """Tabulate the open invoices on which most is due."""
    found = api.get(
        f"/companies/{company_id}/data/invoices",
        query=OPEN,
        orderBy="-amountDue",
        pageSize=how_many,
    )
    table = Table("Invoice", "Customer", "Due", title="Largest open invoices", title_justify="left")
    table.add_column("Amount due", justify="right")
    for invoice in found["results"]:
        table.add_row(
            invoice.get("invoiceNumber", invoice["id"]),
            invoice.get("customerRef", {}).get("companyName", ""),
            invoice.get("dueDate", "")[:10],
            money(invoice["currency"], Decimal(invoice["amountDue"])),
        )
    return table


def sums(amounts: dict[str, Decimal]) -> str:
    """Write sums of several currencies in one line."""
    return ", ".join(money(*amount) for amount in amounts.items()) or "nothing"


def money(currency: str, amount: Decimal) -> str:
    """Write an amount, such as `GBP 1,234.50`."""
    return f"{currency} {amount:,.2f}"
