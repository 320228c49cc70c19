"""What the data API and a connector's app say to each other about attachments and PDFs.

The data API asks `GET <root>/connect/<platform>/documents/<kind>` with the caller's own
Authorization. Ids go in the query: they may hold slashes, which proxies treat as they like.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Self

from shared_code.errors import Reject

MAX_BYTES = 25 * 1024 * 1024
"""Of one attachment or PDF."""

PROVIDER_SECONDS = 45.0
"""What one call of the provider may take; a download takes two, and perhaps new tokens."""

CONNECTOR_SECONDS = 150.0
"""What the connector's app may take, well inside the front door's limit of 230."""

CORRELATION_HEADER = "X-Correlation-Id"


class DocumentKind(StrEnum):
    """What is asked for: the last segment of the address."""

    ATTACHMENTS = "attachments"
    ATTACHMENT = "attachment"
    PDF = "pdf"

    @property
    def content_type(self) -> str:
        """What the answer is; whatever the provider says, a client may not be made to show it."""
        return _CONTENT_TYPES[self]


_CONTENT_TYPES = {
    DocumentKind.ATTACHMENTS: "application/json",
    DocumentKind.ATTACHMENT: "application/octet-stream",
    DocumentKind.PDF: "application/pdf",
}


class DocumentTooLarge(Reject):
    """The document has more bytes than the API passes on."""

    status = 413

    def __init__(self) -> None:
        super().__init__(f"The document is too large: at most {MAX_BYTES} bytes are passed on.")


@dataclass(frozen=True, slots=True)
class DocumentRequest:
    """Which record's documents, or which attachment of it."""

    company_id: str
    connection_id: str
    data_type: str
    record_id: str
    attachment_id: str = ""

    def query(self) -> dict[str, str]:
        """Write it as query parameters."""
        return {name: value for name, value in asdict(self).items() if value}

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Self:
        """Read what `query` wrote; `Reject` says what is missing."""
        names = ("company_id", "connection_id", "data_type", "record_id")
        missing = [name for name in names if not query.get(name)]
        if missing:
            raise Reject(f"Query parameters are missing: {', '.join(missing)}")
        return cls(**{name: query.get(name, "") for name in (*names, "attachment_id")})
