"""Durable functions beyond the recorded cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support.hosting import Host, eventually
from tests.support.ordeal import begin


def test_a_wide_fan_out_comes_back_whole(shop: Host) -> None:
    assert shop.run("fan", "wide", 300)["output"] == sum(range(300))


# What kills the worker is started by the webhook: a function may die with it before it answers.
@pytest.mark.parametrize(
    ("code", "told"), [(3, "exited with code 3"), (-9, "killed by SIGKILL")], ids=str
)
def test_an_activity_whose_worker_dies_fails_at_once(shop: Host, code: int, told: str) -> None:
    begin(shop, "calls", f"deadly{code}", ["deadly", code])
    assert told in shop.finished(f"deadly{code}")["output"]


def test_an_orchestration_that_kills_the_worker_is_given_up_after_three_tries(shop: Host) -> None:
    assert shop.durable("POST", "orchestrators/poison/poison").status_code == 202
    end = shop.finished("poison")
    assert end["runtimeStatus"] == "Failed"
    assert "the worker process died 3 times while it ran" in end["output"]
    assert len(shop.noted(orchestration="poison")) == 3
    assert shop.run("chain", "after-poison", 2)["output"] == 2


def test_an_entity_that_kills_the_worker_is_given_up_too(shop: Host) -> None:
    answer = shop.durable("POST", "entities/counter/doomed", op="die")
    assert answer.status_code == 202
    eventually(lambda: shop.output.count("Entity @counter@doomed had no answer") == 3)
    assert shop.http.get("/echo/alive").status_code == 200


def test_a_very_long_exception_is_cut(shop: Host) -> None:
    output = shop.run("calls", "verbose", ["verbose_failure", 100_000])["output"]
    assert "characters left out" in output
    assert len(output) < 50_000


def test_an_unknown_child_fails_at_once_with_a_clear_message(shop: Host) -> None:
    output = shop.run("parent_of_unknown", "orphan")["output"]
    assert "The function 'nobody' doesn't exist" in output
    assert "known orchestrator functions: 'calls', 'chain'" in output


def test_a_custom_status_above_16_kilobytes_fails_the_instance(shop: Host) -> None:
    end = shop.run("loud", "loud")
    assert end["runtimeStatus"] == "Failed"
    assert "must not exceed 16 KB" in end["output"]


def test_no_event_is_lost_across_continue_as_new(shop: Host) -> None:
    shop.begin("gathers", "gathers", [])
    for number in range(3):
        assert shop.event("gathers", "item", number).status_code == 202
    assert len(shop.finished("gathers")["output"]) == 3


def test_a_long_timer_is_kept_in_pieces_of_three_days(shop: Host) -> None:
    shop.begin("long_timer", "long")

    def created() -> dict[str, Any] | None:
        document = shop.durable("GET", "instances/long", showHistory="true").json()
        events = document["historyEvents"]
        return next((e for e in events if e["EventType"] == "TimerCreated"), None)

    due = datetime.fromisoformat(eventually(created)["FireAt"])
    assert abs(due - datetime.now(UTC) - timedelta(days=3)) < timedelta(minutes=1)
    assert shop.durable("POST", "instances/long/terminate", reason="enough").status_code == 202
    assert shop.finished("long")["output"] == "enough"


def test_call_http_returns_what_came_back(shop: Host) -> None:
    end = shop.run("fetches", "fetches", f"{shop.base}/sync?say=hello")
    assert end["output"] == ["dict", 200, "hello"]
    assert shop.run("fetches", "nowhere", "http://127.0.0.1:1/")["runtimeStatus"] == "Failed"


def test_an_unfinished_instance_is_neither_started_again_nor_purged(shop: Host) -> None:
    shop.begin("waits", "busy")
    assert shop.durable("POST", "orchestrators/waits/busy").status_code == 409
    assert shop.durable("DELETE", "instances/busy").status_code == 412
    shop.event("busy", "go", "done")
    assert shop.finished("busy")["output"] == "done"
    assert shop.durable("POST", "orchestrators/chain/busy").status_code == 202
    assert shop.finished("busy")["name"] == "chain"


@pytest.mark.parametrize("id_", ["@x", "a%23b", "a%3Fb", "a%0Ab", "x" * 257])
def test_an_instance_id_that_cannot_be_is_refused(shop: Host, id_: str) -> None:
    assert shop.durable("POST", f"orchestrators/chain/{id_}").status_code == 400


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "instances/nobody", 404),
        ("DELETE", "instances/nobody", 404),
        ("POST", "instances/nobody/terminate", 404),
        ("POST", "instances/nobody/restart", 400),
        ("GET", "entities/counter/nobody", 404),
        ("PATCH", "instances/nobody", 404),
    ],
)
def test_what_is_not_there_is_told(shop: Host, method: str, path: str, status: int) -> None:
    assert shop.durable(method, path).status_code == status


def test_a_start_may_wait_for_the_result(shop: Host) -> None:
    query = {"timeout": "20", "pollingInterval": "0.05"}
    answer = shop.durable("POST", "orchestrators/chain", **query)
    assert (answer.status_code, answer.json()) == (200, 5)
    assert shop.durable("POST", "orchestrators/parent_of_unknown", **query).status_code == 500
    query["timeout"] = "0.1"
    answer = shop.durable("POST", "orchestrators/waits", **query)
    assert answer.status_code == 202
    assert "statusQueryGetUri" in answer.json()
    assert shop.durable("POST", "orchestrators/waits", timeout="soon").status_code == 400


def test_a_time_that_is_none_is_refused(shop: Host) -> None:
    assert shop.durable("GET", "instances/", createdTimeFrom="soon").status_code == 400


def test_the_webhooks_need_the_system_key(shop: Host) -> None:
    path = "/runtime/webhooks/durabletask/instances/x"
    assert shop.http.get(path).status_code == 401
    assert shop.http.get(path, params={"code": shop.keys["default"]}).status_code == 401


def test_an_entity_adds_up_what_it_is_sent(shop: Host) -> None:
    url = f"/runtime/webhooks/durabletask/entities/Counter/till?op=add&code={shop.keys['durable']}"
    for _ in range(20):
        assert shop.http.post(url, json="1").status_code == 202
    answer = eventually(lambda: a if (a := shop.http.get(url)).text == "20" else None)
    assert answer.headers["content-type"].startswith("application/json")


def test_a_failed_instance_may_be_told_as_500(shop: Host) -> None:
    shop.run("parent_of_unknown", "failed-500")
    query = {"returnInternalServerErrorOnFailure": "true"}
    assert shop.durable("GET", "instances/failed-500").status_code == 200
    assert shop.durable("GET", "instances/failed-500", **query).status_code == 500


def test_the_status_page_shows_an_orchestration_and_runs_it_again(shop: Host) -> None:
    shop.run("mixed", "pictured", {"rounds": 1})
    assert "pictured" in shop.http.get("/admin/ui").text
    page = shop.http.get("/admin/ui/instance", params={"id": "pictured"}).text
    assert page.count("<rect") == 6
    action = {"id": "pictured", "do": "restart"}
    assert shop.http.post("/admin/ui/instance", params=action).status_code == 403
    headers = {"Origin": shop.base}
    answer = shop.http.post("/admin/ui/instance", params=action, headers=headers)
    assert answer.status_code == 303
    assert shop.finished("pictured")["output"] == [5, 2]


def test_the_status_page_is_for_this_machine_only(shop: Host) -> None:
    headers = {"Host": "evil.example"}
    assert shop.http.get("/admin/ui", headers=headers).status_code == 401
    headers["x-functions-key"] = shop.keys["master"]
    assert shop.http.get("/admin/ui", headers=headers).status_code == 200
