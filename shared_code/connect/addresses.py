"""The links that clients and browsers are given."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Addresses:
    """Makes links below the platform's own address, which has no slash at its end."""

    public_url: str

    def company_link(self, company_id: str) -> str:
        """Where a company's people choose a platform and grant access."""
        return f"{self.public_url}/link/company/{company_id}"

    def connection_link(self, platform: str, company_id: str, connection_id: str) -> str:
        """Where a browser begins to link one connection."""
        query = urlencode({"companyId": company_id, "connectionId": connection_id})
        return f"{self.public_url}/connect/{platform}/authorize?{query}"

    def image(self, integration_key: str, image: str) -> str:
        """An integration's picture, such as `logo`."""
        return f"{self.public_url}/integrations/{integration_key}/images/{image}.svg"
