"""Checks: no call goes where it should not, and none is waited for without end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from local.conformance.checks.trouble import ELSEWHERE, MOST_TRIES, Fault, ends
from local.conformance.comparing import differences
from local.conformance.doors import UNREACHABLE, good, reached
from local.conformance.listening import connections
from local.conformance.world import World
from shared_code.fetch.egress import MAX_BODY, Bounds
from shared_code.spec import Resource

REDIRECTS: Mapping[str, tuple[int, Callable[[str, str], str]]] = {
    "same-host": (307, lambda url, _: f"{url}/elsewhere"),
    "itself": (302, lambda url, path: url + path),
    "other-host": (301, lambda _, path: ELSEWHERE + path),
    "plain-text": (308, lambda _, path: f"http://provider.invalid{path}"),
    "metadata": (303, lambda *_: "http://169.254.169.254/latest/meta-data/"),
}
"""Statuses, and where they lead to from a base URL and a path."""

ENDLESS: Mapping[str, Fault] = {
    "oversize": {"action": "huge", "bytes": MAX_BODY + 1_000_000},
    "gzip-bomb": {"action": "bomb", "bytes": 2 * MAX_BODY},
}
"""Answers that are larger than any may be, on the wire or inflated."""

USUAL = frozenset(
    ("name-of-no-host", "certificate-of-another-host", "same-host", "metadata", "gzip-bomb")
)
"""The others are for `make test-long` and for certifying."""


def _each(troubles: Mapping[str, object]) -> list[Any]:
    return [
        pytest.param(each, marks=() if each in USUAL else pytest.mark.long) for each in troubles
    ]


HASTY = Bounds(deadline=0.5)
PIECES = 20
"""A dripped page comes in so many, a tenth of a second apart: none is late, and all together."""


def first_list(world: World) -> Resource:
    """The first list that needs no other."""
    lists = world.connector.source.resources
    return next(each for each in lists if each.feeds and not each.lookups)


class Reaching:
    """The way to the provider: names, certificates, redirects, bytes, and time."""

    @pytest.mark.parametrize("trouble", _each(UNREACHABLE))
    def test_a_provider_that_is_not_met_for_sure_is_told_nothing(
        self, world: World, trouble: str
    ) -> None:
        company, types = world.patient, first_list(world).data_types
        kept = company.contents()
        with UNREACHABLE[trouble](world) as front, reached(world, front.url):
            statuses = company.sync(*types)
        assert {statuses[each] for each in types} == {"FetchError"}
        for each in types:
            assert company.pulls()[each].error_message == "The provider could not be reached"
        assert not front.heard
        assert not differences(company.contents(), kept)
        assert company.row().status == "Linked"
        statuses = company.sync(*types)
        assert {statuses[each] for each in types} == {"Complete"}

    def test_a_provider_that_proves_who_it_is_is_read(self, world: World) -> None:
        company, types = world.patient, first_list(world).data_types
        with good(world) as front, reached(world, front.url):
            statuses = company.sync(*types)
        assert {statuses[each] for each in types} == {"Complete"}
        assert front.heard

    @pytest.mark.parametrize("redirect", _each(REDIRECTS))
    def test_a_redirect_is_followed_nowhere(self, world: World, redirect: str) -> None:
        status, leads = REDIRECTS[redirect]
        to = leads(world.simulator.url, world.longest.path)
        script = {"action": "status", "status": status, "headers": {"Location": to}}
        self._given_up_at_once(world, script)

    @pytest.mark.parametrize("fault", _each(ENDLESS))
    def test_an_answer_is_read_up_to_the_cap_and_not_asked_for_again(
        self, world: World, fault: str
    ) -> None:
        self._given_up_at_once(world, ENDLESS[fault])

    def _given_up_at_once(self, world: World, script: Fault) -> None:
        _, since = world.patient, world.last_call()
        with connections() as called:
            ends(world, script, {"FetchError"})
        assert called <= world.allowed
        assert len(world.asked(since, world.longest.path)) == 1
        assert not [each for each in world.simulator.calls(since=since) if "elsewhere" in each.path]

    def test_a_page_that_drips_is_left_at_the_deadline(self, world: World) -> None:
        resource, since = world.longest, world.last_call()
        piece = len(world.settled.bodies(resource.name)[1]) // PIECES
        drip = {"action": "drip", "bytes": max(piece, 1), "seconds": 0.1, "after": 1, "times": 1}
        types, company = resource.fed, world.fresh_company()
        with reached(world, bounds=HASTY), world.trouble(path=resource.path, **drip):
            statuses = company.sync(*types)
        assert {statuses[each] for each in types} == {"Complete"}
        for each in types:
            assert company.records(each) == world.settled.records(each)
        again = len(world.asked(since, resource.path)) - world.settled.pages()[resource.name]
        assert 0 < again <= MOST_TRIES
