"""Large payloads arrive whole, and what is too large is refused with the limit."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import pytest

from tests.support.hosting import APPS, Host, eventually, hosted

MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with hosted(APPS / "management", tmp_path_factory.mktemp("payloads")) as running:
        yield running


def test_a_large_input_and_a_larger_result_arrive_whole_and_survive_a_kill(host: Host) -> None:
    given = {"text": "ä" + "x" * (MEGABYTE - 1), "size": 5 * MEGABYTE}
    body = {"orchestration_function_name": "carries", "instance_id": "large"}
    answer = host.http.post("/ask/start_new", json={**body, "client_input": given})
    assert answer.status_code == 200
    output = host.finished("large")["output"]
    assert (output["doubled"], output["same"]) == (2 * MEGABYTE, True)
    assert output["large"] == "x" * 5 * MEGABYTE
    host.kill()
    host.start()
    assert host.status("large")["output"] == output


def test_a_large_event_and_a_large_custom_input_arrive_whole(host: Host) -> None:
    text = "x" * MEGABYTE
    assert host.durable("POST", "orchestrators/waits/listens").status_code == 202
    assert host.event("listens", "go", text).status_code == 202
    assert host.finished("listens")["output"] == text


@pytest.mark.parametrize(("size", "fits"), [(49_152, True), (49_153, False)])
def test_a_queue_output_is_sent_up_to_64_kilobytes_and_refused_above(
    host: Host,
    size: int,
    fits: bool,  # noqa: FBT001
) -> None:
    body = base64.b64encode(str(size).encode()).decode()
    assert host.put("sizes", body).status_code == 201
    if fits:
        eventually(lambda: "grown" in host.http.get("/admin/ui").text or None)
        return
    eventually(lambda: "goes to the poison queue" in host.output or "for good" in host.output)
    assert (
        "The output cannot be sent: A queue message is at most 65536 bytes, base64 included; "
        "this has 65540." in host.output
    )


def test_a_message_by_hand_that_is_too_large_is_refused(host: Host) -> None:
    key = {"x-functions-key": host.keys["master"]}
    answer = host.http.post(
        "/admin/functions/grow_message", headers=key, json={"input": "x" * MEGABYTE}
    )
    assert answer.status_code == 400
    assert "A queue message is at most 65536 bytes" in answer.text


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b'"\\ud800"', "surrogates not allowed"),
        (b'"\xff"', "The body is no text of its charset"),
        (b"[" * 100_000, "The body is no JSON: maximum recursion depth exceeded"),
    ],
)
def test_a_body_that_no_file_can_hold_is_refused_and_its_id_stays_free(
    host: Host, body: bytes, why: str
) -> None:
    url = "/runtime/webhooks/durabletask/orchestrators/waits/halved"
    key = {"code": host.keys["durable"]}
    answer = host.http.post(url, params=key, content=body)
    assert answer.status_code == 400
    assert why in answer.json()["ExceptionMessage"]
    assert host.http.post(url, params=key, content=b'"whole"').status_code == 202
    host.event("halved", "go", 1)
    host.finished("halved")
