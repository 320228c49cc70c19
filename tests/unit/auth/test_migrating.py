"""A grant that a company gave elsewhere is taken over: what each strategy wants, and no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from shared_code.access import Principal
from shared_code.connect.auth.adopting import expected
from shared_code.connect.linking import LinkDenied
from shared_code.errors import NotFound, Reject
from shared_code.store.schema import commands, events
from tests.support.authserver import AuthServer
from tests.support.shop import CLIENT, COMPANY, CONNECTION
from tests.support.strategies import CASES, Bench, open_bench

CALLER = Principal(CLIENT, "key")
GIVEN: dict[str, dict[str, str]] = {
    "code with a proof, rotating": {"refreshToken": "canary-refresh-0"},
    "code by JSON, secret in the body": {"refreshToken": "canary-refresh-0"},
    "company in the redirect, lasting refresh token": {
        "refreshToken": "canary-refresh-0",
        "realmId": "42",
    },
    "store in the redirect, no end": {"accessToken": "canary-given", "store": "stores/abc1"},
    "five minutes": {"refreshToken": "canary-refresh-0"},
    "not before its end": {"refreshToken": "canary-refresh-0"},
    "account in the answer, no end": {"accessToken": "canary-given", "account": "acct_1"},
    "shop typed in": {"accessToken": "canary-given", "shop": "acme.myshop.example"},
    "client credentials of the platform": {},
    "client credentials typed in": {
        "client_id": "their-id",
        "client_secret": "canary-their-secret",
    },
    "a bare key typed in": {"key": "ck_canary"},
    "keys typed in": {"shop": "shop.example", "key": "ck_canary", "secret": "cs_canary"},
    "a widget": {"accessToken": "canary-given", "item_id": "item-1"},
}


@pytest.fixture(params=CASES)
def named(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def bench(named: str, tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, CASES[named]) as opened:
        yield opened


def migrate(bench: Bench, given: dict[str, str], caller: Principal = CALLER) -> None:
    bench.migration.migrate(caller, COMPANY, CONNECTION, given)


def test_what_was_granted_elsewhere_links_the_connection_and_fetches_nothing(
    bench: Bench, named: str
) -> None:
    shown = bench.migration.migrate(CALLER, COMPANY, CONNECTION, GIVEN[named])
    row = bench.rig.connection()
    assert (shown.status, row.tenant_id) == ("Linked", bench.case.tenant_id)
    assert bench.token() == bench.held().grant.tokens.access
    with bench.rig.db.read() as tx:
        assert tx.execute(select(commands)).all() == []
        assert tx.scalars(select(events.c.event_type)).all() == ["connection.connected"]


def test_a_grant_that_was_taken_over_is_renewed_like_any_other(bench: Bench, named: str) -> None:
    migrate(bench, GIVEN[named])
    first = bench.token()
    bench.rig.clock.advance(24 * 3600)
    assert (bench.token() != first) == bench.case.renews


def test_each_missing_name_is_said_with_all_that_there_are(bench: Bench, named: str) -> None:
    wanted = expected(bench.case.auth)
    assert set(GIVEN[named]) == set(wanted.required)
    for name in wanted.required:
        given = {key: value for key, value in GIVEN[named].items() if key != name}
        with pytest.raises(Reject, match=f"{name} is missing. Required: "):
            migrate(bench, given)
    assert bench.server.grants == []


def test_a_name_that_is_not_known_is_refused_and_no_value_is_told(bench: Bench, named: str) -> None:
    with pytest.raises(Reject, match="a property is not known") as refused:
        migrate(bench, {**GIVEN[named], "canary-name": "canary-value"})
    assert "canary" not in refused.value.public


@pytest.fixture
def rotating(tmp_path: Path) -> Iterator[Bench]:
    with open_bench(tmp_path, CASES["code with a proof, rotating"]) as opened:
        yield opened


def of(server: AuthServer, *organisations: str) -> None:
    server.organisations[:] = organisations


def test_of_several_organisations_one_is_named(rotating: Bench) -> None:
    given = {"refreshToken": "canary-refresh-0"}
    of(rotating.server, "org-1", "org-2")
    with pytest.raises(Reject, match=r"tenantId must be one of .*org-1 .*org-2 "):
        migrate(rotating, given)
    migrate(rotating, {"refreshToken": "canary-refresh-1", "tenantId": "org-2"})
    assert rotating.rig.connection().tenant_id == "org-2"


def test_a_connection_keeps_its_organisation(rotating: Bench) -> None:
    rotating.link()
    of(rotating.server, "org-2")
    with pytest.raises(Reject, match="must be one of"):
        migrate(rotating, {"refreshToken": "canary-refresh-1"})
    with pytest.raises(LinkDenied, match="cannot be moved"):
        migrate(rotating, {"refreshToken": "canary-refresh-2", "tenantId": "org-2"})
    assert rotating.rig.connection().tenant_id == "org-1"


def test_a_token_that_the_provider_does_not_accept_links_nothing(rotating: Bench) -> None:
    with pytest.raises(Reject, match="does not accept what was given") as refused:
        migrate(rotating, {"refreshToken": "canary-stolen"})
    assert "canary" not in refused.value.public + refused.value.internal
    assert rotating.rig.connection().status == "PendingAuth"


@pytest.mark.parametrize("token", ["two\nlines", "a b", "é", "x" * 20_000])
def test_a_token_that_could_break_out_of_a_header_is_refused(rotating: Bench, token: str) -> None:
    with pytest.raises(Reject, match="refreshToken is no token"):
        migrate(rotating, {"refreshToken": token})


def test_a_hostile_host_is_refused_here_as_well(tmp_path: Path) -> None:
    with open_bench(tmp_path, CASES["shop typed in"]) as bench:
        with pytest.raises(Reject, match="shop has another form"):
            migrate(bench, {"accessToken": "canary-given", "shop": "169.254.169.254"})
        assert bench.server.hosts == []


def test_nobody_elses_connection_is_linked(rotating: Bench) -> None:
    with pytest.raises(NotFound):
        migrate(rotating, GIVEN["five minutes"], replace(CALLER, client_id="another"))
    assert rotating.server.grants == []


def test_an_unlinked_connection_is_linked_again(rotating: Bench) -> None:
    rotating.link()
    rotating.rig.set_connection(status="Unlinked", epoch=1)
    migrate(rotating, {"refreshToken": "canary-refresh-1"})
    row = rotating.rig.connection()
    assert (row.status, row.epoch) == ("Linked", 2)
