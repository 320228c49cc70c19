"""A connection, its custodian and its link flow, against the Xero simulator over real HTTP."""

from __future__ import annotations

import html
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any, Literal
from urllib.parse import parse_qsl, urlsplit

import httpx
from pydantic import SecretStr
from sqlalchemy import Row, Table, insert, select, update

from functions.xero import connector
from functions.xero.settings import XeroSettings
from local.providers.books.generate import Story
from local.providers.simulation.calls import Call, Match
from local.providers.simulation.clock import ShiftableClock
from local.providers.simulation.serve import listen, server
from local.providers.simulation.simulator import CLIENT_ID, CLIENT_SECRET, Settings, Simulator
from local.providers.start import build
from shared_code.connect.addresses import Addresses
from shared_code.connect.auth.clients import OAuthClient
from shared_code.connect.auth.declared import OAuth
from shared_code.connect.browser import Request, Response
from shared_code.connect.link import LinkFlow
from shared_code.connect.status import AccessLoss
from shared_code.connector.assembly import tenant_steps
from shared_code.custody.custodian import Custodian
from shared_code.custody.grants import GrantRules, Owner
from shared_code.custody.refreshing import TOKEN_CALL_SECONDS, Claims, Held
from shared_code.custody.sealing import Sealer
from shared_code.custody.withdrawing import Withdrawal
from shared_code.errors import Retry
from shared_code.fetch.door import Door
from shared_code.fetch.egress import Bounds
from shared_code.fetch.network import tls_context
from shared_code.ports.clock import Clock
from shared_code.ports.vault import Vault
from shared_code.ports.vault.file import FileVault
from shared_code.ports.vault.port import Secret
from shared_code.store.database import Database
from shared_code.store.schema import companies, connections
from tests.support.postgres import PostgresServer
from tests.support.stores import empty_store

CLIENT = "client"
COMPANY = "11111111-1111-4111-8111-111111111111"
CONNECTION = "22222222-2222-4222-8222-222222222222"
PUBLIC_URL = "http://127.0.0.1:7071"
STORY = Story(invoices=20)
REFRESH, EXCHANGE = "refresh_token", "authorization_code"


class Mailbox:
    """The queue port as a list."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    def send(self, queue: str, text: str) -> None:
        self.sent.append((queue, text))


class ShiftedClock:
    """The machine's time, moved by the test; its pauses are real, and short."""

    def __init__(self) -> None:
        self._shift = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._shift

    def sleep(self, seconds: float) -> None:
        time.sleep(min(seconds, 0.05))

    def advance(self, seconds: float) -> None:
        self._shift += timedelta(seconds=seconds)


class Cut(BaseException):
    """The power goes: nothing may catch it."""


class Wire(httpx.BaseTransport):
    """The network, which the test can cut once an answer has come."""

    def __init__(self) -> None:
        self._network = httpx.HTTPTransport(tls_context(), trust_env=False)
        self.after: Callable[[httpx.Request], None] = lambda _: None

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._network.handle_request(request)
        body = b"".join(answer.iter_raw())
        self.after(request)
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=httpx.ByteStream(body)
        )

    def close(self) -> None:
        self._network.close()

    def cut_at(self, path: str) -> None:
        """Lose the power right after the provider has answered a call to `path`, once."""

        def cut(request: httpx.Request) -> None:
            if request.url.path == path:
                self.after = lambda _: None
                raise Cut

        self.after = cut


class DeafVault(FileVault):
    """A vault that does not answer."""

    def get(self, name: str, version: str | None = None) -> Secret:
        raise Retry("The vault cannot be reached.", f"asked for {name} {version}")


@dataclass
class Browser:
    """A browser: its cookies, and whoever sits before it."""

    rig: Rig
    cookies: dict[str, str] = field(default_factory=dict)

    def start(self, connection_id: str = CONNECTION, company_id: str = COMPANY) -> str:
        """Open the link and follow it to the provider; gives the consent page's address."""
        query = {"companyId": company_id, "connectionId": connection_id}
        answer = self.rig.flow.authorize(Request(query=query, cookies=self.cookies))
        assert answer.status == 302, answer.body
        name, _, rest = answer.headers["Set-Cookie"].partition("=")
        self.cookies[name] = rest.partition(";")[0]
        return answer.headers["Location"]

    def consent(self, page: str, *organisations: str) -> dict[str, str]:
        """Choose organisations (or none: cancel); gives what the provider sends back."""
        decision = "allow" if organisations else "cancel"
        form = {"organisation": list(organisations), "decision": decision}
        answer = httpx.post(page, data=form, trust_env=False)
        assert answer.status_code in (302, 303), answer.text
        return dict(parse_qsl(urlsplit(answer.headers["location"]).query))

    def come_back(self, query: dict[str, str]) -> Response:
        """Arrive at the callback."""
        return self.rig.flow.callback(Request(query=query, cookies=self.cookies))

    def link(self, *organisations: str, connection_id: str = CONNECTION) -> Response:
        """Go the whole way."""
        return self.come_back(self.consent(self.start(connection_id), *organisations))

    def choose(self, state: str, tenant: str) -> Response:
        """Post the choice of an organisation."""
        form = {"state": state, "tenant": tenant}
        return self.rig.flow.choose_tenant(Request(form=form, cookies=self.cookies))


