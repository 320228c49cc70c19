"""Put a simulator together: the shared machinery, and one provider on it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
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
from local.providers.simulation.faults import FaultScript
from local.providers.simulation.layers import Misbehaviour, Recorder, Transports
from local.providers.simulation.limits import Limiter, Limits
from local.providers.simulation.world import World

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
    grace: timedelta = timedelta(minutes=30)
    rate_limit: bool = True
    data: Path | None = None
    limits: Limits = field(default_factory=Limits)


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


class Simulator:
    """The state of one simulated provider."""

    def __init__(self, settings: Settings, *, clock: ShiftableClock | None = None) -> None:
        self.settings = settings
        self.clock = clock or ShiftableClock()
        self.world = World(settings.story, organisations=settings.organisations)
        self.calls = CallLedger()
        self.script = FaultScript()
        self.transports = Transports()
        self.limiter = Limiter(settings.limits, enabled=settings.rate_limit)
        self.grants = GrantStore(self.clock, TokenPolicy(grace=settings.grace))
        self.client = Client(settings.client_id, settings.client_secret, settings.redirect_uris)

    def surround(self, app: ASGIApp, provider: Provider) -> ASGIApp:
        """Put the layers around an application: recorder, limits, misbehaviour, from outside."""
        behaving = Misbehaviour(app, script=self.script, transports=self.transports)
        return Recorder(
            provider.layer(behaving),
            calls=self.calls,
            clock=self.clock,
            tenant_of=provider.tenant_of,
        )
