"""A declared provider on the shared machinery."""

from collections.abc import Callable, Mapping, Sequence

from pydantic import JsonValue, TypeAdapter
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
from local.providers.oauth.grants import Grant
from local.providers.simulation.shelves import Shelf
from local.providers.simulation.simulator import Provider, Simulator

_CUT_OFF = TypeAdapter(list[str])


class Declared:
    """A provider made of its declaration."""

    def __init__(self, simulated: Simulated, simulator: Simulator) -> None:
        self._simulated, self._simulator = simulated, simulator
        self.title = simulated.title
        self.oauth = open_server(simulated.auth, simulator)
        self._gate = Gate(simulated, simulator)
        self.oauth.on_consent.append(self._reconnect)
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
            *Api(simulated, self._gate, simulator.clock).routes(),
        ]

    def layer(self, app: ASGIApp) -> ASGIApp:
        """Put the limits around the application."""
        root = self._simulated.root
        paths = {
            root.partition("{")[0] + (each.path if "{" not in root else "")
            for each in self._simulated.resources
        }
        counted = Counted(
            lambda path: path.startswith(tuple(paths)),
            lambda request: self._gate.tenant_of(request, root),
        )
        at = (self._simulator.limiter, self._simulator.clock)
        return Throttle(app, self._simulated.limits, counted, at)

    def tenant_of(self, headers: Headers) -> str | None:
        """Read the organisation that a call is about, where a header says so."""
        tenancy = self._simulated.tenancy
        return headers.get(tenancy.header) if tenancy.by == "header" else None

    def disconnect(self, tenant: str) -> bool:
        """Cut an organisation off, until it is consented to again."""
        known = tenant not in self._gate.cut_off
        self._gate.cut_off.add(tenant)
        return known

    def remember(self) -> JsonValue:
        """Give what is cut off."""
        return [*sorted(self._gate.cut_off)]

    def recall(self, kept: JsonValue) -> None:
        """Take back what is cut off."""
        self._gate.cut_off = set(_CUT_OFF.validate_python(kept))

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
        return {each.name: self._shelf(each, book) for each in self._simulated.resources}

    def _shelf(self, resource: Resource, book: Book) -> Shelf:
        telling = Telling(book, self._simulator.clock.now())
        records = [each for each in resource.records(book) if not resource.gone(each)]
        return Shelf(records, resource.key, lambda each: resource.shape(each, telling))

    def _reconnect(self, grant: Grant) -> None:
        self._gate.cut_off -= set(grant.tenants)


def simulate(simulated: Simulated) -> Callable[[Simulator], Provider]:
    """Make a provider of a declaration; a `provider.py` keeps it as its `PROVIDER`."""
    return lambda simulator: Declared(simulated, simulator)
