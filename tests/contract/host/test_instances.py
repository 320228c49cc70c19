"""Instances are listed, looked at and acted upon by the SDK's own client as on the real host."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from tests.support.hosting import APPS, Host, eventually, hosted

MANY = 1200
TOKEN = "x-ms-continuation-token"
LONG_AGO = "2026-01-01T00:00:00+00:00"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with hosted(APPS / "management", tmp_path_factory.mktemp("management")) as running:
        yield running


def ask(host: Host, method: str, **given: Any) -> Any:  # noqa: ANN401 - any JSON
    """Call a method of the durable client in a function, and return its result."""
    answer = host.http.post(f"/ask/{method}", json=given)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refusal(host: Host, method: str, **given: Any) -> str:  # noqa: ANN401 - any JSON
    """Call a method of the durable client that raises, and return what it said."""
    answer = host.http.post(f"/ask/{method}", json=given)
    assert answer.status_code == 422, answer.text
    return str(answer.json())


def start(host: Host, name: str, id_: str, given: object = None) -> None:
    ask(host, "start_new", orchestration_function_name=name, instance_id=id_, client_input=given)


def in_state(host: Host, id_: str, state: str) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        document = host.status(id_)
        return document if document["runtimeStatus"] == state else None

    return eventually(look)


def page(host: Host, token: str | None = None, **query: str) -> httpx.Response:
    headers = {TOKEN: token} if token else {}
    url = "/runtime/webhooks/durabletask/instances"
    params = {"code": host.keys["durable"], **query}
    return host.http.get(url, params=params, headers=headers)


def ids(documents: list[dict[str, Any]]) -> list[str]:
    return [document["instanceId"] for document in documents]


@pytest.fixture(scope="module")
def many(host: Host) -> list[str]:
    """Over a thousand finished instances; their ids in order."""
    assert host.http.post(f"/begin/many/{MANY}").status_code == 202
    last = f"many-{MANY - 1:04}"
    host.finished(last)
    return [f"many-{number:04}" for number in range(MANY)]


# --- lists ----------------------------------------------------------------------------------------


def test_the_sdks_client_sees_the_first_hundred_of_many(host: Host, many: list[str]) -> None:
    assert len(ask(host, "get_status_all")) == 100
    assert ids(ask(host, "get_status_by", instance_id_prefix="many-")) == many[:100]


def test_the_sdks_client_reaches_all_by_narrower_questions(host: Host, many: list[str]) -> None:
    seen: list[str] = []
    for hundred in range(MANY // 100):
        prefix = f"many-{hundred:02}"
        found = ask(host, "get_status_by", instance_id_prefix=prefix, runtime_status=["Completed"])
        seen += ids(found)
    assert seen == many


@pytest.mark.parametrize("top", ["", "7", "250", "1200", "5000"])
def test_pages_follow_one_another_by_their_token(host: Host, many: list[str], top: str) -> None:
    query = {"instanceIdPrefix": "many-0" if top == "7" else "many-", "top": top}
    seen: list[str] = []
    token: str | None = None
    while True:
        answer = page(host, token, **query)
        assert len(answer.json()) <= int(top or 100)
        seen += ids(answer.json())
        token = answer.headers.get(TOKEN)
        if token is None:
            break
    assert seen == [id_ for id_ in many if id_.startswith(query["instanceIdPrefix"])]


def test_what_is_purged_between_two_pages_hides_nothing(host: Host) -> None:
    assert host.http.post("/begin/shrinking/30").status_code == 202
    host.finished("shrinking-0029")
    query = {"instanceIdPrefix": "shrinking-", "top": "10"}
    first = page(host, **query)
    for id_ in ids(first.json())[:5]:
        assert ask(host, "purge_instance_history", instance_id=id_) == 1
    second = page(host, first.headers[TOKEN], **query)
    assert ids(second.json())[0] == "shrinking-0010"


def test_instances_are_found_by_the_time_of_their_start(host: Host) -> None:
    start(host, "quick", "timed-1")
    between = datetime.now(UTC).isoformat()
    start(host, "quick", "timed-2")

    def found(**times: str) -> list[str]:
        return ids(ask(host, "get_status_by", instance_id_prefix="timed-", **times))

    assert found(created_time_from=LONG_AGO) == ["timed-1", "timed-2"]
    assert found(created_time_from=between) == ["timed-2"]
    assert found(created_time_to=between) == ["timed-1"]
    assert found(created_time_from=LONG_AGO, created_time_to=between) == ["timed-1"]


def test_instances_are_found_by_several_states(host: Host) -> None:
    for name in ("quick", "fails", "waits"):
        start(host, name, f"state-{name}")
    for name, state in (("quick", "Completed"), ("fails", "Failed"), ("waits", "Running")):
        in_state(host, f"state-{name}", state)

    def found(*states: str) -> list[str]:
        query = {"instance_id_prefix": "state-", "runtime_status": list(states)}
        return sorted(ids(ask(host, "get_status_by", **query)))

    assert found("Failed") == ["state-fails"]
    assert found("Completed", "Running") == ["state-quick", "state-waits"]
    assert found("Terminated") == []
    url = "/runtime/webhooks/durabletask/instances?instanceIdPrefix=state-"
    query = f"&runtimeStatus=Failed&runtimeStatus=Running, Pending&code={host.keys['durable']}"
    several = host.http.get(url + query).json()
    assert sorted(ids(several)) == ["state-fails", "state-waits"]


@pytest.mark.parametrize(("show", "given"), [("true", '"told"'), ("false", None), ("", '"told"')])
def test_inputs_may_be_left_out(host: Host, show: str, given: str | None) -> None:
    start(host, "quick", "shown-1", "told")
    query = {"instanceIdPrefix": "shown-"} | ({"showInput": show} if show else {})
    assert page(host, **query).json()[0]["input"] == given


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({"top": "some"}, "top is no number of instances: some"),
        ({"top": "0"}, "top is no number of instances: 0"),
        ({"top": "-1"}, "top is no number of instances: -1"),
        ({"runtimeStatus": "Completed,Odd"}, "runtimeStatus 'Odd' is none of Pending, Running"),
        ({"runtimeStatus": "failed"}, "runtimeStatus 'failed' is none of Pending, Running"),
        ({"createdTimeTo": "soon"}, "createdTimeTo is no time: soon"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(
    host: Host, query: dict[str, str], text: str
) -> None:
    answer = page(host, **query)
    assert answer.status_code == 400
    assert text in answer.json()["ExceptionMessage"]


@pytest.mark.parametrize("token", ["5", "nonsense!", "bnVsbA==", "WzFd"])
def test_a_token_that_is_none_of_ours_is_refused(host: Host, token: str) -> None:
    answer = page(host, token)
    assert answer.status_code == 400
    assert TOKEN in answer.json()["ExceptionMessage"]


# --- purge ----------------------------------------------------------------------------------------


def test_a_purge_takes_what_its_filters_let_through_and_nothing_that_runs(host: Host) -> None:
    began = datetime.now(UTC).isoformat()
    for name in ("quick", "fails", "waits"):
        start(host, name, f"purged-{name}")
    in_state(host, "purged-quick", "Completed")
    in_state(host, "purged-fails", "Failed")
    purge = "purge_instance_history_by"
    assert ask(host, purge, created_time_from=began, runtime_status=["Failed"]) == 1
    assert ask(host, purge, created_time_from=began, runtime_status=["Failed"]) == 0
    assert ask(host, purge, created_time_from=began, created_time_to=began) == 0
    assert ask(host, purge, created_time_from=began) == 1
    assert host.status("purged-waits")["runtimeStatus"] == "Running"


def test_a_purge_needs_a_time_and_takes_no_prefix(host: Host) -> None:
    answer = host.durable("DELETE", "instances/", runtimeStatus="Failed")
    assert answer.status_code == 400
    assert "from which time on (createdTimeFrom)" in answer.json()["ExceptionMessage"]
    query = {"createdTimeFrom": LONG_AGO, "instanceIdPrefix": "x"}
    answer = host.durable("DELETE", "instances/", **query)
    assert answer.status_code == 400
    assert "instanceIdPrefix does not narrow a purge down" in answer.json()["ExceptionMessage"]


# --- one instance ---------------------------------------------------------------------------------


def test_a_status_shows_history_outputs_and_input_as_asked(host: Host) -> None:
    start(host, "steps", "looked-at", "ab")
    host.finished("looked-at")

    def look(**how: bool) -> dict[str, Any]:
        told: dict[str, Any] = ask(host, "get_status", instance_id="looked-at", **how)
        return told

    assert look()["historyEvents"] is None
    assert look()["output"] == ["abab", "abab"]
    events = look(show_history=True)["historyEvents"]
    kinds = [event["EventType"] for event in events]
    assert kinds == [
        "ExecutionStarted",
        "TaskCompleted",
        "SubOrchestrationInstanceCompleted",
        "ExecutionCompleted",
    ]
    assert [event["FunctionName"] for event in events[:3]] == ["steps", "doubled", "quick"]
    assert not any("Result" in event for event in events)
    events = look(show_history=True, show_history_output=True)["historyEvents"]
    assert [event.get("Result") for event in events[1:]] == ["abab", "abab", ["abab", "abab"]]
    assert look(show_input=True)["input"] == '"ab"'


def test_a_restart_begins_anew_with_the_same_input(host: Host) -> None:
    start(host, "quick", "again", "given")
    first = host.finished("again")
    links = ask(host, "restart", instance_id="again")
    assert links["id"] != "again"
    assert host.finished(links["id"])["output"] == first["output"] == "given"
    same = ask(host, "restart", instance_id="again", restart_with_new_instance_id=False)
    assert same["id"] == "again"
    assert host.finished("again")["output"] == "given"
    assert "unexpected status code 400" in refusal(host, "restart", instance_id="nobody")


def test_a_suspended_instance_keeps_what_comes_until_it_is_resumed(host: Host) -> None:
    start(host, "waits", "paused")
    in_state(host, "paused", "Running")
    ask(host, "suspend", instance_id="paused", reason="lunch & more")
    assert in_state(host, "paused", "Suspended")["output"] == "lunch & more"
    ask(host, "raise_event", instance_id="paused", event_name="go", event_data=5)
    assert in_state(host, "paused", "Suspended")
    ask(host, "resume", instance_id="paused", reason="back")
    assert host.finished("paused")["output"] == "5"


@pytest.mark.parametrize("suspended", [False, True])
def test_an_instance_is_terminated_suspended_or_not(host: Host, suspended: bool) -> None:  # noqa: FBT001
    id_ = f"ended-{suspended}"
    start(host, "waits", id_)
    in_state(host, id_, "Running")
    if suspended:
        ask(host, "suspend", instance_id=id_, reason="wait")
        in_state(host, id_, "Suspended")
    ask(host, "terminate", instance_id=id_, reason="no more")
    end = in_state(host, id_, "Terminated")
    assert end["output"] == "no more"


@pytest.mark.parametrize(("name", "state"), [("quick", "Completed"), ("fails", "Failed")])
def test_a_finished_instance_takes_nothing_more(host: Host, name: str, state: str) -> None:
    id_ = f"deaf-{name}"
    start(host, name, id_)
    before = in_state(host, id_, state)
    event = {"instance_id": id_, "event_name": "go", "event_data": 1}
    assert "is gone: either completed or failed" in refusal(host, "raise_event", **event)
    for method in ("terminate", "suspend", "resume"):
        ask(host, method, instance_id=id_, reason="late")
        assert host.durable("POST", f"instances/{id_}/{method}").status_code == 410
    assert host.event(id_, "go", 1).status_code == 410
    assert host.status(id_) == before


@pytest.mark.parametrize("method", ["terminate", "suspend", "resume", "rewind"])
def test_of_an_instance_that_is_not_there_the_client_is_told(host: Host, method: str) -> None:
    assert "No instance with ID" in refusal(host, method, instance_id="nobody", reason="x")
    event = {"instance_id": "nobody", "event_name": "go", "event_data": 1}
    assert "No instance with ID nobody found" in refusal(host, "raise_event", **event)


def test_a_rewind_is_refused_with_what_to_do_instead(host: Host) -> None:
    start(host, "fails", "not-rewound")
    in_state(host, "not-rewound", "Failed")
    text = refusal(host, "rewind", instance_id="not-rewound", reason="x")
    assert text == ("This host does not rewind instances; restart starts one again with its input.")
    assert host.durable("POST", "instances/not-rewound/rewind").status_code == 501


def test_a_client_waits_for_the_output_or_hands_out_the_links(host: Host) -> None:
    def wait(id_: str, milliseconds: int) -> httpx.Response:
        method = "wait_for_completion_or_create_check_status_response"
        times = {"timeout_in_milliseconds": milliseconds, "retry_interval_in_milliseconds": 20}
        given = {"request": None, "instance_id": id_, **times}
        return host.http.post(f"/ask/{method}", json=given)

    start(host, "quick", "awaited", "soon")
    answer = wait("awaited", 20_000)
    assert (answer.status_code, answer.text) == (200, "soon")
    start(host, "fails", "awaited-in-vain")
    assert wait("awaited-in-vain", 20_000).status_code == 500
    start(host, "waits", "awaited-long")
    answer = wait("awaited-long", 50)
    assert answer.status_code == 202
    assert host.http.get(answer.headers["Location"]).json()["runtimeStatus"] == "Running"


def test_a_client_signals_an_entity_and_reads_its_state(host: Host) -> None:
    till = ["Counter", "till"]
    assert ask(host, "read_entity_state", entityId=till) == [False, None]
    for number in (2, 3):
        ask(host, "signal_entity", entityId=till, operation_name="add", operation_input=number)
    eventually(lambda: ask(host, "read_entity_state", entityId=till) == [True, 5])
