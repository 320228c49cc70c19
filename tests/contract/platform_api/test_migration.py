"""Access that was granted elsewhere goes through the platform API to the connector's app."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import azure.functions as func
import httpx
import pytest
from sqlalchemy import update

from functions.platform_api.app import create_app
from functions.platform_api.platform import Platform
from shared_code.access import KeySeal, ensure_client, key_check
from shared_code.connect.addresses import Addresses
from shared_code.connect.linking import Linking
from shared_code.connect.migrating import Migration
from shared_code.connector.authorization_function import (
    AuthorizationHandler,
    register_authorization,
)
from shared_code.serve.connectors import Connectors
from shared_code.store.schema import commands, companies, connections, grants
from tests.contract.platform_api.conftest import ok, refused
from tests.support.asgi import app_client
from tests.support.clock import ManualClock
from tests.support.granting import COMPANY, CONNECTION, REFRESH, Rig, open_rig
from tests.support.triggers import TriggerTransport

PATH = f"/companies/{COMPANY}/connections/{CONNECTION}/authorization"


@dataclass
class Desk:
    """The platform API, the connector's app behind it, and the provider behind that."""

    rig: Rig
    functions: TriggerTransport
    http: httpx.Client

    def refresh_token(self) -> str:
        """A refresh token that the company granted elsewhere."""
        held = self.rig.held()
        assert held
        assert held.grant.tokens.refresh
        token = held.grant.tokens.refresh.get_secret_value()
        with self.rig.db.write() as tx:
            tx.execute(grants.delete())
            tx.execute(commands.delete())
        self.rig.set_connection(status="PendingAuth", tenant_id=None, tenant_name=None)
        return token


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    clock = ManualClock()
    with open_rig(tmp_path, clock) as rig:
        assert rig.browser().link("0").status == 200
        client_id, key = ensure_client(rig.db, rig.vault, clock, "ours")
        with rig.db.write() as tx:
            for table in (companies, connections):
                tx.execute(update(table).values(client_id=client_id))
        addresses = Addresses(rig.public_url)
        linking = Linking(rig.sealer, rig.flow.integration, addresses)
        tenants_of = rig.flow.list_tenants
        migration = Migration(rig.db, rig.queue, clock, linking, rig.oauth, tenants_of)
        counter = AuthorizationHandler(key_check(rig.db), migration)
        blueprint = func.Blueprint()  # type: ignore[no-untyped-call] # the library leaves it untyped
        register_authorization(blueprint, "xero", lambda: counter)
        functions = TriggerTransport(blueprint)
        connectors = Connectors.at("http://connectors", functions)
        seal = KeySeal(rig.vault)
        platform = Platform(rig.db, rig.queue, clock, seal, addresses, connectors)
        http = app_client(
            create_app(platform, key_check(rig.db)),
            {"Authorization": f"Basic {base64.b64encode(key.encode()).decode()}"},
        )
        yield Desk(rig, functions, http)


def test_a_refresh_token_links_the_connection_and_nothing_is_fetched(desk: Desk) -> None:
    answer = ok(desk.http.put(PATH, json={"refreshToken": desk.refresh_token()}))
    assert (answer["id"], answer["status"]) == (CONNECTION, "Linked")
    assert desk.rig.connection().tenant_id == desk.rig.tenants()[0]
    assert desk.rig.rows(commands) == []
    assert desk.rig.api_status(desk.rig.token()) == 200
    assert len(desk.rig.token_calls(REFRESH)) == 1


def test_the_callers_own_key_goes_along_and_the_token_is_in_no_address(desk: Desk) -> None:
    token = desk.refresh_token()
    ok(desk.http.put(PATH, json={"refreshToken": token}))
    [forwarded] = desk.functions.requests
    assert forwarded.headers["authorization"].startswith("Basic ")
    assert token not in str(forwarded.url)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "refreshToken is missing"),
        ({"refreshToken": "stolen"}, "does not accept what was given"),
        ({"refreshToken": "a b"}, "is no token"),
        ({"refreshToken": "x", "tenant": "y"}, "a property is not known"),
    ],
)
def test_what_cannot_be_right_is_a_400_that_says_why(
    desk: Desk, body: dict[str, str], sentence: str
) -> None:
    desk.refresh_token()
    assert sentence in refused(desk.http.put(PATH, json=body), 400)
    assert desk.rig.connection().status == "PendingAuth"


@pytest.mark.parametrize("body", [[], "x", {"refreshToken": 4}, {"refreshToken": None}])
def test_a_body_that_is_no_map_of_strings_is_refused_before_it_is_passed_on(
    desk: Desk, body: object
) -> None:
    refused(desk.http.put(PATH, json=body), 400)
    assert desk.functions.requests == []


def test_a_connection_that_does_not_exist_is_a_404(desk: Desk) -> None:
    other = PATH.replace(CONNECTION, "no-such")
    refused(desk.http.put(other, json={"refreshToken": "x"}), 404)
    assert desk.functions.requests == []


def test_the_connectors_app_asks_for_a_key_itself(desk: Desk) -> None:
    with httpx.Client(transport=desk.functions, base_url="http://connectors") as stranger:
        answer = stranger.put("/connect/xero/authorization", json={"refreshToken": "x"})
    assert answer.status_code == 401
