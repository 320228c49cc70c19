"""The Xero simulator: its own parts, put on the shared ones."""

from collections.abc import Mapping, Sequence

from pydantic import JsonValue
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from local.providers.books.book import Book
from local.providers.kit.throttle import Throttle
from local.providers.oauth.protocol import OAuthServer
from local.providers.oauth.routes import Addresses, OAuthRoutes
from local.providers.simulation.shelves import Shelf
from local.providers.simulation.simulator import Simulator
from local.providers.xero.api import AccountingApi
from local.providers.xero.hooks import webhooks
from local.providers.xero.identity import Connections, Identity
from local.providers.xero.resources import RESOURCES, Resource, Telling
from local.providers.xero.throttle import COUNTED, LIMITED, tenant_of
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


class Xero:
    """Xero, as the shared machinery sees it."""

    title = "Xero"
    tenant_of = staticmethod(tenant_of)

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        simulator.api = "/api.xro/*"
        simulator.hooks.scheme = webhooks()
        self.connections = Connections(simulator.grants, simulator.world)
        self._identity = Identity(simulator.grants, self.connections)
        self.oauth = OAuthServer(
            simulator.grants, simulator.client, scopes=SCOPES, mint=self._identity.mint
        )
        self.oauth.on_consent.append(self.connections.connect)
        self.oauth.on_revoke.append(self.connections.disconnect_grant)

    def routes(self) -> Sequence[BaseRoute]:
        """List the provider's routes."""
        simulator = self._simulator
        addresses = Addresses(
            authorize="/identity/connect/authorize",
            token="/connect/token",  # noqa: S106 - an address
            revocation="/connect/revocation",
            title="Xero",
        )
        return [
            *OAuthRoutes(self.oauth, simulator.world, addresses).routes(),
            *self._identity.routes(),
            *AccountingApi(simulator, self._identity).routes(),
        ]

    def layer(self, app: ASGIApp) -> ASGIApp:
        """Put the limits around the application."""
        at = (self._simulator.limiter, self._simulator.clock)
        return Throttle(app, LIMITED, COUNTED, at)

    def disconnect(self, tenant: str) -> bool:
        """Disconnect a tenant, as its user would in Xero."""
        return self.connections.disconnect(tenant)

    def remember(self) -> JsonValue:
        """Give the connections."""
        return self.connections.remember()

    def recall(self, kept: JsonValue) -> None:
        """Take the connections back."""
        self.connections.recall(kept)

    def truth(self, book: Book) -> dict[str, dict[str, dict[str, str]]]:
        """Tell what a reader should have of a book."""
        return truth(book)

    def native(self, book: Book, only: frozenset[str] | None = None) -> dict[str, list[object]]:
        """Tell every record of a book in Xero's full shape, by collection."""
        today = self._simulator.clock.now().date()
        telling = Telling(book, today)
        return {
            resource.name: [resource.tell(each, telling) for each in resource.records(book)]
            for resource in RESOURCES.values()
            if only is None or resource.name in only
        }

    def shelves(self, book: Book) -> Mapping[str, Shelf]:
        """Give the lists of a book, for people to look at."""
        telling = Telling(book, self._simulator.clock.now().date())
        return {resource.name: _shelf(resource, book, telling) for resource in RESOURCES.values()}


def _shelf(resource: Resource, book: Book, telling: Telling) -> Shelf:
    return Shelf(
        list(resource.records(book)),
        lambda each: resource.key(each)[0],
        lambda each: resource.tell(each, telling),
    )


PROVIDER = Xero
