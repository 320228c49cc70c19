"""The Xero simulator, declared."""

from collections.abc import Mapping

from local.providers.kit.auth import OAuth, Tenancy
from local.providers.kit.declared import Simulated
from local.providers.kit.simulate import simulate
from local.providers.kit.throttle import Limited
from local.providers.simulation.limits import Remaining
from local.providers.simulation.simulator import Provider, Simulator
from local.providers.xero.answers import refuse, too_many, xml_stand_in
from local.providers.xero.hooks import webhooks
from local.providers.xero.identity import Connections, mint
from local.providers.xero.reports import REPORTS
from local.providers.xero.resources import RESOURCES
from local.providers.xero.truth import truth

READ_OR_WRITE = (
    *("transactions", "invoices", "payments", "banktransactions", "manualjournals"),
    *("contacts", "settings", "attachments"),
)
READ_ONLY = (
    *("journals", "budgets", "reports", "reports.balancesheet", "reports.profitandloss"),
    *("reports.banksummary", "reports.trialbalance", "reports.aged", "reports.tenninetynine"),
)
SCOPES = frozenset(
    {
        *("openid", "profile", "email", "offline_access", "paymentservices"),
        *(f"accounting.{name}" for name in READ_OR_WRITE),
        *(f"accounting.{name}.read" for name in READ_OR_WRITE + READ_ONLY),
    }
)


def _remains(remaining: Remaining) -> Mapping[str, str]:
    return {
        "X-DayLimit-Remaining": str(remaining["day"]),
        "X-MinLimit-Remaining": str(remaining["minute"]),
        "X-AppMinLimit-Remaining": str(remaining["appminute"]),
    }


def declared() -> Simulated:
    """Declare Xero; events of its webhooks are numbered from one."""
    return Simulated(
        title="Xero",
        root="/api.xro/2.0",
        auth=OAuth(
            authorize="/identity/connect/authorize",
            token="/connect/token",  # noqa: S106 - an address
            revocation="/connect/revocation",
            scopes=SCOPES,
            refreshes="offline_access",
            many=True,
            mint=mint,
        ),
        tenancy=Tenancy(by="header", header="xero-tenant-id"),
        reach=lambda simulator: Connections(simulator.world),
        resources=(*RESOURCES, *REPORTS),
        any_case=True,
        instead=xml_stand_in,
        problem=refuse,
        limits=Limited(refuse=too_many, tell=_remains),
        webhooks=webhooks(),
        truth=truth,
    )


def PROVIDER(simulator: Simulator) -> Provider:  # noqa: N802 - as every provider is found by
    """Put Xero on a simulator."""
    return simulate(declared())(simulator)
