"""Put a simulator together: the shared machinery, and one provider on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Protocol

from pydantic import JsonValue
from starlette.datastructures import Headers
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from local.providers.books.book import Book
from local.providers.books.generate import Story
from local.providers.oauth.grants import GrantStore, TokenPolicy
from local.providers.oauth.protocol import Client, OAuthServer
from local.providers.simulation.calls import CallLedger
from local.providers.simulation.clock import ShiftableClock
from local.providers.simulation.editing import changes_of
from local.providers.simulation.faults import Action, FaultScript
from local.providers.simulation.hooks import Hooks
from local.providers.simulation.layers import Misbehaviour, OwnPages, Recorder, Transports
from local.providers.simulation.limits import Limiter, Limits
from local.providers.simulation.misbehaviour import Switches
from local.providers.simulation.orders import EditOrder
from local.providers.simulation.shelves import Shelf
from local.providers.simulation.world import Company, World

CLIENT_ID = "causeway-demo"
CLIENT_SECRET = "causeway-demo-secret"  # noqa: S105 - documented, for simulators only


@dataclass(frozen=True, slots=True)
class Settings:
    """What a simulator is started with."""

    story: Story = field(default_factory=Story)
    organisations: int = 3
    client_id: str = CLIENT_ID
    client_secret: str = CLIENT_SECRET
    redirect_uris: tuple[str, ...] = ()
    grace: timedelta | None = None
    """How long a used refresh token still works; None as the provider has it."""
    rate_limit: bool = True
    data: Path | None = None
    limits: Limits | None = None
    """None for the provider's own."""


class Provider(Protocol):
    """What a provider adds to the shared machinery."""

    title: str
    oauth: OAuthServer

    def routes(self) -> Sequence[BaseRoute]:
        """List the provider's routes."""

    def layer(self, app: ASGIApp) -> ASGIApp:
        """Put the provider's limits around the application."""

    def tenant_of(self, headers: Headers) -> str | None:
        """Read the tenant that a call is about."""

    def disconnect(self, tenant: str) -> bool:
        """Disconnect a tenant; false when it is not connected."""

    def remember(self) -> JsonValue:
        """Give what of the provider's own state outlives a restart."""

    def recall(self, kept: JsonValue) -> None:
        """Take back what `remember` gave."""

    def native(self, book: Book, only: frozenset[str] | None = None) -> dict[str, list[object]]:
        """Tell the records of a book in the provider's shapes."""

    def shelves(self, book: Book) -> Mapping[str, Shelf]:
        """Give the lists of a book, for people to look at."""

    def truth(self, book: Book) -> dict[str, dict[str, dict[str, str]]]:
        """Tell what a reader should have: amounts by data type, id and property."""


class Simulator:
    """The state of one simulated provider.

    `api` is a pattern of the API's paths, and `keys` are static keys by organisation, where the
    provider has any. `slip` is by how much the provider's own figures are wrong.
    """

    def __init__(self, settings: Settings, *, clock: ShiftableClock | None = None) -> None:
        self.settings = settings
        self.clock = clock or ShiftableClock()
        self.world = World(settings.story, organisations=settings.organisations)
        self.calls = CallLedger()
        self.script = FaultScript(self.clock)
        self.transports = Transports()
        self.limiter = Limiter(settings.limits, enabled=settings.rate_limit)
        usual = TokenPolicy()
        policy = usual if settings.grace is None else replace(usual, grace=settings.grace)
        self.grants = GrantStore(self.clock, policy)
        self.hooks = Hooks()
        self.switches = Switches(self)
        self.api = "*"
        self.slip = Decimal(0)
        self.keys: dict[str, str] = {}
        self.client = Client(settings.client_id, settings.client_secret, settings.redirect_uris)

    async def edit(self, company: Company, order: EditOrder) -> list[str]:
        """Edit the books and tell those who subscribed; gives the changed ids, raises EditError."""
        now = self.clock.now()
        changed = company.edit(order, now)
        await self.hooks.tell(company.id, now, changes_of(company.book, order, changed))
        return changed

    def move_rows(self, tenant: str | None, rows: int) -> None:
        """Touch the invoices and bills changed longest ago, so that all others move up a place."""
        company = self._meant_by(tenant)
        ids = tuple(each.id for each in islice(company.book.invoices, rows))
        company.edit(EditOrder(operation="touch", ids=ids), self.clock.now())

    def crowd(self, tenant: str | None, rows: int) -> None:
        """Import so many invoices, all in one instant."""
        order = EditOrder(operation="import-at-once", count=rows, kind="invoice")
        self._meant_by(tenant).edit(order, self.clock.now())

    def _meant_by(self, tenant: str | None) -> Company:
        """The company that a call is about; the first, where it does not say."""
        return self.world.find(tenant or "") or self.world.companies[0]

    def surround(self, app: ASGIApp, provider: Provider) -> ASGIApp:
        """Put the layers around an application.

        From outside: its own pages' guard, the recorder, limits, misbehaviour.
        """
        edits = {Action.MOVE: self.move_rows, Action.CROWD: self.crowd}
        behaving = Misbehaviour(app, script=self.script, transports=self.transports, edits=edits)
        recording = Recorder(
            provider.layer(behaving),
            calls=self.calls,
            clock=self.clock,
            tenant_of=provider.tenant_of,
        )
        return OwnPages(recording)
