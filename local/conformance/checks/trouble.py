"""Checks: a provider in trouble is outlived, or the data types in question end by name.

Whatever happens, the last good data stays.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise
from typing import Any

import pytest

from local.conformance.checks.needs import needs_tokens_to_be_renewed
from local.conformance.comparing import differences
from local.conformance.listening import connections
from local.conformance.world import World
from shared_code.fetch.paging import Links
from shared_code.fetch.provider import PATIENCE
from shared_code.spec import Resource
from shared_code.sync.pipeline import Patience

Fault = Mapping[str, object]

MOST_TRIES = 3 * (Patience().failures + 1)
"""Calls until a run gives a resource up: three at a time, and once more than it bears failures."""

ELSEWHERE = "http://127.0.0.1:9"

MAINTENANCE = 6 * 3600.0
"""Seconds for which a provider shows nothing but a page that says so."""

NEST = 500 * "[" + 500 * "]"

PASSING: Mapping[str, Fault] = {
    "429-without-word": {"action": "status", "status": 429},
    "429-seconds": {"action": "status", "status": 429, "retryAfter": 7},
    "429-long": {"action": "status", "status": 429, "retryAfter": 120},
    "429-ten-days": {"action": "status", "status": 429, "retryAfter": 864_000},
    "429-negative": {"action": "status", "status": 429, "retryAfter": -5},
    "429-nonsense": {"action": "status", "status": 429, "retryAfter": "soon"},
    "500": {"action": "status", "status": 500, "times": 2},
    "502": {"action": "status", "status": 502},
    "503-seconds": {"action": "status", "status": 503, "retryAfter": 2},
    "504": {"action": "status", "status": 504},
    "500-storm": {"action": "status", "status": 500, "times": 10},
    "401": {"action": "status", "status": 401},
    "web-page": {"action": "html"},
    "truncated": {"action": "truncate"},
    "cut": {"action": "cut"},
    "reset": {"action": "reset"},
    "answer-lost": {"action": "lose"},
    "slow": {"action": "drip", "bytes": 4096, "seconds": 0.001},
}
"""What passes by itself: it hits one page in the middle of a pass."""

LASTING: Mapping[str, tuple[Fault, str]] = {
    "400": ({"action": "status", "status": 400}, "FetchError"),
    "403": ({"action": "status", "status": 403}, "PermissionsError"),
    "404": ({"action": "status", "status": 404}, "PermissionsError"),
    "500": ({"action": "status", "status": 500}, "FetchError"),
    "web-page": ({"action": "html"}, "FetchError"),
    "half-a-body": ({"action": "truncate"}, "FetchError"),
    "error-in-200": ({"action": "status", "body": {"error": "out of order"}}, "FetchError"),
    "half-json": ({"action": "status", "body": '{"a": [1, 2'}, "FetchError"),
    "another-shape": ({"action": "status", "body": "[[1]]"}, "FetchError"),
    "nan": ({"action": "replace", "find": '{"', "put": '{"odd":NaN,"'}, "FetchError"),
    "named-twice": ({"action": "replace", "find": '{"', "put": '{"a":1,"a":2,"'}, "FetchError"),
    "too-deep": ({"action": "replace", "find": '{"', "put": f'{{"odd":{NEST},"'}, "FetchError"),
}
"""What does not pass, and the status of the data types in question."""

USUAL = frozenset(
    (
        "429-seconds",
        "429-ten-days",
        "500-storm",
        "401",
        "web-page",
        "cut",
        "answer-lost",
        "named-twice",
        "403",
        "400",
    )
)
"""One of each manner of trouble; the others are for `make test-long` and for certifying."""


def _each(faults: Mapping[str, object]) -> list[Any]:
    return [pytest.param(name, marks=() if name in USUAL else pytest.mark.long) for name in faults]


def ends(world: World, script: Fault, expected: set[str]) -> None:
    """Let a list be in trouble for good: only its types end so, and the last data stays."""
    company, resource = world.patient, world.longest
    kept, since = company.contents(), world.last_call()
    types = {*resource.fed}
    with world.trouble(path=resource.path, times=None, **script):
        statuses = company.sync()
    assert {statuses[each] for each in types} == expected
    others = set(world.data_types) - types - _depending(world, resource)
    assert {statuses[each] for each in others} <= {"Complete"}
    assert not differences(company.contents(), kept)
    assert len(world.asked(since, resource.path)) <= MOST_TRIES
    assert company.row().status == "Linked"


def _depending(world: World, resource: Resource) -> set[str]:
    """Data types of the resources that look the troubled one up."""
    return {
        data_type
        for each in world.connector.source.resources
        if resource.name in each.lookups
        for data_type in each.data_types
    }


class Trouble:
    """What a provider does wrong, in the middle of a pass and for good."""

    @pytest.mark.parametrize("fault", _each(PASSING))
    def test_a_sync_outlives_trouble_in_the_middle_of_a_pass(
        self, world: World, fault: str
    ) -> None:
        if PASSING[fault].get("status") == 401:
            needs_tokens_to_be_renewed(world)
        self._outlives(world, {"times": 1, **PASSING[fault]})

    def test_a_sync_waits_until_the_date_that_the_provider_names(self, world: World) -> None:
        until = world.clock.now() + timedelta(minutes=5)
        named = format_datetime(until, usegmt=True)
        self._outlives(world, {"action": "status", "status": 429, "retryAfter": named, "times": 1})
        assert world.clock.now() >= until.replace(microsecond=0)

    def _outlives(self, world: World, fault: Fault) -> None:
        resource, since = world.longest, world.last_call()
        types, company = resource.fed, world.fresh_company()
        with world.trouble(path=resource.path, after=1, **fault):
            statuses = company.sync(*types)
        assert {each: statuses[each] for each in types} == dict.fromkeys(types, "Complete")
        for each in types:
            assert company.records(each) == world.settled.records(each)
        self._waited(world, since, resource, fault)

    def _waited(self, world: World, since: int, resource: Resource, fault: Fault) -> None:
        """Hold the ledger's times against what the provider asked for."""
        calls = world.asked(since, resource.path)
        tries, asked_for = int(str(fault["times"])), fault.get("retryAfter")
        wait = min(asked_for, 86_400) if isinstance(asked_for, int) else 0
        assert (calls[2].at - calls[1].at).total_seconds() >= wait
        undisturbed = world.settled.pages()[resource.name]
        assert len(calls) <= undisturbed + tries + 1

    @pytest.mark.parametrize("hourly", [True, False], ids=["come back in an hour", "no word"])
    def test_maintenance_for_hours_takes_few_calls_and_is_outlived(
        self, world: World, *, hourly: bool
    ) -> None:
        """Whoever says when to come back is waited for; else the next sync goes on."""
        resource, since = world.longest, world.last_call()
        types, company = resource.fed, world.fresh_company()
        down = {"action": "html", "status": 503, "times": None, "lasts": MAINTENANCE}
        word = {"retryAfter": 3600} if hourly else {}
        with world.trouble(path=resource.path, after=1, **down, **word):
            statuses = company.sync(*types)
            assert {statuses[each] for each in types} == {"Complete" if hourly else "FetchError"}
            refused = [each.at for each in world.asked(since, resource.path) if each.status == 503]
            world.clock.advance(MAINTENANCE)
            statuses = company.sync(*types)
        assert {statuses[each] for each in types} == {"Complete"}
        for each in types:
            assert company.records(each) == world.settled.records(each)
        gaps = [(later - earlier).total_seconds() for earlier, later in pairwise(refused)]
        waits = [each for each in gaps if each >= PATIENCE]
        assert waits == sorted(waits)
        assert len(waits) >= Patience().failures - 1
        assert len(refused) <= MOST_TRIES

    @pytest.mark.parametrize("fault", _each(LASTING))
    def test_trouble_that_lasts_ends_by_name_and_the_last_data_stays(
        self, world: World, fault: str
    ) -> None:
        script, status = LASTING[fault]
        ends(world, script, {status})

    def test_a_next_link_to_another_host_is_not_followed(self, world: World) -> None:
        here = world.simulator.url.encode()
        linked = [
            each
            for each in world.connector.source.resources
            if _links(each.paging) and any(here in body for body in world.settled.bodies(each.name))
        ]
        if not linked:
            pytest.skip("no page of this provider holds a whole next link")
        for resource in linked:
            script = {"action": "replace", "find": world.simulator.url, "put": ELSEWHERE}
            fresh = world.company()
            with (
                world.trouble(path=resource.path, times=None, **script),
                connections() as called,
            ):
                statuses = fresh.sync_first()
            assert called <= world.allowed
            assert {statuses[each] for each in resource.fed} <= {"FetchError"}

    def test_access_that_is_refused_for_good_is_not_asked_for_again(self, world: World) -> None:
        company = world.company()
        company.sync_first()
        path, kept, since = world.longest.path, company.contents(), world.last_call()
        with world.trouble(action="status", status=401, path=path, times=None):
            statuses = company.sync()
        assert set(statuses.values()) == {"AuthError"}
        assert company.row().status == "Deauthorized"
        assert not differences(company.contents(), kept)
        assert len(world.asked(since, path)) <= 3

    def test_a_list_that_always_gives_the_same_page_is_left(self, world: World) -> None:
        resource = world.longest
        same = world.settled.bodies(resource.name)[0].decode()
        types, company = resource.fed, world.company()
        company.sync_first()
        kept, since = company.contents(), world.last_call()
        headers = {"Content-Type": "application/json"}
        script = {"action": "status", "body": same, "headers": headers}
        with world.trouble(path=resource.path, times=None, **script):
            company.sync(*types)
        assert not differences(company.contents(), kept)
        assert len(world.asked(since, resource.path)) <= 4 * len(world.settled.undisturbed)

    def test_a_first_pass_over_the_same_page_again_and_again_comes_to_an_end(
        self, world: World
    ) -> None:
        resource = world.longest
        same = world.settled.bodies(resource.name)[0].decode()
        company, since = world.company(), world.last_call()
        with world.trouble(path=resource.path, times=None, action="status", body=same):
            statuses = company.sync_first()
        calls = world.asked(since, resource.path)
        assert len(calls) <= 4 * len(world.settled.undisturbed)
        # Where a header leads on, there was none: the page was said to be all.
        for each in resource.fed if len(calls) > 1 else ():
            whole = world.settled.records(each) if statuses[each] == "Complete" else {}
            assert company.records(each) == whole, "a part is published as if it were all"

    def test_a_list_that_is_suddenly_empty_deletes_nothing(self, world: World) -> None:
        company = world.company()
        company.sync_first()
        kept, there = company.contents(), company.all_live()
        whole = [each for each in world.connector.source.resources if each.listed_whole]
        pages = {each.name: _emptied(each, company.bodies(each.name)) for each in whole}
        for resource in whole:
            nothing = pages[resource.name]
            if nothing is None:
                continue
            script = {"action": "status", "body": nothing}
            with world.trouble(path=resource.path, times=None, **script):
                for _ in range(2):
                    company.sync(*resource.data_types)
            # What refers to the list may be mapped without it; nothing is taken away.
            for data_type in resource.data_types:
                assert company.records(data_type) == kept[data_type]
        for data_type, records in there.items():
            assert set(company.live(data_type)) == set(records), data_type
        if whole and all(each is None for each in pages.values()):
            pytest.skip(f"{', '.join(pages)} cannot be emptied")


def _emptied(resource: Resource, bodies: Sequence[bytes]) -> Any:  # noqa: ANN401 - JSON
    """Give a list's first page without its records; None where there is no way to take them out."""
    nothing = _without_records(json.loads(bodies[0])) if bodies else None
    if nothing is None or len(resource.parse(json.dumps(nothing).encode()).records):
        return None
    return nothing


def _without_records(told: Any) -> Any:  # noqa: ANN401 - JSON
    """Take the records out of a page: all of its lists, wherever they are."""
    if isinstance(told, list):
        return []
    if not isinstance(told, dict):
        return told
    return {name: _without_records(each) for name, each in told.items()}


def _links(paging: object) -> bool:
    return isinstance(paging, Links) or bool(
        getattr(paging, "inner", None) and _links(getattr(paging, "inner", None))
    )