@dataclass
class Rig:
    """Everything around one connection that waits to be linked."""

    url: str
    simulator: Simulator
    db: Database
    queue: Mailbox
    clock: Clock
    vault: Vault
    wire: Wire
    rules: GrantRules
    public_url: str = PUBLIC_URL

    def __post_init__(self) -> None:
        declared = connector(
            XeroSettings(
                client_id=CLIENT_ID, login_url=self.url, identity_url=self.url, api_url=self.url
            )
        )
        door = Door(declared.hosts, transport=self.wire, bounds=Bounds(TOKEN_CALL_SECONDS))
        assert isinstance(declared.auth, OAuth)
        spec = replace(declared.auth, rules=self.rules)
        self.sealer = Sealer(self.vault, "xero")
        self.oauth = OAuthClient(spec, way=door, vault=self.vault, clock=self.clock)
        tenants_of, disconnect = tenant_steps(declared, door)
        self.custodian = Custodian(
            claims=Claims(self.db, self.clock, self.sealer, self.rules),
            queue=self.queue,
            issuer=self.oauth,
            withdrawal=Withdrawal(self.db, "xero", self.oauth, self.rules, disconnect),
            lose_access=AccessLoss(Addresses(self.public_url)).deauthorise_and_end,
        )
        self.flow = LinkFlow(
            db=self.db,
            queue=self.queue,
            clock=self.clock,
            sealer=self.sealer,
            auth=self.oauth,
            integration=declared.source.integration,
            public_url=self.public_url,
            list_tenants=tenants_of,
            disconnect=disconnect,
        )

    def browser(self) -> Browser:
        return Browser(self)

    def token(self, connection_id: str = CONNECTION) -> str:
        """A connection's access token, as a sync gets it."""
        return self.custodian.access_token(COMPANY, connection_id).get_secret_value()

    def api_status(self, token: str, connection_id: str = CONNECTION) -> int:
        """How the provider answers a call with a token."""
        headers = {
            "Authorization": f"Bearer {token}",
            "Xero-tenant-id": self.connection(connection_id).tenant_id,
            "Accept": "application/json",
        }
        path = "/api.xro/2.0/Organisation"
        return httpx.get(f"{self.url}{path}", headers=headers, trust_env=False).status_code

    def token_calls(self, kind: str) -> list[Call]:
        """The ledger's calls to the token endpoint of one grant type."""
        return self.simulator.calls.matching(Match(path="/connect/token", detail=kind))

    def revocations(self) -> list[Call]:
        return self.simulator.calls.matching(Match(path="/connect/revocation"))

    def disconnections(self) -> list[int | None]:
        """How the provider answered whenever an organisation was disconnected."""
        calls = self.simulator.calls.matching(Match(path="/connections/*", method="DELETE"))
        return [each.status for each in calls]

    def tenants(self) -> list[str]:
        """The ids of the simulator's organisations, in its order."""
        return [company.id for company in self.simulator.world.companies]

    def held(self) -> Held | None:
        return self.custodian.claims.read(Owner(COMPANY, CONNECTION))

    def connection(self, connection_id: str = CONNECTION) -> Row[Any]:
        with self.db.read() as tx:
            return tx.execute(select(connections).where(connections.c.id == connection_id)).one()

    def set_connection(self, connection_id: str = CONNECTION, **values: object) -> None:
        with self.db.write() as tx:
            tx.execute(
                update(connections).where(connections.c.id == connection_id).values(**values)
            )

    def rows(self, table: Table) -> Sequence[Row[Any]]:
        with self.db.read() as tx:
            return tx.execute(select(table)).all()

    def new_connection(self, connection_id: str, *, company_id: str = COMPANY) -> str:
        """Add another connection that waits to be linked."""
        with self.db.write() as tx:
            tx.execute(insert(connections).values(_connection(connection_id, company_id)))
        return connection_id


def state_of(body: str) -> str:
    """The state in the form of a page on which a tenant is chosen."""
    found = re.search(r'name="state" value="([^"]+)"', body)
    assert found
    return html.unescape(found[1])


def _connection(connection_id: str, company_id: str = COMPANY) -> dict[str, object]:
    return {
        "company_id": company_id,
        "id": connection_id,
        "client_id": CLIENT,
        "platform": "xero",
        "status": "PendingAuth",
        "epoch": 0,
        "created_at": datetime(2029, 1, 1, tzinfo=UTC),
    }


@contextmanager
def open_rig(  # noqa: PLR0913 - a test says what differs from the usual
    folder: Path,
    clock: Clock,
    *,
    place: Path | PostgresServer | None = None,
    grace: timedelta = timedelta(minutes=30),
    reach: Literal["grant", "tenant", "user"] = "user",
    public_url: str = PUBLIC_URL,
) -> Iterator[Rig]:
    """Serve a simulator, and put a company with one unlinked connection beside it."""
    settings = Settings(
        story=STORY, organisations=3, grace=grace, rate_limit=False, redirect_uris=()
    )
    with empty_store(place or folder) as db:
        with db.write() as tx:
            facts = {"name": "Acme", "tags": {}, "created_at": datetime(2029, 1, 1, tzinfo=UTC)}
            tx.execute(insert(companies).values(id=COMPANY, client_id=CLIENT, **facts))
            tx.execute(insert(connections).values(_connection(CONNECTION)))
        vault = FileVault(folder / "vault.json")
        vault.set("xero-client-secret", SecretStr(CLIENT_SECRET))
        rules = GrantRules(
            refresh_grace=grace,
            idle_limit=timedelta(days=60),
            revocation_reach=reach,
        )
        wire = Wire()
        with _serving(settings, clock) as (url, simulator):
            yield Rig(url, simulator, db, Mailbox(), clock, vault, wire, rules, public_url)
        wire.close()


@contextmanager
def _serving(settings: Settings, clock: Clock) -> Iterator[tuple[str, Simulator]]:
    simulator, application = build("xero", settings, clock=ShiftableClock(source=clock.now))
    listener = listen(0)
    running = server(application, simulator.transports)
    thread = Thread(target=running.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", simulator
    finally:
        running.should_exit = True
        thread.join(10)
        listener.close()
