"""The link flow asks nothing of the provider, and stores nothing, before every check has passed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select

from shared_code.catalogue import XERO
from shared_code.connect.auth.clients import OAuthClient
from shared_code.connect.auth.declared import OAuth
from shared_code.connect.browser import Request, Response
from shared_code.connect.link import LinkFlow
from shared_code.connect.tenant import Tenant
from shared_code.custody.grants import Tokens
from shared_code.custody.sealing import Sealer
from shared_code.fetch.door import Door
from shared_code.ports.settings import VaultSettings
from shared_code.ports.vault import open_vault
from shared_code.store.schema import connection_errors, events, grants, link_attempts, pulls
from tests.support.shop import COMPANY, CONNECTION, Rig, open_rig
from tests.support.stores import bytes_of

ONE, TWO = Tenant("t-1", "One Ltd"), Tenant("t-2", "Two Ltd")


@dataclass
class Visit:
    """One browser, the flow, and what the provider saw."""

    rig: Rig
    flow: LinkFlow
    exchanged: list[str]
    tenants: list[Tenant]
    disconnected: list[str]
    cookies: dict[str, str] = field(default_factory=dict)

    def begin(self) -> str:
        """Open the link; gives the state that went to the provider."""
        answer = self.flow.authorize(
            Request({"companyId": COMPANY, "connectionId": CONNECTION}, {}, self.cookies)
        )
        assert answer.status == 302
        name, value = answer.headers["Set-Cookie"].split(";")[0].split("=", 1)
        self.cookies[name] = value
        return parse_qs(urlsplit(answer.headers["Location"]).query)["state"][0]

    def back(self, state: str, **more: str) -> Response:
        """Come back from the provider."""
        query = {"state": state, **({"code": "c-1"} | more)}
        return self.flow.callback(Request(query, {}, self.cookies))

    def choose(self, state: str, tenant: str) -> Response:
        form = {"state": state, "tenant": tenant}
        return self.flow.choose_tenant(Request({}, form, self.cookies))

    def told(self) -> list[str]:
        with self.rig.db.read() as tx:
            return list(tx.scalars(select(events.c.event_type).order_by(events.c.position)))


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with open_rig(tmp_path) as opened:
        opened.set_connection(status="PendingAuth", epoch=0, tenant_id=None)
        yield opened


@pytest.fixture
def visit(rig: Rig, tmp_path: Path) -> Visit:
    vault = open_vault(VaultSettings(file=tmp_path / "vault.json"))
    exchanged: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        exchanged.append(request.content.decode())
        return httpx.Response(200, json={"access_token": "canary-a", "refresh_token": "canary-r"})

    spec = OAuth(
        authorize_url="https://login.example/authorize",
        token_url="https://id.example/token",
        client_id="client",
        scopes=("read",),
    )
    door = Door(["https://id.example"], transport=httpx.MockTransport(answer))
    tenants, disconnected = [ONE], []

    def disconnect(_: Tokens, tenant_id: str) -> None:
        disconnected.append(tenant_id)

    flow = LinkFlow(
        db=rig.db,
        queue=rig.queue,
        clock=rig.clock,
        sealer=Sealer(vault, "xero"),
        auth=OAuthClient(spec, way=door, vault=vault, clock=rig.clock),
        integration=XERO,
        public_url="http://here",
        list_tenants=lambda _tokens, _connection: tenants,
        disconnect=disconnect,
    )
    return Visit(rig, flow, exchanged, tenants, disconnected)


def test_consent_links_the_connection_and_orders_its_first_sync(visit: Visit) -> None:
    answer = visit.back(visit.begin())
    row = visit.rig.connection()
    assert answer.status == 200
    assert (row.status, row.tenant_id, row.tenant_name) == ("Linked", "t-1", "One Ltd")
    assert visit.told() == ["connection.connected"]
    with visit.rig.db.read() as tx:
        assert set(tx.scalars(select(pulls.c.data_type))) == set(XERO.data_types)


def test_the_code_is_traded_with_the_verifier_behind_the_challenge(visit: Visit) -> None:
    visit.back(visit.begin())
    [form] = visit.exchanged
    assert re.search(r"code_verifier=[\w-]{43}", form)


@pytest.mark.parametrize("state", ["", "made-up"])
def test_an_unknown_state_exchanges_nothing(visit: Visit, state: str) -> None:
    visit.begin()
    assert visit.back(state).status == 400
    assert visit.exchanged == []


def test_a_state_works_once(visit: Visit) -> None:
    state = visit.begin()
    assert [visit.back(state).status for _ in range(2)] == [200, 400]
    assert len(visit.exchanged) == 1


def test_a_state_lives_ten_minutes(visit: Visit) -> None:
    state = visit.begin()
    visit.rig.clock.advance(601)
    assert visit.back(state).status == 400
    assert visit.exchanged == []


@pytest.mark.parametrize("cookies", [{}, {"causeway-link": "x" * 43}])
def test_another_browser_is_refused_and_spends_nothing(
    visit: Visit, cookies: dict[str, str]
) -> None:
    state, mine = visit.begin(), visit.cookies
    visit.cookies = cookies
    assert visit.back(state).status == 400
    assert visit.exchanged == []
    visit.cookies = mine
    assert visit.back(state).status == 200


def test_a_user_who_says_no_leaves_the_connection_pending(visit: Visit) -> None:
    visit.back(visit.begin(), code="", error="access_denied")
    assert visit.rig.connection().status == "PendingAuth"
    assert visit.told() == ["connection.failed"]
    with visit.rig.db.read() as tx:
        error = tx.execute(select(connection_errors)).one()
    assert (error.status_code, error.message) == ("403", "User cancelled")


def test_of_several_organisations_the_user_chooses_one(visit: Visit) -> None:
    visit.tenants[:] = [ONE, TWO]
    state = visit.begin()
    assert "Two Ltd" in visit.back(state).body
    assert visit.rig.connection().status == "PendingAuth"
    assert visit.choose(state, "t-9").status == 400
    assert visit.choose(state, "t-2").status == 200
    assert visit.rig.connection().tenant_id == "t-2"
    assert visit.choose(state, "t-1").status == 400


def test_without_an_organisation_nothing_is_linked(visit: Visit) -> None:
    visit.tenants.clear()
    assert visit.back(visit.begin()).status == 400
    assert visit.rig.connection().status == "PendingAuth"


def test_a_second_tab_with_another_organisation_is_refused_and_let_go(visit: Visit) -> None:
    first, second = visit.begin(), visit.begin()
    visit.back(first)
    visit.tenants[:] = [TWO]
    assert visit.back(second).status == 409
    assert visit.rig.connection().tenant_id == "t-1"
    assert visit.disconnected == ["t-2"]


def test_linking_again_after_an_unlink_begins_a_new_epoch(visit: Visit) -> None:
    visit.back(visit.begin())
    visit.rig.set_connection(status="Unlinked", epoch=1)
    visit.back(visit.begin())
    assert (visit.rig.connection().status, visit.rig.connection().epoch) == ("Linked", 2)
    assert visit.told()[-1] == "connection.reconnected"


def test_a_connection_deleted_meanwhile_stays_deleted(visit: Visit) -> None:
    state = visit.begin()
    visit.rig.set_connection(deleted_at=visit.rig.clock.now(), epoch=1)
    assert visit.back(state).status == 404
    assert visit.disconnected == ["t-1"]
    with visit.rig.db.read() as tx:
        assert tx.execute(select(grants)).all() == []


@pytest.mark.parametrize("query", [{}, {"companyId": COMPANY}, {"companyId": "x"}])
def test_a_link_to_nothing_is_a_friendly_404(visit: Visit, query: dict[str, str]) -> None:
    assert visit.flow.authorize(Request(query, {}, {})).status == 404


def test_tokens_of_a_choice_nobody_made_are_given_back(visit: Visit) -> None:
    visit.tenants[:] = [ONE, TWO]
    visit.back(visit.begin())
    visit.rig.clock.advance(3600)
    visit.flow.sweep()
    assert visit.disconnected == [ONE.id, TWO.id]
    with visit.rig.db.read() as tx:
        assert tx.execute(select(link_attempts)).all() == []


def test_neither_state_nor_token_lies_open_in_the_store(visit: Visit, tmp_path: Path) -> None:
    state = visit.begin()
    visit.back(state)
    kept = b"".join(each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())
    written = bytes_of(visit.rig.db) + kept
    assert COMPANY.encode() in written
    for secret in (state, visit.cookies["causeway-link"], "canary-a", "canary-r"):
        assert secret.encode() not in written
