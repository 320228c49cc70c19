"""Two hosts, each with an engine file of its own, on one store and one storage account."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from itertools import chain

import httpx
import pytest
from sqlalchemy import func, select, update

from local.stack.public_api import PublicApi, authorization
from local.stack.running import Stack
from shared_code.ports.clock import SystemClock
from shared_code.store.schema import grants, runs
from tests.support.azurite import AzuriteServer
from tests.support.fleet import (
    API,
    TIMEOUT,
    Fleet,
    Member,
    differences,
    fleet,
    in_parallel,
    most_in_a_minute,
)
from tests.support.ordeal import rows
from tests.support.ports import wait_until
from tests.support.postgres import PostgresServer
from tests.support.traveller import stack_in

CONNECTIONS = 100
INVOICES = 20
A_MINUTE, APP_A_MINUTE = 6, 550
"""Calls for one organisation, and for all together: both make syncs wait."""

FIRST, SECOND = "host", "second"
SETTINGS = {
    "CAUSEWAY_ENGINE_RELAY": "*/5 * * * * *",
    "CAUSEWAY_ENGINE_RUNS_LAPSED": "*/5 * * * * *",
    "CAUSEWAY_SYNC_FIRST_WAIT_SECONDS": "1",
    "CAUSEWAY_SYNC_LEASE_SECONDS": "40",
    "CAUSEWAY_XERO_CALLS_PER_MINUTE": str(A_MINUTE),
    "CAUSEWAY_XERO_APP_CALLS_PER_MINUTE": str(APP_A_MINUTE),
    # Who finds a message looks for the next at once: beside one that pauses for two seconds after
    # finding none, a host takes nearly all that come one by one.
    "AzureFunctionsJobHost__extensions__queues__maxPollingInterval": "00:00:00.1",
}

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def stack(
    postgres: PostgresServer, azurite: AzuriteServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    with stack_in(
        tmp_path_factory.mktemp("stack"),
        store_url=postgres.new_database(),
        storage=azurite.connection_string,
        invoices=INVOICES,
        rate_limit=True,
        simulator=("--organisations", str(CONNECTIONS)),
        environment=SETTINGS,
    ) as running:
        running.add_host(SECOND)
        yield running


@pytest.fixture(scope="module")
def linked(stack: Stack) -> Iterator[Fleet]:
    """All linked, and no access token is good any more."""
    with fleet(stack, CONNECTIONS) as members:
        members.order("limits", perMinute=A_MINUTE, appPerMinute=APP_A_MINUTE, reset=True)
        members.order("tokens/expire")
        with members.db.write() as tx:
            past = SystemClock().now() - timedelta(hours=1)
            tx.execute(update(grants).values(expires_at=past))
        members.provider.delete("/_calls")
        yield members


@pytest.fixture(scope="module")
def refreshed(linked: Fleet) -> dict[str, int]:
    """All synced by two hosts, of which one was killed on the way; refreshes by grant."""
    before = linked.grants()
    everything = chain.from_iterable(wishes(linked, each) for each in linked.members)
    in_parallel(lambda wish: wish(), everything)
    wait_until(lambda: linked.count(path=API) > 6 * CONNECTIONS, within=300, every=0.5)
    wait_until(lambda: sum(linked.grants().values()) >= sum(before.values()) + CONNECTIONS)
    linked.stack.children[SECOND].kill()
    linked.wait_until_synced(within=900)
    return {grant: count - before[grant] for grant, count in linked.grants().items()}


def wishes(fleet: Fleet, member: Member) -> Iterator[partial[None]]:
    """Make both hosts want the provider's access to a company at the same time."""
    urls = [fleet.stack.children[name].url() for name in (FIRST, SECOND)]
    yield from (partial(ask_for_attachments, fleet, member, url) for url in urls)
    yield partial(fleet.ask, urls[member.organisation % 2], member)


def ask_for_attachments(fleet: Fleet, member: Member, url: str) -> None:
    query = {
        "company_id": member.company_id,
        "connection_id": member.connection_id,
        "data_type": "invoices",
        "record_id": next(iter(fleet.truth(member)["invoices"])),
    }
    address = f"{url}/connect/xero/documents/attachments"
    headers = {"Authorization": authorization(fleet.stack.api_key)}
    answer = httpx.get(address, params=query, headers=headers, timeout=TIMEOUT)
    assert answer.is_success, answer.text


def test_both_worked_and_one_took_over_what_the_other_had_begun(
    refreshed: dict[str, int], linked: Fleet
) -> None:
    del refreshed
    for name in (FIRST, SECOND):
        folder = linked.stack.options.data / name
        assert int(rows(folder, "select count(*) from instances")[0][0]) > CONNECTIONS / 4
    with linked.db.read() as tx:
        taken_over = select(func.count()).select_from(runs).where(runs.c.fence > 1)
        assert (tx.scalar(taken_over) or 0) > 0


def test_each_grant_was_refreshed_once_whoever_wanted_it(refreshed: dict[str, int]) -> None:
    assert list(refreshed.values()) == [1] * CONNECTIONS


def test_the_providers_limits_held_for_both_together(
    refreshed: dict[str, int], linked: Fleet
) -> None:
    del refreshed
    calls = linked.by_tenant()
    assert len(calls) == CONNECTIONS
    assert {each["status"] for mine in calls.values() for each in mine} == {200}
    assert max(map(most_in_a_minute, calls.values())) <= A_MINUTE
    # They were in the way, too.
    most = most_in_a_minute(chain.from_iterable(calls.values()))
    assert APP_A_MINUTE * 0.9 < most <= APP_A_MINUTE


def test_no_record_is_missing_or_there_twice(refreshed: dict[str, int], linked: Fleet) -> None:
    del refreshed
    with PublicApi(linked.stack.api_url, linked.stack.api_key) as api:
        found = linked.each(lambda member: differences(linked, member, api))
    assert list(chain.from_iterable(found)) == []
