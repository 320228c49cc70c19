"""A declared provider on the shared machinery."""

from collections.abc import Callable, Mapping, Sequence

from pydantic import JsonValue
from starlette.datastructures import Headers
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from local.providers.books.book import Book
from local.providers.books.truth import Truth
from local.providers.kit.api import Api
from local.providers.kit.declared import Resource, Simulated, Telling
from local.providers.kit.doors import door_routes, open_server
from local.providers.kit.gate import Gate
from local.providers.kit.throttle import Counted, Throttle
from local.providers.simulation.shelves import Shelf
from local.providers.simulation.simulator import Provider, Simulator


class Declared:
    """A provider made of its declaration."""

    def __init__(self, simulated: Simulated, simulator: Simulator) -> None:
        self._simulated, self._simulator = simulated, simulator
        self.title = simulated.title
        self.oauth = open_server(simulated.auth, simulator)
        self._gate = Gate(simulated, simulator)
        self.oauth.on_consent.append(self._gate.reach.connect)
        self.oauth.on_revoke.append(self._gate.reach.revoked)
        simulator.hooks.scheme = simulated.webhooks
        simulator.api = f"{simulated.root.partition('{')[0]}*"
        if simulator.settings.limits is None:
            simulator.limiter.limits = simulated.limits.limits

    def routes(self) -> Sequence[BaseRoute]:
        """List the provider's routes."""
        simulated, simulator = self._simulated, self._simulator
        return [
            *door_routes(simulated.auth, simulator, self.oauth, self.title),
            *self._gate.routes(),
            *Api(simulated, self._gate, simulator).routes(),
        ]

    def layer(self, app: ASGIApp) -> ASGIApp:
        """Put the limits around the application."""
        root, any_case = self._simulated.root, self._simulated.any_case
        paths = {
            root.partition("{")[0] + (each.path if "{" not in root else "")
            for each in self._simulated.resources
        }
        begins = tuple(path.lower() if any_case else path for path in paths)
        counted = Counted(
            lambda path: (path.lower() if any_case else path).startswith(begins),
            lambda request: self._gate.tenant_of(request, root),
        )
        at = (self._simulator.limiter, self._simulator.clock)
        return Throttle(app, self._simulated.limits, counted, at)

    def tenant_of(self, headers: Headers) -> str | None:
        """Read the organisation that a call is about, where its headers say so."""
        return self._simulated.tenancy.told_by(headers) or None

    def disconnect(self, tenant: str) -> bool:
        """Take an organisation from the application, until it is consented to again."""
        return self._gate.reach.disconnect(tenant)

    def remember(self) -> JsonValue:
        """Give what tokens reach."""
        return self._gate.reach.remember()

    def recall(self, kept: JsonValue) -> None:
        """Take back what tokens reach."""
        self._gate.reach.recall(kept)

    def native(self, book: Book, only: frozenset[str] | None = None) -> dict[str, list[object]]:
        """Tell every record of a book that is listed, by resource."""
        return {
            name: list(shelf.told())
            for name, shelf in self.shelves(book).items()
            if only is None or name in only
        }

    def truth(self, book: Book) -> Truth:
        """Tell what a reader should have of a book."""
        return self._simulated.truth(book)

    def shelves(self, book: Book) -> Mapping[str, Shelf]:
        """Give the lists of a book."""
        shown = (each for each in self._simulated.resources if each.shown)
        return {each.name: self._shelf(each, book) for each in shown}

    def _shelf(self, resource: Resource, book: Book) -> Shelf:
        telling = Telling(book, self._simulator.clock.now(), slip=self._simulator.slip)
        records = [each for each in resource.records(book) if not resource.gone(each)]
        return Shelf(records, resource.key, lambda each: resource.shape(each, telling))


def simulate(simulated: Simulated) -> Callable[[Simulator], Provider]:
    """Make a provider of a declaration; a `provider.py` keeps it as its `PROVIDER`."""
    return lambda simulator: Declared(simulated, simulator)
