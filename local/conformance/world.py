"""A connector at work against its simulator: the platform's own parts, in a folder of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Protocol
from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy import insert

from local.conformance.browser import Browser
from local.conformance.clock import StoryClock
from local.conformance.company import Company, new_id
from local.conformance.hosts import door_of
from local.conformance.observing import Observed, observe
from local.conformance.simulator import Call, Simulator
from local.conformance.store import CuttableDatabase
from shared_code.connect.addresses import Addresses
from shared_code.connect.auth.declared import ClientCredentials, TokenEndpoint
from shared_code.connector.assembly import ConnectorPorts, Parts, assemble
from shared_code.connector.declaration import Connector
from shared_code.fetch.paging import START
from shared_code.fetch.provider import Provider
from shared_code.limits import Limits
from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.ports.clock import Clock
from shared_code.ports.vault.file import FileVault
from shared_code.spec import Resource
from shared_code.store.database import open_database
from shared_code.store.migrations import migrate
from shared_code.store.schema import companies, connections
from shared_code.sync.pipeline import Habits

PUBLIC_URL = "http://127.0.0.1:7071"
CLIENT = "conformance"
PAGE = 25
"""Records of a page, where the connector's own number would make one page of everything."""


class Case(Protocol):
    """What the author of a connector says of it."""

    records: ClassVar[int]
    page: ClassVar[int | None]

    def simulated(self, clock: Clock, records: int) -> AbstractContextManager[Simulator]:
        """Serve the simulator."""
        ...

    def declare(self, simulator: Simulator) -> Connector:
        """Declare the connector for the place where the simulator is."""
        ...


class Mailbox:
    """The queue port: messages are wake-up calls, and the checks are awake."""

    def send(self, queue: str, text: str) -> None:
        """Forget the message."""


@dataclass(repr=False)
class World:
    """Everything around a connector; `secrets` is what may be written nowhere."""

    simulator: Simulator
    connector: Connector
    parts: Parts
    ports: ConnectorPorts
    db: CuttableDatabase
    clock: StoryClock
    folder: Path
    catalogued: tuple[str, ...]
    """What the catalogue says that the connector reads."""
    secrets: set[str] = field(default_factory=set)
    limits: Limits = field(default_factory=Limits)
    """What the connector declares; lifted but for the checks of limits."""

    def __post_init__(self) -> None:
        """Keep the first tenant as it is, and give the others out one by one.

        The third is the one that is observed: what was seen must not hang on which checks ran. In
        the books of the simulators at hand it has documents of every status.
        """
        self.pristine, second, self.watched, *others = self.simulator.organisations()
        self._tenants = iter([second, *others])

    def tenant(self) -> str:
        """Give a tenant that nobody has read or edited."""
        tenant = next(self._tenants, None)
        assert tenant is not None, "the simulator has too few organisations"
        return tenant

    @cached_property
    def settled(self) -> Company:
        """A company that was read whole, without trouble, and is left alone since."""
        company, since = self.company(), self.last_call()
        company.sync_first()
        company.undisturbed = self.asked(since)
        return company

    @cached_property
    def patient(self) -> Company:
        """A company that was read whole, with which troubles may be tried one after another."""
        company = self.company()
        company.sync_first()
        return company

    def forget_grants(self) -> None:
        """Make what is shared anew when it is asked for again: all grants are gone."""
        for shared in ("settled", "patient"):
            self.__dict__.pop(shared, None)

    @cached_property
    def observed(self) -> Observed:
        """What became of a company whose books were edited in every way."""
        return observe(self, self.watched)

    @property
    def data_types(self) -> tuple[str, ...]:
        """All that the connector declares, in the order in which it is read."""
        return declared_types(self.connector)

    def company(self, organisation: str | None = None) -> Company:
        """Make a company and link it; its first sync is ordered and not driven yet."""
        company = self.unlinked()
        company.link(organisation or self.pristine)
        return company

    def fresh_company(self, organisation: str | None = None) -> Company:
        """Make a linked company that reads what it is told to, and nothing by itself."""
        company = self.company(organisation)
        company.forget_first_sync()
        return company

    def unlinked(self) -> Company:
        """Make a company with one connection that waits to be linked."""
        company_id, connection_id, now = new_id(), new_id(), self.clock.now()
        mine = {"client_id": CLIENT, "created_at": now}
        with self.db.write() as tx:
            tx.execute(insert(companies).values(id=company_id, name="Acme", tags={}, **mine))
            tx.execute(
                insert(connections).values(
                    company_id=company_id,
                    id=connection_id,
                    platform=self.connector.platform,
                    status="PendingAuth",
                    epoch=0,
                    **mine,
                )
            )
        return Company(self, company_id, connection_id)

    def browser(self) -> Browser:
        """Open a browser that nobody has met."""
        return Browser(self)

    def last_call(self) -> int:
        """Where the ledger of calls stands."""
        return max((each.seq for each in self.simulator.calls()), default=0)

    def asked(self, since: int = 0, path: str | None = None) -> list[Call]:
        """The calls since then whose path ends like one of the lists, or like `path`."""
        paths = [path] if path else [each.path for each in self.connector.source.resources]
        ends = tuple(urlsplit(each).path for each in paths)
        return [each for each in self.simulator.calls(since=since) if each.path.endswith(ends)]

    def refreshes(self, since: int) -> int:
        """How often tokens were renewed since then."""
        auth, calls = self.connector.auth, self.simulator.calls(since=since)
        renewing = "refresh_token"
        if isinstance(auth, ClientCredentials):
            renewing = auth.grant_type or ""
        return sum(each.grant_type == renewing for each in calls)

    @property
    def allowed(self) -> set[tuple[str, int]]:
        """Host and port of all that the connector declared, and of the simulator."""
        urls = [urlsplit(each) for each in (*self.connector.hosts, self.simulator.url)]
        ports = {"https": 443, "http": 80}
        return {(url.hostname or "", url.port or ports[url.scheme]) for url in urls}

    def reach_with(self, token: str, provider: Provider) -> int:
        """The provider's status for a call with a token that somebody has kept, and the way."""
        first = self.connector.source.resources[0]
        asked = first.paging.ask(first.paging.merge([START], self.clock.now()))
        url = self.connector.source.base_url + first.path
        return provider._send(url, asked, SecretStr(token)).status_code

    @contextmanager
    def trouble(self, **fault: object) -> Iterator[None]:
        """Let the simulator misbehave as long as the context lasts."""
        self.simulator.misbehave(**fault)
        try:
            yield
        finally:
            self.simulator.behave()

    @contextmanager
    def limited(self, limits: Limits, allowed: Mapping[str, int]) -> Iterator[World]:
        """Put limits in force: the connector's, and those of the simulator, some by new amounts."""
        source = replace(self.connector.source, limits=limits)
        connector = replace(self.connector, source=source)
        parts = assemble(connector, self.ports, Addresses(PUBLIC_URL), Habits())
        self.simulator.limit(allowed)
        try:
            limited = replace(self, connector=connector, parts=parts)
            # What was given out stays given out.
            limited._tenants = self._tenants
            yield limited
        finally:
            self.simulator.limit(None)
            parts.close()

    @cached_property
    def longest(self) -> Resource:
        """The list that takes most pages: where trouble in the middle can happen."""
        pages = self.settled.pages()
        feeding = [each for each in self.connector.source.resources if each.feeds]
        return max(feeding, key=lambda each: pages.get(each.name, 0))


