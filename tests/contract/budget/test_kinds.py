"""Every kind of limit is kept to the call against a simulator that enforces it."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import dataclass, replace

import httpx
import pytest
from pydantic import SecretStr

from shared_code.budget.ledger import with_shares
from shared_code.errors import Retry
from shared_code.fetch.paging import Ask
from shared_code.fetch.provider import Provider
from shared_code.store.database import Database
from tests.support.budgets import make_budgets
from tests.support.clock import ManualClock
from tests.support.simulated import Caller, called
from tests.support.throttled import THROTTLED, Throttled

URL = "http://127.0.0.1/v1/pages"


@dataclass(frozen=True)
class Key:
    """A key that does not run out."""

    text: str

    def token(self) -> SecretStr:
        return SecretStr(self.text)

    def refused(self, _: SecretStr) -> SecretStr:
        raise AssertionError("The key is good")


@dataclass(frozen=True)
class Reader:
    """A connection to a simulator that keeps its limit."""

    caller: Caller
    provider: Provider
    clock: ManualClock

    def read(self, calls: int) -> None:
        """Ask for a page so often, and wait as long as it takes."""
        for _ in range(calls):
            while not self._read():
                pass

    def _read(self) -> bool:
        try:
            self.provider.read(URL, Ask({}), httpx.Response.json)
        except Retry as trouble:
            self.clock.advance(trouble.retry_after or 0)
            return False
        return True

    def refused(self) -> list[str]:
        """The limits that the simulator refused calls for."""
        calls = self.caller.simulator.calls
        return [each.detail["limit"] for each in calls if "limit" in each.detail]


def reader_of(kind: Throttled, db: Database, clock: ManualClock) -> Reader:
    caller = called(kind.provider, clock=clock, rate_limit=True)
    [key] = list(caller.simulator.keys.values())[:1]
    budgets = replace(make_budgets(db, clock), limits=with_shares(kind.limits, 0.7))
    budget = budgets.of_connection("one", "tenant", patient=True)
    provider = Provider(caller.http, Key(key), clock, {}, lambda *_: None, budget=budget)
    return Reader(caller, provider, clock)


@pytest.mark.parametrize("ahead", [False, True], ids=["one by one", "opened ahead"])
@pytest.mark.parametrize("name", THROTTLED)
def test_a_limit_of_any_kind_is_used_up_to_the_call_and_never_exceeded(
    db: Database, clock: ManualClock, name: str, *, ahead: bool
) -> None:
    kind, began = THROTTLED[name], clock.now()
    reader = reader_of(kind, db, clock)
    with reader.provider.ahead() if ahead else nullcontext(reader.provider) as provider:
        replace(reader, provider=provider).read(kind.calls)
    assert reader.refused() == []
    calls = list(reader.caller.simulator.calls)
    assert len(calls) == kind.calls
    assert sum(each.time == began for each in calls) == kind.at_once
    took = (calls[-1].time - began).total_seconds()
    assert kind.seconds <= took < kind.seconds * 1.1


@pytest.mark.parametrize("name", THROTTLED)
def test_a_refusal_of_any_kind_is_heard_and_waited_out(
    db: Database, clock: ManualClock, name: str
) -> None:
    reader = reader_of(THROTTLED[name], db, clock)
    # Somebody else with our app has used it up.
    while not reader.refused():
        reader.caller.get("/v1/pages")
    others = len(reader.caller.simulator.calls)
    reader.read(1)
    mine = [each.detail.get("limit") for each in reader.caller.simulator.calls][others:]
    assert mine == [*reader.refused()[:1], None]
