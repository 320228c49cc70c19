"""A thousand connections sync through one host: all finish, none starves, limits hold."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

import pytest
from sqlalchemy import func, select

from local.stack.public_api import PublicApi
from local.stack.running import Stack
from shared_code.store.schema import pulls, runs
from tests.support.fleet import Fleet, differences, fleet, most_in_a_minute
from tests.support.traveller import stack_in

CONNECTIONS = 1_000
INVOICES = 10
TYPES = ("customers", "suppliers", "invoices", "bills", "creditNotes")
A_MINUTE, APP_A_MINUTE = 5, 1_500
"""Calls for one organisation, and for all together."""

SETTINGS = {
    "CAUSEWAY_XERO_CALLS_PER_MINUTE": str(A_MINUTE),
    "CAUSEWAY_XERO_APP_CALLS_PER_MINUTE": str(APP_A_MINUTE),
}
LOOKED_AT = 50
"""So many are compared with their books, record by record."""

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with stack_in(
        tmp_path_factory.mktemp("stack"),
        invoices=INVOICES,
        rate_limit=True,
        simulator=("--organisations", str(CONNECTIONS)),
        environment=SETTINGS,
    ) as running:
        yield running


@pytest.fixture(scope="module")
def synced(stack: Stack) -> Iterator[Fleet]:
    """All linked, asked for all data at once, and waited for."""
    with fleet(stack, CONNECTIONS) as members:
        members.order("limits", perMinute=A_MINUTE, appPerMinute=APP_A_MINUTE, reset=True)
        members.provider.delete("/_calls")
        choose_types(stack)
        members.each(lambda member: members.ask(stack.api_url, member))
        members.wait_until_synced(within=1_800)
        yield members


def choose_types(stack: Stack) -> None:
    """Have syncs fetch some types alone."""
    with PublicApi(stack.api_url, stack.api_key) as api:
        known = api.get("/profile/syncSettings")
        chosen = [
            {**each, "fetchOnFirstLink": each["dataType"] in TYPES} for each in known["settings"]
        ]
        api.post("/profile/syncSettings", {**known, "settings": chosen, "overridesDefaults": True})


def test_all_finish_and_nobody_had_to_take_over(synced: Fleet) -> None:
    with synced.db.read() as tx:
        assert set(tx.scalars(select(pulls.c.status).distinct())) == {"Complete"}
        assert tx.scalar(select(func.max(runs.c.fence))) == 1


def test_none_starves(synced: Fleet) -> None:
    """Before each connection made its first call, the others had a turn and a half at most."""
    calls = synced.by_tenant().values()
    latest = max(mine[0]["seq"] for mine in calls)
    numbers = [each["seq"] for mine in calls for each in mine]
    a_turn = CONNECTIONS * A_MINUTE
    assert sum(number < latest for number in numbers) < a_turn * 1.5


def test_the_providers_limits_are_never_exceeded(synced: Fleet) -> None:
    calls = synced.by_tenant()
    assert len(calls) == CONNECTIONS
    assert {each["status"] for mine in calls.values() for each in mine} == {200}
    assert max(map(most_in_a_minute, calls.values())) <= A_MINUTE
    assert most_in_a_minute(chain.from_iterable(calls.values())) <= APP_A_MINUTE


def test_every_record_is_there_once(synced: Fleet) -> None:
    some = synced.members[:: CONNECTIONS // LOOKED_AT]
    with PublicApi(synced.stack.api_url, synced.stack.api_key) as api:
        found = [differences(synced, member, api, TYPES) for member in some]
    assert list(chain.from_iterable(found)) == []
