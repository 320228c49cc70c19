"""The integrations that exist: what clients see of a connector without asking its app."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from shared_code.capabilities import Capability, findings_of
from shared_code.errors import NotFound

FOLDER = Path(__file__).with_name("integrations")
"""One JSON file a connector; its fields are those of `Integration`."""


@dataclass(frozen=True, slots=True)
class Integration:
    """One platform that companies can link."""

    key: str
    """Four letters, the contract's `platformKey`."""
    platform: str
    """The connector's name: its folder, routes and queues."""
    name: str
    source_type: str
    integration_id: str
    source_id: str
    data_types: tuple[str, ...]
    """Contract keys in the order in which a full sync reads them."""

    @property
    def capabilities(self) -> tuple[Capability, ...]:
        """What the connector was seen to do with its data types."""
        return findings_of(self.platform).data_types

    @property
    def attachments(self) -> tuple[str, ...]:
        """Data types whose records have attachments."""
        return tuple(each.data_type for each in self.capabilities if each.attachments)

    @property
    def pdfs(self) -> tuple[str, ...]:
        """Data types whose records can be had as PDFs."""
        return tuple(each.data_type for each in self.capabilities if each.pdf)


XERO = Integration(
    key="gbol",
    platform="xero",
    name="Xero",
    source_type="Accounting",
    integration_id="0f20c943-12d0-4800-9f6c-d218f62d494c",
    source_id="8a156a5a-39cb-4f9d-856e-76ef9b9a9607",
    data_types=(
        "company",
        "journals",
        "taxRates",
        "items",
        "trackingCategories",
        "customers",
        "suppliers",
        "invoices",
        "bills",
        "creditNotes",
        "billCreditNotes",
        "payments",
        "billPayments",
        "accountTransactions",
        "directCosts",
        "directIncomes",
        "transfers",
        "purchaseOrders",
        "journalEntries",
        "balanceSheet",
        "profitAndLoss",
        "chartOfAccounts",
        "bankAccounts",
    ),
)


def found_in(folder: Path) -> tuple[Integration, ...]:
    """Read the integrations of a folder; raises ValidationError for a file that is none."""
    read = TypeAdapter(Integration).validate_json
    return tuple(read(file.read_bytes()) for file in sorted(folder.glob("*.json")))


CATALOGUE: tuple[Integration, ...] = (XERO, *found_in(FOLDER))


def by_key(key: str) -> Integration:
    """The integration with a four-letter key; `NotFound` says which keys exist."""
    for integration in CATALOGUE:
        if integration.key == key:
            return integration
    known = ", ".join(f"{each.key} ({each.name})" for each in CATALOGUE)
    raise NotFound(f"No integration was found with key {key}. Known keys: {known}")


def by_platform(platform: str) -> Integration:
    """The integration that a connector's own name stands for."""
    for integration in CATALOGUE:
        if integration.platform == platform:
            return integration
    raise NotFound(f"No integration is called {platform}")
