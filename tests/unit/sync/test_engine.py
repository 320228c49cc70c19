"""Nothing that was asked for is forgotten, whatever is lost on the way."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from shared_code.notify.relay import relay
from shared_code.sync.commands import Commands
from shared_code.sync.due import queue_due
from shared_code.sync.plan import plan
from shared_code.sync.runs import LEASE, RunRef, claim, hand_over
from shared_code.sync.schedule import hours_by_type
from shared_code.sync.settings import load_habits
from shared_code.sync.sweeper import sweep_runs
from shared_code.turn import Turn
from tests.support.rigs import on_both
from tests.support.shop import CLIENT, COMPANY, CONNECTION, Rig
from tests.unit.sync.test_pipeline import drive, fill


def commands(rig: Rig) -> Commands:
    return Commands(rig.db, rig.clock, revoke=lambda *owner: revoked.append(owner))


revoked: list[tuple[str, str]] = []


def woken(rig: Rig) -> list[str]:
    return [json.loads(text)["command"] for _, text in rig.queue.sent]


def set_schedule(rig: Rig, data_type: str, hours: int, *, company: str = COMPANY) -> None:
    rig.change(
        "insert into sync_settings (client_id, company_id, data_type, fetch_on_first_link,"
        " sync_schedule, sync_order) values (:client, :company, :data_type, true, :hours, 0)",
        client=CLIENT,
        company=company,
        data_type=data_type,
        hours=hours,
    )


def test_a_wake_up_call_goes_to_the_connectors_own_queue(rig: Rig) -> None:
    rig.request("items")
    assert [queue for queue, _ in rig.queue.sent] == ["xero-commands"]


def test_a_lost_wake_up_call_is_sent_again_after_half_a_minute(rig: Rig) -> None:
    rig.request("items")
    [first] = woken(rig)
    assert relay(rig.db, rig.queue, Turn(rig.clock)) == 0
    rig.clock.advance(31)
    assert relay(rig.db, rig.queue, Turn(rig.clock)) == 1
    assert woken(rig) == [first, first]


def test_a_command_that_is_done_is_not_sent_again(rig: Rig) -> None:
    run = rig.request("items")
    [command] = woken(rig)
    ref = commands(rig).take(command)
    commands(rig).done(command)
    rig.clock.advance(3600)
    assert ref == RunRef(COMPANY, run, 1)
    assert relay(rig.db, rig.queue, Turn(rig.clock)) == 0


@on_both
def test_a_command_that_comes_twice_starts_the_same_claim(rig: Rig) -> None:
    rig.request("items")
    [command] = woken(rig)
    assert commands(rig).take(command) == commands(rig).take(command)


def test_a_command_nobody_knows_is_let_go(rig: Rig) -> None:
    assert commands(rig).take("unknown") is None


@on_both
def test_a_run_whose_driver_is_gone_is_queued_again_under_a_new_fence(rig: Rig) -> None:
    run = rig.request("items")
    old = claim(rig.db, COMPANY, run, until=rig.clock.now() + LEASE)
    rig.clock.advance(7 * 60 + 1)
    assert sweep_runs(rig.db, rig.queue, Turn(rig.clock)) == 1
    new = claim(rig.db, COMPANY, run, until=rig.clock.now() + LEASE)
    assert old is not None
    assert new is not None
    assert new.fence == old.fence + 1


def test_a_run_with_a_live_lease_is_left_alone(rig: Rig) -> None:
    claim(rig.db, COMPANY, rig.request("items"), until=rig.clock.now() + LEASE)
    rig.clock.advance(6 * 60)
    assert sweep_runs(rig.db, rig.queue, Turn(rig.clock)) == 0


def test_a_lease_is_as_long_as_the_settings_say(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAUSEWAY_SYNC_LEASE_SECONDS", "20")
    rig.pipeline = replace(rig.pipeline, habits=load_habits())
    rig.request("items")
    [command] = woken(rig)
    short = Commands(rig.db, rig.clock, revoke=lambda *_: None, lease=rig.pipeline.habits.lease)
    ref = short.take(command)
    assert ref is not None
    rig.clock.advance(19)
    plan(rig.pipeline, ref)
    rig.clock.advance(19)
    assert sweep_runs(rig.db, rig.queue, Turn(rig.clock)) == 0
    rig.clock.advance(2)
    assert sweep_runs(rig.db, rig.queue, Turn(rig.clock)) == 1


def test_a_run_that_never_gets_anywhere_ends_by_name(rig: Rig) -> None:
    run = rig.request("items")
    for _ in range(7):
        claim(rig.db, COMPANY, run, until=rig.clock.now() + LEASE)
        rig.clock.advance(8 * 60)
        sweep_runs(rig.db, rig.queue, Turn(rig.clock))
    assert rig.statuses() == {"items": "InternalError"}


@pytest.mark.parametrize(
    ("status", "ends"), [("Unlinked", "Cancelled"), ("Deauthorized", "AuthError")]
)
def test_a_run_of_a_connection_that_is_no_longer_linked_ends(
    rig: Rig, status: str, ends: str
) -> None:
    claim(rig.db, COMPANY, rig.request("items"), until=rig.clock.now() + LEASE)
    rig.set_connection(status=status)
    rig.clock.advance(8 * 60)
    sweep_runs(rig.db, rig.queue, Turn(rig.clock))
    assert rig.statuses() == {"items": ends}


def test_a_run_handed_over_is_queued_with_a_new_command(rig: Rig) -> None:
    run = rig.request("items")
    ref = claim(rig.db, COMPANY, run, until=rig.clock.now() + LEASE)
    assert ref is not None
    hand_over(rig.db, rig.queue, rig.clock, ref)
    assert len(set(woken(rig))) == 2
    assert claim(rig.db, COMPANY, run, until=rig.clock.now() + LEASE) == RunRef(COMPANY, run, 2)


def test_an_hourly_type_is_synced_an_hour_after_its_last_sync(rig: Rig) -> None:
    fill(rig, 1)
    set_schedule(rig, "items", 1)
    drive(rig, "items", "customers")
    rig.clock.advance(3500)
    assert queue_due(rig.db, rig.queue, Turn(rig.clock)) == 0
    rig.clock.advance(200)
    assert queue_due(rig.db, rig.queue, Turn(rig.clock)) == 1
    assert rig.statuses() == {"items": "Queued", "customers": "Complete"}
    assert rig.rows("select trigger from runs order by requested_at")[-1] == ("schedule",)


@on_both
def test_a_due_type_is_queued_once(rig: Rig) -> None:
    fill(rig, 1)
    set_schedule(rig, "items", 1)
    drive(rig, "items")
    rig.clock.advance(3700)
    queue_due(rig.db, rig.queue, Turn(rig.clock))
    assert queue_due(rig.db, rig.queue, Turn(rig.clock)) == 0


def test_a_due_type_whose_wake_up_call_is_lost_is_synced_all_the_same(rig: Rig) -> None:
    fill(rig, 1)
    set_schedule(rig, "items", 24)
    drive(rig, "items")
    rig.clock.advance(25 * 3600)
    queue_due(rig.db, rig.queue, Turn(rig.clock))
    rig.queue.sent.clear()
    rig.clock.advance(31)
    relay(rig.db, rig.queue, Turn(rig.clock))
    refs = [commands(rig).take(command) for command in woken(rig)]
    run = rig.rows("select id from runs where trigger = 'schedule'")[0][0]
    assert RunRef(COMPANY, run, 1) in refs


def test_a_failed_scheduled_sync_is_due_again_after_its_interval(rig: Rig) -> None:
    set_schedule(rig, "items", 1)
    drive(rig, "items")
    fill(rig, 1)
    drive(rig, "items")
    rig.shop.items = {}
    drive(rig, "items")
    assert rig.statuses() == {"items": "ValidationError"}
    rig.clock.advance(3700)
    assert queue_due(rig.db, rig.queue, Turn(rig.clock)) == 1


def test_an_unlinked_connection_is_not_synced_by_schedule(rig: Rig) -> None:
    fill(rig, 1)
    set_schedule(rig, "items", 1)
    drive(rig, "items")
    rig.set_connection(status="Unlinked")
    rig.clock.advance(3700)
    assert queue_due(rig.db, rig.queue, Turn(rig.clock)) == 0


def test_a_companys_own_schedule_goes_before_its_clients(rig: Rig) -> None:
    set_schedule(rig, "items", 24, company="")
    set_schedule(rig, "customers", 24, company="")
    set_schedule(rig, "items", 0)
    with rig.db.read() as tx:
        assert hours_by_type(tx, COMPANY) == {"items": 0, "customers": 24}


def test_a_revoke_command_reaches_the_custodian(rig: Rig) -> None:
    from shared_code.notify.work import begin_work

    with begin_work(rig.db, rig.queue, rig.clock) as work:
        command = work.command(
            "xero", "revoke", company_id=COMPANY, payload={"connection": CONNECTION}
        )
    assert commands(rig).take(command) is None
    assert revoked[-1] == (COMPANY, CONNECTION)
