"""The ledger of calls, and the script of faults."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from local.providers.simulation.calls import Call, CallLedger, Match, path_matches, without_secrets
from local.providers.simulation.clock import ShiftableClock
from local.providers.simulation.faults import Action, Asked, Fault, FaultScript

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def call(seq: int, path: str = "/api.xro/2.0/Invoices", status: int | None = 200) -> Call:
    done = None if status is None else 1.0
    return Call(seq, NOW, "GET", path, "", "t", status=status, milliseconds=done)


def test_secrets_in_a_query_are_blinded_and_the_rest_is_kept() -> None:
    query = "code=abc&state=xyz&page=2&where=Type%3D%3D%22ACCREC%22"
    kept = without_secrets(query)
    assert "abc" not in kept
    assert "xyz" not in kept
    assert "page=2" in kept
    assert "ACCREC" in kept


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("/Invoices", "/api.xro/2.0/Invoices", True),
        ("/invoices", "/api.xro/2.0/Invoices", True),
        ("/api.xro/*", "/api.xro/2.0/Invoices", True),
        ("/Invoices", "/api.xro/2.0/Invoices/1", False),
        ("*/Invoices*", "/api.xro/2.0/Invoices/1", True),
        ("/connect/token", "/api.xro/2.0/Invoices", False),
    ],
)
def test_paths_match_whole_by_their_end_or_by_stars(
    pattern: str, path: str, *, matches: bool
) -> None:
    assert path_matches(pattern, path) is matches


def test_filters_narrow_the_calls() -> None:
    token = call(2, "/connect/token", 400)
    token.detail["grantType"] = "refresh_token"
    assert Match(path="/connect/token")(token)
    assert Match(status=400, detail="refresh_token", since=1)(token)
    assert not Match(status=200)(token)
    assert not Match(since=2)(token)
    assert not Match(detail="authorization_code")(token)


def test_a_call_without_an_answer_has_no_status() -> None:
    told = call(1, status=None).as_json()
    assert "status" not in told
    assert "milliseconds" not in told


async def _wait_for_two(*, answer: bool) -> list[int]:
    ledger = CallLedger()
    waiting = asyncio.create_task(ledger.wait(Match(path="/Invoices"), count=2, seconds=5))
    for seq in (1, 2):
        await ledger.begin(call(seq))
    await ledger.begin(call(3, "/connections"))
    if answer:
        await ledger.announce()
    return [each.seq for each in await waiting]


def test_who_waits_is_woken_once_enough_calls_were_seen() -> None:
    assert asyncio.run(_wait_for_two(answer=True)) == [1, 2]


async def _wait_in_vain() -> list[Call]:
    ledger = CallLedger()
    await ledger.begin(call(1, status=None))
    return await ledger.wait(Match(), count=1, seconds=0.01)


def test_who_waits_in_vain_gets_what_there_was() -> None:
    assert asyncio.run(_wait_in_vain()) == []


async def _wait_for_started() -> list[Call]:
    ledger = CallLedger()
    await ledger.begin(call(1, status=None))
    return await ledger.wait(Match(), count=1, seconds=5, started=True)


def test_calls_can_be_counted_when_they_arrive() -> None:
    assert len(asyncio.run(_wait_for_started())) == 1


def asked(path: str = "/api.xro/2.0/Invoices", **fields: str) -> Asked:
    return Asked(method="GET", path=path, **fields)


def test_a_fault_lets_calls_pass_first_and_then_hits_so_often() -> None:
    script = FaultScript(ShiftableClock())
    script.add(Fault(action=Action.RESET, path="/Invoices", after=2, times=2))
    hits = [script.take(asked()) is not None for _ in range(6)]
    assert hits == [False, False, True, True, False, False]
    assert script.take(asked("/connections")) is None
    (told,) = script.as_json()
    assert (told["matched"], told["hit"]) == (6, 2)


def test_a_fault_without_end_hits_until_it_is_lifted() -> None:
    script = FaultScript(ShiftableClock())
    number = script.add(Fault(action=Action.STATUS, status=503, times=None))
    assert all(script.take(asked()) for _ in range(20))
    script.clear(number)
    assert script.take(asked()) is None


def test_faults_choose_by_query_tenant_and_body() -> None:
    script = FaultScript(ShiftableClock())
    script.add(Fault(action=Action.LOSE, query="page=7", tenant="t", body_has="refresh"))
    assert script.wants_body()
    assert script.take(asked(query="page=7", tenant="t")) is None
    assert script.take(asked(query="page=6", tenant="t", body="refresh_token")) is None
    assert script.take(asked(query="page=7", tenant="u", body="refresh_token")) is None
    assert script.take(asked(query="page=7", tenant="t", body="refresh_token"))


def test_a_fault_that_lasts_is_over_by_the_providers_clock() -> None:
    clock = ShiftableClock(lambda: NOW)
    script = FaultScript(clock)
    script.add(Fault(action=Action.STATUS, status=503, times=None, lasts=3600))
    assert script.take(asked())
    clock.advance(timedelta(seconds=3599))
    assert script.take(asked())
    clock.advance(timedelta(seconds=1))
    assert script.take(asked()) is None


def test_a_clock_is_off_as_long_as_its_fault_is_in_force_and_no_call_is_hit() -> None:
    clock = ShiftableClock(lambda: NOW)
    script = FaultScript(clock)
    number = script.add(Fault(action=Action.SKEW, ahead=-300))
    assert clock.now() == NOW - timedelta(minutes=5)
    assert script.take(asked()) is None
    script.clear(number)
    assert clock.now() == NOW


def test_the_first_fault_that_matches_is_taken_and_then_the_next() -> None:
    script = FaultScript(ShiftableClock())
    script.add(Fault(action=Action.STATUS, status=500))
    script.add(Fault(action=Action.HTML))
    actions = [taken.fault.action if (taken := script.take(asked())) else None for _ in range(3)]
    assert actions == [Action.STATUS, Action.HTML, None]
