"""Every way to authenticate, declared as a connector would, against one server that asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
from pydantic import SecretStr
from sqlalchemy import Row, select

from shared_code.connect.addresses import Addresses
from shared_code.connect.auth.clients import AuthClient, auth_client
from shared_code.connect.auth.declared import (
    Auth,
    ClientCredentials,
    Granted,
    Keys,
    ListTenants,
    NoTenant,
    OAuth,
    TenantFact,
    Widget,
)
from shared_code.connect.auth.facts import HOST, Asked, Fact, host_of
from shared_code.connect.browser import Request, Response
from shared_code.connect.link import LinkFlow
from shared_code.connect.linking import Linking
from shared_code.connect.migrating import Migration
from shared_code.connect.status import AccessLoss
from shared_code.connect.tenant import Tenant
from shared_code.connector import Connector
from shared_code.connector.assembly import tenant_steps
from shared_code.custody.custodian import Custodian
from shared_code.custody.grants import ALWAYS, GrantRules, Owner
from shared_code.custody.refreshing import Claims, Held
from shared_code.custody.sealing import Sealer
from shared_code.custody.withdrawing import Withdrawal
from shared_code.errors import Reauthorise
from shared_code.fetch.door import Door
from shared_code.fetch.provider import Shown
from shared_code.ports.clock import Clock
from shared_code.ports.vault.file import FileVault
from shared_code.store.schema import grants
from tests.support import shop
from tests.support.authserver import CLIENT_ID, CLIENT_SECRET, AuthServer, Manner
from tests.support.shop import COMPANY, CONNECTION

ID, API = "https://id.example", "https://api.example"
HOSTS = (ID, API)
PUBLIC = "93.184.215.14"


def organisations(granted: Granted) -> Sequence[Tenant]:
    """The list call of a provider."""
    answer = granted.http.get(f"{API}/organisations", headers=granted.headers)
    if answer.status_code == 401:
        raise Reauthorise("no longer")
    return [Tenant(each, each.title()) for each in answer.json()]


def name_of_shop(granted: Granted) -> str:
    """Ask a shop for its name at its own host."""
    answer = granted.http.get(f"https://{granted.facts['shop']}/shop", headers=granted.headers)
    if answer.status_code == 401:
        raise Reauthorise("no longer")
    return "The Shop"


SHOP = Asked(
    "shop",
    "Shop",
    r"[a-z0-9][a-z0-9-]{0,60}\.myshop\.example",
    "Such as acme.myshop.example.",
    clean=host_of,
    host=True,
)
SITE = Asked("shop", "Store", HOST, "Such as shop.example.", clean=host_of, host=True)
KEY = Asked("key", "Key", r"ck_[a-z0-9-]{5,60}", "It begins with ck_.", secret=True)
SECRET = Asked("secret", "Secret", r"cs_[a-z0-9-]{5,60}", "It begins with cs_.", secret=True)
TYPED_ID = Asked("client_id", "Client id", r"[A-Za-z0-9-]{3,80}", "From the developer page.")
TYPED_SECRET = Asked(
    "client_secret", "Client secret", r"[A-Za-z0-9-]{3,80}", "From the developer page.", secret=True
)


@dataclass(frozen=True)
class Case:
    """A strategy, the manner of a server that wants it so, and what the user does."""

    auth: Auth
    manner: Manner
    tenants: ListTenants = organisations
    hosts: tuple[str, ...] = HOSTS
    typed: Mapping[str, str] = field(default_factory=dict)
    redirect: Mapping[str, str] = field(default_factory=dict)
    tenant_id: str = "org-1"

    @property
    def renews(self) -> bool:
        """Whether its tokens can be renewed."""
        return self.manner.life is not None


def oauth(**more: object) -> OAuth:
    """Declare an authorisation code flow that differs from the usual in `more`."""
    usual: dict[str, object] = {
        "authorize_url": "https://login.example/authorize",
        "token_url": f"{ID}/token",
        "revocation_url": f"{ID}/revoke",
        "client_id": CLIENT_ID,
        "client_secret_name": "app-secret",
        "scopes": ("read", "offline"),
    }
    return OAuth(**{**usual, **more})  # type: ignore[arg-type]


IN_BODY = "client_secret_post"
CASES: dict[str, Case] = {
    "code with a proof, rotating": Case(
        oauth(rules=GrantRules(refresh_grace=timedelta(minutes=30))),
        Manner(grace=timedelta(minutes=30)),
    ),
    "code by JSON, secret in the body": Case(
        oauth(pkce=False, encoding="json", client_auth=IN_BODY, revocation_encoding="json"),
        Manner(encoding="json", client_auth="body", pkce=False),
    ),
    "company in the redirect, lasting refresh token": Case(
        oauth(
            pkce=False,
            redirect_facts=(Fact("realmId", r"\d{1,20}"),),
            rules=GrantRules(refresh_grace=ALWAYS),
        ),
        Manner(pkce=False, rotates=False),
        tenants=TenantFact("realmId"),
        redirect={"realmId": "42"},
        tenant_id="42",
    ),
    "store in the redirect, no end": Case(
        oauth(
            client_auth=IN_BODY,
            pkce=False,
            token_life=None,
            redirect_facts=(Fact("store", r"stores/(?P<value>[a-z0-9]{1,20})", "context"),),
            exchange_params={"context": "stores/{store}"},
            shown=Shown("X-Access-Token", ""),
        ),
        Manner(client_auth="body", pkce=False, life=None, refreshes=False),
        tenants=TenantFact("store"),
        redirect={"context": "stores/abc1"},
        tenant_id="abc1",
    ),
    "five minutes": Case(
        oauth(client_auth=IN_BODY, rules=GrantRules(refresh_margin=timedelta(minutes=1))),
        Manner(client_auth="body", life=300),
    ),
    "not before its end": Case(
        oauth(
            client_auth=IN_BODY,
            pkce=False,
            rules=GrantRules(refresh_margin=timedelta(0), early_refresh=False),
        ),
        Manner(client_auth="body", pkce=False, life=600, early_refresh=False),
    ),
    "account in the answer, no end": Case(
        oauth(
            pkce=False,
            client_auth=IN_BODY,
            token_life=None,
            answer_facts=(Fact("account", r"acct_\w{1,40}", "stripe_user_id"),),
            revocation_params={"stripe_user_id": "{account}"},
        ),
        Manner(client_auth="body", pkce=False, life=None, extra={"stripe_user_id": "acct_1"}),
        tenants=TenantFact("account"),
        tenant_id="acct_1",
    ),
    "shop typed in": Case(
        oauth(
            authorize_url="https://{shop}/authorize",
            token_url="https://{shop}/token",
            revocation_url=None,
            client_auth=IN_BODY,
            pkce=False,
            scope_separator=",",
            token_life=None,
            asks=(SHOP,),
            shown=Shown("X-Access-Token", ""),
        ),
        Manner(client_auth="body", pkce=False, life=None, refreshes=False),
        tenants=TenantFact("shop", name_of_shop),
        hosts=("https://{shop}",),
        typed={"shop": " https://Acme.myshop.example/ "},
        tenant_id="acme.myshop.example",
    ),
    "client credentials of the platform": Case(
        ClientCredentials(
            token_url=f"{ID}/token",
            client_id=CLIENT_ID,
            client_secret_name="app-secret",
            client_auth="client_secret_post",
            encoding="json",
            grant_type=None,
            renamed={
                "client_id": "secret_id",
                "client_secret": "secret_key",
                "access_token": "access",
                "expires_in": "access_expires",
                "refresh_token": "refresh",
            },
            rules=GrantRules(refresh_grace=ALWAYS),
        ),
        Manner(
            encoding="json",
            client_auth="body",
            refreshes=False,
            names={
                "client_id": "secret_id",
                "client_secret": "secret_key",
                "access_token": "access",
                "expires_in": "access_expires",
            },
        ),
        tenants=NoTenant("The bank"),
        tenant_id=CONNECTION,
    ),
    "client credentials typed in": Case(
        ClientCredentials(
            token_url=f"{ID}/token",
            client_id="{client_id}",
            asks=(TYPED_ID, TYPED_SECRET),
            rules=GrantRules(refresh_grace=ALWAYS),
        ),
        Manner(refreshes=False, client=("their-id", "canary-their-secret")),
        typed={"client_id": "their-id", "client_secret": "canary-their-secret"},
    ),
    "a bare key typed in": Case(
        Keys(asks=(KEY,), access="{key}", shown=Shown("X-Access-Token", "")),
        Manner(life=None, refreshes=False),
        typed={"key": "ck_canary"},
    ),
    "keys typed in": Case(
        Keys(asks=(SITE, KEY, SECRET), access="{key}:{secret}", shown=Shown.basic()),
        Manner(life=None, refreshes=False),
        tenants=TenantFact("shop", name_of_shop),
        hosts=("https://{shop}",),
        typed={"shop": "shop.example", "key": "ck_canary", "secret": "cs_canary"},
        tenant_id="shop.example",
    ),
    "a widget": Case(
        Widget(
            token_url=f"{ID}/exchange",
            client_id=CLIENT_ID,
            client_secret_name="app-secret",
            client_auth="client_secret_post",
            encoding="json",
            renamed={"client_secret": "secret"},
            token_life=None,
            answer_facts=(Fact("item_id", r"[\w-]{1,80}"),),
            script_url="https://cdn.example/link.js",
            opens="Bank.create({token, onSuccess: done, onExit: gone}).open()",
            frames=("https://cdn.example",),
            calls=("https://api.cdn.example",),
            widget_token_url=f"{ID}/widget",
            widget_params={
                "user": {"client_user_id": "{connection}"},
                "products": ["transactions"],
            },
        ),
        Manner(
            encoding="json",
            client_auth="body",
            life=None,
            refreshes=False,
            names={"client_secret": "secret"},
            extra={"item_id": "item-1"},
        ),
        tenants=TenantFact("item_id"),
        typed={"public_token": "canary-public"},
        tenant_id="item-1",
    ),
}


@dataclass
class Bench:
    """One connection that waits to be linked, its custodian, its flow and the provider."""

    rig: shop.Rig
    case: Case
    server: AuthServer
    client: AuthClient
    custodian: Custodian
    flow: LinkFlow
    migration: Migration
    cookies: dict[str, str] = field(default_factory=dict)

    def open(self) -> Response:
        """Open the link in this browser."""
        query = {"companyId": COMPANY, "connectionId": CONNECTION}
        answer = self.flow.authorize(Request(query, {}, self.cookies))
        name, _, value = answer.headers["Set-Cookie"].partition("=")
        self.cookies[name] = value.partition(";")[0]
        return answer

    def begin(self) -> str:
        """Open the link; gives the state of the attempt."""
        answer = self.open()
        if answer.status == 302:
            return parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]
        return state_in(answer.body)

    def post(self, state: str, typed: Mapping[str, str] | None = None) -> Response:
        """Send the form."""
        form = {"state": state, **(self.case.typed if typed is None else typed)}
        return self.flow.details(Request({}, form, self.cookies))

    def back(self, query: Mapping[str, str]) -> Response:
        """Come back from the provider."""
        return self.flow.callback(Request(query, {}, self.cookies))

    def finish(self) -> tuple[str, Response]:
        """Do all that the user does; gives the last form or answer, by which to do it again."""
        answer = self.open()
        if not isinstance(self.case.auth, OAuth):
            state = state_in(answer.body)
            return state, self.post(state)
        url = answer.headers.get("Location", "")
        if self.case.auth.asks:
            onward = self.post(state_in(answer.body))
            assert onward.status == 200, onward.body
            url = link_in(onward.body)
        query = self.server.consent(url, **self.case.redirect)
        return query["state"], self.back(query)

    def again(self, state: str) -> Response:
        """Send the last step once more."""
        if isinstance(self.case.auth, OAuth):
            return self.back({"state": state, "code": "canary-code", **self.case.redirect})
        return self.post(state)

    def link(self) -> None:
        """Link, which works."""
        _, answer = self.finish()
        assert answer.status == 200, answer.body
        assert self.rig.connection().status == "Linked"

    def token(self) -> SecretStr:
        """The connection's access token, as a sync gets it."""
        return self.custodian.access_token(COMPANY, CONNECTION)

    def held(self) -> Held:
        """The grant, opened."""
        held = self.custodian.claims.read(Owner(COMPANY, CONNECTION))
        assert held
        return held

    def stored(self) -> Sequence[Row[tuple[object, ...]]]:
        """The rows of grants."""
        with self.rig.db.read() as tx:
            return tx.execute(select(grants)).all()


