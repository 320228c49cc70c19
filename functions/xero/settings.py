"""Where Xero is, and as whom we come; a simulator takes its place by other URLs."""

from __future__ import annotations

from pydantic import Field

from shared_code.connector.settings import base_url, calls, records_at_once, registered_id
from shared_code.settings import Settings


class XeroSettings(Settings, env_prefix="CAUSEWAY_XERO_"):
    """The app at Xero; its client secret is in the vault, as `xero-client-secret`."""

    client_id: str = registered_id("Xero")
    scopes: str = Field(
        default=(
            "offline_access accounting.settings.read accounting.contacts.read"
            " accounting.invoices.read accounting.payments.read accounting.banktransactions.read"
            " accounting.attachments.read accounting.reports.balancesheet.read"
            " accounting.reports.profitandloss.read accounting.reports.trialbalance.read"
            " accounting.reports.banksummary.read accounting.reports.aged.read"
        ),
        description="OAuth scopes to ask for, parted by spaces; older apps have broader ones.",
    )
    journals: bool = Field(
        default=False,
        description="Whether to ask for journals too, which Xero grants to its highest tier alone.",
    )
    login_url: str = base_url("https://login.xero.com", "the consent pages")
    identity_url: str = base_url("https://identity.xero.com", "the token endpoint")
    api_url: str = base_url("https://api.xero.com", "the API and of /connections")
    page_size: int = records_at_once(1_000)
    calls_at_once: int = calls(5, "at once for an organisation")
    calls_per_minute: int = calls(60, "a minute for an organisation")
    calls_per_day: int = calls(5_000, "a day for an organisation, fewer in some plans")
    app_calls_per_minute: int = calls(10_000, "a minute for all organisations together")
