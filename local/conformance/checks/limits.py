"""Checks: a provider's limits are kept by all who share them, and its refusals are obeyed.

No sync of a small book uses up a day's calls. So a limit is shrunk, the provider's own amount and
the declared one in the same proportion: what is declared too wide stays too wide. The others stay
as they are. The ledger of calls is the judge; the connector waits by the clock that it is kept by.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, replace
from math import ceil

import pytest

from local.conformance.checks.custody import ask
from local.conformance.company import Company
from local.conformance.ledger import counted, peak
from local.conformance.world import World
from shared_code.errors import Throttled
from shared_code.fetch.permits import OverBudget
from shared_code.limits import Limit, nothing_said

FEW = 3
"""Calls that a limit is shrunk to: one sync of some data types makes more."""

AT_ONCE = 2
TYPES = 5
ROUNDS = 2
"""Syncs of each company: a first one, which may not take all of a day, and a later one."""

LOOK, MOST_LOOKS = 0.01, 3_000
"""Seconds between two looks at what the provider has heard, and how many before it is given up."""

MOST_CALLS = 200
MOST_REFUSALS = 40
"""More than the hours of a day, for a provider that does not say how long to wait."""


@dataclass(frozen=True)
class Shrunk:
    """Limits of two companies, the first of them the closest."""

    limits: Sequence[Limit]
    """As declared, but for the amounts."""
    allowed: Mapping[str, int]
    """What the simulator lets through, by name."""
    companies: Sequence[Company]

    @property
    def world(self) -> World:
        """Where the limits are in force."""
        return self.companies[0].world


class Limiting:
    """What the provider allows, and what becomes of a call that it refuses."""

    def test_the_limits_of_the_provider_are_kept(self, world: World) -> None:
        """Each is used up, by itself and with others, and none is ever exceeded."""
        for group, tenants in _groups(world):
            with _shrunk(world, group, tenants=tenants) as shrunk:
                since = world.last_call()
                _use_up(shrunk)
                _hold_against_the_ledger(shrunk, since)

    def test_a_refusal_closes_a_limit_for_all_who_share_it_until_it_is_over(
        self, world: World
    ) -> None:
        for limit in _limits(world):
            # What answers tell of what is left would keep a refusal from ever coming.
            unheard = replace(limit, remaining="", spent=None)
            names_limits = world.limits.exceeded is not nothing_said
            tenants = 2 if names_limits and limit.scope == "app" else 1
            with _shrunk(world, [unheard], tenants=tenants, declared=unheard.amount) as shrunk:
                _be_refused(shrunk)


def _limits(world: World) -> Sequence[Limit]:
    """The declared limits on calls for data; the check is passed over where there are none."""
    limits = [each for each in world.limits.of if each.amount and "api" in each.counts]
    declared, own = {each.name for each in limits}, world.simulator.limits().keys()
    differ = f"the simulator enforces {sorted(own)}, the spec declares {sorted(declared)}"
    assert declared == own, differ
    if not limits:
        pytest.skip("the provider has no limits")
    return limits


def _groups(world: World) -> Iterator[tuple[Sequence[Limit], int]]:
    """Each limit alone, and those of a tenant that count calls over time together.

    Two companies share them, of one tenant or of two: a limit that holds for each tenant must not
    be the app's in truth, nor the other way round.
    """
    limits = _limits(world)
    for each in limits:
        own = 2 if each.scope == "app" else 1
        yield from (([each], tenants) for tenants in ((1, 2) if each.per else (own,)))
    together = [
        each
        for each in limits
        if each.per and each.scope == "connection" and each.cost == 1 and not each.paths
    ]
    if len(together) > 1:
        yield sorted(together, key=_seconds), 1


@contextmanager
def _shrunk(
    world: World, limits: Sequence[Limit], *, tenants: int, declared: int = 0
) -> Iterator[Shrunk]:
    """Link two companies, and put limits in force that a few calls use up.

    With `declared`, the connector believes that it may make so many.
    """
    pair = [world.fresh_company(), world.fresh_company(world.watched if tenants > 1 else None)]
    own = world.simulator.limits()
    allowed = {
        each.name: min(own[each.name], number * FEW * each.cost if each.per else AT_ONCE)
        for number, each in enumerate(limits, start=1)
    }
    shrunk = [
        replace(each, amount=declared or _shrink(each, allowed[each.name] / own[each.name]))
        for each in limits
    ]
    # What was counted before is forgotten by then.
    world.clock.advance(1 + max(1.1 * _seconds(each) for each in limits))
    others = [each for each in world.limits.of if each.name not in allowed]
    with world.limited(replace(world.limits, of=(*shrunk, *others)), allowed) as limited:
        yield Shrunk(shrunk, allowed, [replace(each, world=limited) for each in pair])


def _shrink(limit: Limit, share: float) -> int:
    return max(limit.cost, ceil(round(limit.amount * share, 6)))


def _seconds(limit: Limit) -> float:
    return limit.per.total_seconds() if limit.per else 0


def _use_up(shrunk: Shrunk) -> None:
    if shrunk.limits[0].per is None:
        _call_at_once(shrunk)
        return
    types = shrunk.world.data_types[:TYPES]
    for _ in range(ROUNDS):
        for company in shrunk.companies:
            statuses = company.sync(*types)
            assert {statuses[each] for each in types} == {"Complete"}


def _call_at_once(shrunk: Shrunk) -> None:
    """Hold back the answers to as many calls as are allowed, and try one more of each company."""
    with _held(shrunk, shrunk.limits[0].amount):
        for company in shrunk.companies:
            with suppress(Throttled):
                ask(company)


@contextmanager
def _held(shrunk: Shrunk, calls: int) -> Iterator[None]:
    """Have so many calls under way, of all companies in turn."""
    world, since = shrunk.world, shrunk.world.last_call()
    path = world.connector.source.resources[0].path
    with ThreadPoolExecutor(calls) as pool:
        with world.trouble(action="hold", path=path, times=calls):
            waiting = [
                pool.submit(ask, shrunk.companies[number % len(shrunk.companies)])
                for number in range(calls)
            ]
            _wait_for(lambda: len(world.asked(since)) >= calls, waiting)
            yield
        _join(waiting)


def _wait_for(is_reached: Callable[[], bool], calls: Sequence[Future[None]]) -> None:
    """Wait until the provider has heard of calls, or one of them came back."""
    for _ in range(MOST_LOOKS):
        if is_reached() or wait(calls, LOOK, FIRST_COMPLETED).done:
            return
    raise AssertionError("the provider has not heard of the calls")


def _join(waiting: Sequence[Future[None]]) -> None:
    for each in waiting:
        with suppress(Throttled):
            each.result()


def _hold_against_the_ledger(shrunk: Shrunk, since: int) -> None:
    calls = shrunk.world.simulator.calls(since=since)
    refused = [(each.path, each.refused) for each in calls if each.refused]
    assert not refused, "the provider had to refuse calls"
    for limit in shrunk.limits:
        allowed = shrunk.allowed[limit.name]
        real = replace(limit, amount=allowed)
        counting = counted(limit, shrunk.world.connector, calls)
        tenants = {each.tenant if limit.scope == "connection" else None for each in counting}
        peaks = (
            peak(real, [each for each in counting if tenant in (None, each.tenant)])
            for tenant in tenants
        )
        most = max(peaks, default=0)
        assert most <= allowed, f"{limit.name}: {most} of {allowed} were used"
        declared = f"{limit.name}: only {most} of {limit.amount} that are declared were used"
        assert most + limit.cost > limit.amount, declared


def _be_refused(shrunk: Shrunk) -> None:
    """Call until the provider refuses; nobody may call until it is over, and then all goes on."""
    [limit], world = shrunk.limits, shrunk.world
    asks, _ = shrunk.companies
    taken = shrunk.allowed[limit.name] if limit.per is None else 0
    with _held(shrunk, taken) if taken else nullcontext():
        seconds = _refusal(asks)
        since = world.last_call()
        assert world.simulator.calls()[-1].refused == limit.name
        assert all(_waits(each) for each in shrunk.companies), f"{limit.name} was not obeyed"
        assert not world.asked(since)
    for company in shrunk.companies:
        _wait_until_let_through(company, seconds)
        seconds = 0.0


def _refusal(company: Company) -> float:
    """Call until it is too much; gives the wait."""
    for _ in range(MOST_CALLS):
        try:
            ask(company)
        except OverBudget as early:
            raise AssertionError("nothing was refused") from early
        except Throttled as refusal:
            return refusal.retry_after or 0.0
    raise AssertionError(f"{MOST_CALLS} calls were let through")


def _waits(company: Company) -> bool:
    """Whether a call has to wait by the platform's own count."""
    try:
        ask(company)
    except Throttled as told:
        return isinstance(told, OverBudget)
    return False


def _wait_until_let_through(company: Company, seconds: float) -> None:
    for _ in range(MOST_REFUSALS):
        company.world.clock.advance(seconds)
        try:
            ask(company)
        except Throttled as again:
            seconds = again.retry_after or 0.0
        else:
            return
    raise AssertionError("the limit stays closed")