def state_in(body: str) -> str:
    """The state in a page's form."""
    return body.partition('name="state" value="')[2].partition('"')[0]


def link_in(body: str) -> str:
    """The address behind a page's button."""
    return body.partition('class="button" href="')[2].partition('"')[0].replace("&amp;", "&")


@contextmanager
def open_bench(folder: Path, case: Case, clock: Clock | None = None) -> Iterator[Bench]:
    """Put a case's connector together over a store of its own."""
    with shop.open_rig(folder) as rig:
        rig.set_connection(status="PendingAuth", epoch=0, tenant_id=None)
        yield make_bench(rig, folder, case, clock or rig.clock)


def make_bench(rig: shop.Rig, folder: Path, case: Case, clock: Clock) -> Bench:
    """Put a case's connector together over a rig."""
    vault = FileVault(folder / "vault.json")
    vault.set("app-secret", SecretStr(CLIENT_SECRET))
    server = AuthServer(clock, case.manner)
    door = Door(
        case.hosts, transport=httpx.MockTransport(server.answer), look_up=lambda _: [PUBLIC]
    )
    declared = Connector(shop.SOURCE, case.auth, case.hosts, case.tenants)
    client = auth_client(case.auth, way=door, vault=vault, clock=clock)
    tenants_of, disconnect = tenant_steps(declared, door)
    sealer, rules = Sealer(vault, "xero"), case.auth.rules
    custodian = Custodian(
        claims=Claims(rig.db, clock, sealer, rules),
        queue=rig.queue,
        issuer=client,
        withdrawal=Withdrawal(rig.db, "xero", client, rules, disconnect),
        lose_access=AccessLoss(Addresses("http://here")).deauthorise_and_end,
    )
    flow = LinkFlow(
        db=rig.db,
        queue=rig.queue,
        clock=clock,
        sealer=sealer,
        auth=client,
        integration=shop.SOURCE.integration,
        public_url="http://here",
        list_tenants=tenants_of,
        disconnect=disconnect,
    )
    linking = Linking(sealer, shop.SOURCE.integration, Addresses("http://here"))
    migration = Migration(rig.db, rig.queue, clock, linking, client, tenants_of)
    return Bench(rig, case, server, client, custodian, flow, migration)
