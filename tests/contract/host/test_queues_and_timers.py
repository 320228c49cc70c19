"""Queue and timer triggers keep the real host's rules."""

from __future__ import annotations

import base64
import sqlite3
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.support.hosting import Host, eventually, workshop

EMPTY = "<QueueMessage><MessageText/></QueueMessage>"
LARGE = f"<MessageText>{'x' * 65537}</MessageText>"


def put(host: Host, text: str) -> None:
    assert host.put("jobs", base64.b64encode(text.encode()).decode()).status_code == 201


def test_a_message_reaches_its_function_and_the_output_its_own(shop: Host) -> None:
    put(shop, "out-1")
    eventually(lambda: shop.noted(queue="done", body="out-1 is done"))
    assert shop.noted(queue="jobs", body="out-1") == [
        {"queue": "jobs", "body": "out-1", "tries": 1}
    ]


def test_put_message_answers_as_the_storage_service(shop: Host) -> None:
    answer = shop.put("unheard-of", "aGVsbG8=")
    assert answer.status_code == 201
    message = ET.fromstring(answer.content).find("QueueMessage")  # noqa: S314 - our own answer
    assert message is not None
    names = [child.tag for child in message]
    assert names == [
        "MessageId",
        "InsertionTime",
        "ExpirationTime",
        "PopReceipt",
        "TimeNextVisible",
    ]


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "jobs/messages", "no xml", 400),
        ("POST", "jobs/messages", "<QueueMessage/>", 400),
        ("POST", "jobs/messages", "<!DOCTYPE x><QueueMessage/>", 400),
        ("POST", "NoQueue/messages", EMPTY, 400),
        ("POST", "jobs/messages?visibilitytimeout=x", EMPTY, 400),
        ("POST", "jobs/messages?visibilitytimeout=nan", EMPTY, 400),
        ("POST", "jobs/messages?visibilitytimeout=604801", EMPTY, 400),
        ("POST", "jobs/messages?messagettl=1e400", EMPTY, 400),
        ("POST", "jobs/messages?messagettl=-2", EMPTY, 400),
        ("POST", "jobs/messages", EMPTY.replace("<MessageText/>", LARGE), 413),
        ("GET", "jobs/messages", "", 405),
        ("POST", "jobs", "", 405),
    ],
)
def test_a_wrong_call_is_refused_as_by_the_storage_service(
    shop: Host, method: str, path: str, body: str, status: int
) -> None:
    answer = shop.http.request(method, f"{shop.endpoints['queues']}/{path}", content=body)
    assert answer.status_code == status
    assert answer.headers["x-ms-error-code"]


def test_a_message_that_always_fails_is_tried_as_often_as_allowed_and_kept(shop: Host) -> None:
    put(shop, "bad-1")
    eventually(lambda: shop.noted(queue="poison", body="bad-1"))
    assert [n["tries"] for n in shop.noted(queue="jobs", body="bad-1")] == [1, 2, 3]


def test_a_message_that_is_not_base64_is_kept_without_being_tried(shop: Host) -> None:
    assert shop.put("jobs", "&lt;plain&gt;").status_code == 201
    eventually(lambda: "goes to the poison queue: Only base64 data" in shop.output or None)
    assert shop.noted(queue="jobs", body="<plain>") == []


def test_a_message_that_kills_the_worker_is_kept_at_last(shop: Host) -> None:
    put(shop, "die-1")
    eventually(lambda: shop.noted(queue="poison", body="die-1"))
    assert [n["tries"] for n in shop.noted(queue="jobs", body="die-1")] == [1, 2, 3]


def test_a_message_may_be_put_off(shop: Host) -> None:
    text = base64.b64encode(b"later").decode()
    body = f"<QueueMessage><MessageText>{text}</MessageText></QueueMessage>"
    url = f"{shop.endpoints['queues']}/jobs/messages?visibilitytimeout=1"
    assert shop.http.post(url, content=body).status_code == 201
    put(shop, "sooner")
    eventually(lambda: shop.noted(queue="jobs", body="later"))
    order = [n["body"] for n in shop.noted(queue="jobs") if n["body"] in ("later", "sooner")]
    assert order == ["sooner", "later"]


def test_a_timer_that_runs_on_startup_is_not_past_due(shop: Host) -> None:
    first = eventually(lambda: shop.noted(timer="nightly"))[0]
    assert first["past_due"] is False
    assert first["status"]["Next"].endswith("T03:00:00+00:00")


def test_a_schedule_of_seconds_keeps_no_status(shop: Host) -> None:
    ticks = eventually(lambda: shop.noted(timer="tick"))
    assert ticks[0]["status"] == {}


def test_a_timer_is_retried_as_its_policy_says(shop: Host) -> None:
    eventually(lambda: shop.noted(timer="stubborn", retry=2))
    assert [note["retry"] for note in shop.noted(timer="stubborn")] == [0, 1, 2]


def test_a_bad_schedule_turns_one_function_off_and_says_so(shop: Host) -> None:
    assert "OFF  misspelt: The schedule is wrong" in shop.output
    errors = shop.http.get("/admin/host/status").json()["errors"]
    assert [error.split(":")[0] for error in errors] == ["misspelt"]


def test_a_function_is_run_by_hand_with_the_master_key(shop: Host) -> None:
    before = len(eventually(lambda: shop.noted(timer="nightly")))
    assert shop.http.post("/admin/functions/nightly").status_code == 401
    key = {"x-functions-key": shop.keys["master"]}
    assert shop.http.post("/admin/functions/nightly", headers=key).status_code == 202
    eventually(lambda: len(shop.noted(timer="nightly")) > before)
    answer = shop.http.post("/admin/functions/work", headers=key, json={"input": "by hand"})
    assert answer.status_code == 202
    eventually(lambda: shop.noted(queue="jobs", body="by hand"))
    assert shop.http.post("/admin/functions/misspelt", headers=key).status_code == 404


def test_after_a_missed_run_a_timer_fires_once_and_past_due(tmp_path: Path) -> None:
    with workshop(tmp_path) as host:
        eventually(lambda: host.noted(timer="nightly"))
        eventually(lambda: _last_run(host))
        assert host.stop() == 0
        with sqlite3.connect(host.data / "host.db") as journal:
            journal.execute("UPDATE timers SET next='2026-01-01T03:00:00+00:00'")
        journal.close()
        host.start()
        runs = eventually(lambda: n if len(n := host.noted(timer="nightly")) > 1 else None)
        assert [note["past_due"] for note in runs] == [False, True]


def _last_run(host: Host) -> bool:
    """Whether the nightly run is on record."""
    with sqlite3.connect(host.data / "host.db") as journal:
        rows = journal.execute("SELECT last FROM timers WHERE function='nightly'").fetchall()
    journal.close()
    return bool(rows) and not rows[0][0].startswith("0001")