@contextmanager
def open_world(case: Case, folder: Path) -> Iterator[World]:
    """Serve the simulator, and run the connector beside it with nothing but real parts."""
    clock = StoryClock()
    with case.simulated(clock, case.records) as simulator:
        declared = case.declare(simulator)
        connector = _in_small_pages(_whole(declared), case.page)
        db = CuttableDatabase(open_database(f"sqlite:///{folder / 'store.db'}").engine)
        migrate(db)
        vault, door = FileVault(folder / "vault.json"), door_of(connector.hosts, simulator.url)
        auth = connector.auth
        secrets: set[str] = set()
        if isinstance(auth, TokenEndpoint) and auth.client_secret_name:
            vault.set(auth.client_secret_name, SecretStr(simulator.client_secret))
            secrets.add(simulator.client_secret)
            # As a header shows both, which no spelling of either is a part of.
            secrets.add(f"{simulator.client_id}:{simulator.client_secret}")
        ports = ConnectorPorts(db, FolderBlobs(folder / "blobs"), Mailbox(), clock, vault, door)
        parts = assemble(connector, ports, Addresses(PUBLIC_URL), Habits())
        known = declared.source.integration.data_types
        world = World(
            *(simulator, connector, parts, ports, db, clock, folder, known, secrets),
            limits=declared.source.limits,
        )
        try:
            yield world
        finally:
            parts.close()
            db.close()


def declared_types(connector: Connector) -> tuple[str, ...]:
    """List the data types that a connector's resources feed, in the order of reading."""
    fed = [feed.data_type for each in connector.source.resources for feed in each.feeds]
    return tuple(dict.fromkeys(fed))


def _whole(connector: Connector) -> Connector:
    """Let the first sync read all that is declared, whatever the catalogue knows of it.

    Limits are lifted, as the simulator's are.
    """
    source = connector.source
    integration = replace(source.integration, data_types=declared_types(connector))
    whole = replace(source, integration=integration, limits=Limits())
    return replace(connector, source=whole)


def _in_small_pages(connector: Connector, size: int | None) -> Connector:
    """Ask for small pages, so that a small book has many."""
    if size is None:
        return connector
    resources = tuple(
        replace(each, paging=_small(each.paging, size)) for each in connector.source.resources
    )
    return replace(connector, source=replace(connector.source, resources=resources))


def _small(paging: Any, size: int) -> Any:  # noqa: ANN401 - strategies have fields of their own
    if inner := getattr(paging, "inner", None):
        return replace(paging, inner=_small(inner, size))
    for name in ("page_size", "size"):
        if getattr(paging, name, 0) > size:
            small = replace(paging, **{name: size})
            # A provider that is not told keeps to its own.
            return small if small.ask(START) != paging.ask(START) else paging
    return paging
