"""Where Xero is, and as whom we come; a simulator takes its place by other URLs."""

from __future__ import annotations

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class XeroSettings(BaseSettings):
    """The app at Xero; its client secret is in the vault, as `xero-client-secret`."""

    model_config = SettingsConfigDict(
        env_prefix="CAUSEWAY_XERO_", env_ignore_empty=True, extra="ignore", frozen=True
    )

    client_id: str = Field(
        default="", description="Client id of the app registered at Xero; nobody can link without."
    )
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
    login_url: str = Field(
        default="https://login.xero.com", description="Base URL of the consent pages."
    )
    identity_url: str = Field(
        default="https://identity.xero.com", description="Base URL of the token endpoint."
    )
    api_url: str = Field(
        default="https://api.xero.com", description="Base URL of the API and of /connections."
    )
    page_size: int = Field(
        default=1_000,
        ge=1,
        le=1_000,
        description="Records to ask for at once; fewer take more calls and less memory.",
    )
    calls_at_once: int = Field(
        default=5, ge=0, description="Calls at once for an organisation; 0 counts none."
    )
    calls_per_minute: int = Field(
        default=60, ge=0, description="Calls a minute for an organisation; 0 counts none."
    )
    calls_per_day: int = Field(
        default=5_000,
        ge=0,
        description="Calls a day for an organisation, fewer in some plans; 0 counts none.",
    )
    app_calls_per_minute: int = Field(
        default=10_000,
        ge=0,
        description="Calls a minute for all organisations together; 0 counts none.",
    )
