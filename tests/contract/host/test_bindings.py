"""What a function is given, and what comes of its answer, is what Microsoft's worker makes of it.

The same app is loaded by the host's own worker and by Microsoft's code, and both get the same.
`HOST_EXAMPLES` sets how many random inputs each test tries.
"""

from __future__ import annotations

import json
import os
import string
from collections.abc import Iterator
from http import HTTPStatus

import azure.functions as func
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from local.host.durable.episode import trigger_input
from local.host.durable.history import History, Kind, dump
from local.host.durable.store import Instance
from local.host.messages import Blob, HttpCall
from tests.support.both_workers import FAILED, Both
from tests.support.history_events import event
from tests.support.hosting import APPS
from tests.support.worker_code import WorkerCode, is_installed

pytestmark = [
    pytest.mark.skipif(
        not is_installed(), reason="the worker's code is not installed: run `make setup`"
    ),
    # The SDK says once in a process what it will want of its callers, the worker.
    pytest.mark.filterwarnings("ignore:azure.functions df_loads was called without"),
]

EXAMPLES = int(os.environ.get("HOST_EXAMPLES", "25"))
RANDOMLY = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
METADATA = {
    "Id": "3f2f1e0c-1c51-4f05-a7b7-4c5f1a2c8d11",
    "DequeueCount": "2",
    "InsertionTime": "2026-11-26T09:00:00.123456+00:00",
    "ExpirationTime": "2026-12-03T09:00:00+00:00",
    "NextVisibleTime": "2026-11-26T09:10:00.5+00:00",
    "PopReceipt": "AgAAAAMAAAAAAAAA",
}
TOKEN = st.text(string.ascii_letters + string.digits + "-", min_size=1, max_size=12)
LINE = st.text(string.printable.strip() + " äß€", max_size=30).map(str.strip)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**12), 10**12) | st.floats(-1e9, 1e9) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def both() -> Iterator[Both]:
    worker = WorkerCode()
    yield Both.load(APPS / "bindings", worker)
    worker.close()


def call(**parts: object) -> HttpCall:
    told: dict[str, object] = {
        "method": "POST",
        "url": "http://localhost/http/x",
        "headers": {},
        "query": {},
        "params": {},
        "body": b"",
    }
    return HttpCall(**(told | parts))  # type: ignore[arg-type]


# --- HTTP -----------------------------------------------------------------------------------------

FORM = "application/x-www-form-urlencoded"
MULTIPART = (
    b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n'
    b'--b\r\nContent-Disposition: form-data; name="f"; filename="f.txt"\r\n'
    b"Content-Type: text/plain\r\n\r\nhello\r\n--b--\r\n"
)


@pytest.mark.parametrize(
    "request_",
    [
        call(),
        call(method="get", query={"a": "1,2", "b": "ä"}, params={"word": "x%2Fy"}),
        call(headers={"x-many": "1,2", "content-type": "application/json"}, body=b'{"a": [1]}'),
        call(body=b"no json"),
        call(body=b"\xff\xfe"),
        call(headers={"content-type": FORM}, body=b"a=1&a=2&b=%C3%A4"),
        call(headers={"content-type": "multipart/form-data; boundary=b"}, body=MULTIPART),
        call(headers={"content-type": "multipart/form-data"}, body=MULTIPART),
    ],
)
def test_a_request_is_seen_alike(both: Both, request_: HttpCall) -> None:
    both.compare("http", request_, lambda: "seen")
    both.compare("http_async", request_, lambda: func.HttpResponse("seen"))
    assert both.seen["request"]["body"] == request_.body


@RANDOMLY
@given(
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD"]),
    headers=st.dictionaries(TOKEN.map(str.lower), LINE, max_size=5),
    query=st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4),
    params=st.dictionaries(TOKEN, st.text(max_size=8), max_size=3),
    body=st.binary(max_size=60) | JSON.map(lambda value: json.dumps(value).encode()),
)
def test_any_request_is_seen_alike(both: Both, **parts: object) -> None:
    both.compare("http", call(**parts), lambda: "seen")


def test_a_request_cannot_be_had_as_a_text(both: Both) -> None:
    assert both.compare("http_text", call(body=b"x"), lambda: "seen") == FAILED


@pytest.mark.parametrize(
    "value",
    ["", "grüß dich", None, b"bytes", 5, {"a": 1}, ["a"], bytearray(b"x"), HTTPStatus.OK],
)
def test_what_is_no_response_is_refused_and_a_text_is_one(both: Both, value: object) -> None:
    came = both.compare("http", call(), lambda: value)
    assert (came == FAILED) is not isinstance(value, str)


RESPONSES = [
    {},
    {"body": "ä", "charset": "latin-1"},
    {"body": "ä", "charset": "utf-16", "mimetype": "text/html"},
    {"body": b"\x00\xff", "mimetype": "application/octet-stream"},
    {"body": '{"a": 1}', "mimetype": "application/json", "status_code": HTTPStatus.CREATED},
    {"body": "x", "headers": {"Content-Type": "text/csv", "X-A": "1"}},
    {"status_code": 204},
    {"headers": {"Location": "/elsewhere"}, "status_code": 302},
]


@pytest.mark.parametrize("parts", RESPONSES)
def test_a_response_goes_out_alike(both: Both, parts: dict[str, object]) -> None:
    came = both.compare("http", call(), lambda: func.HttpResponse(**parts))  # type: ignore[arg-type]
    assert came != FAILED


@RANDOMLY
@given(
    body=st.none() | st.text() | st.binary(),
    status=st.integers(100, 599),
    headers=st.dictionaries(TOKEN, LINE, max_size=4),
    mimetype=st.none() | st.sampled_from(["text/plain", "text/html", "application/json"]),
    charset=st.none() | st.sampled_from(["utf-8", "utf-16"]),
)
def test_any_response_goes_out_alike(both: Both, status: int, **parts: object) -> None:
    def make() -> func.HttpResponse:
        return func.HttpResponse(status_code=status, **parts)  # type: ignore[arg-type]

    both.compare("http", call(), make)


COOKIES = [
    ["a=1"],
    ["a=1; Path=/; HttpOnly", "b=2; Max-Age=60; Secure; SameSite=Lax"],
    ["a=1; Expires=Thu, 26 Nov 2026 09:00:00 GMT; Domain=example.org"],
    ["a=1; SameSite=None", "a=2; SameSite=Strict", "a=3; SameSite=odd"],
    ['a="quoted; text"'],
    ["a=1; Max-Age=1.5"],
]


@pytest.mark.parametrize("cookies", COOKIES)
def test_cookies_go_out_alike(both: Both, cookies: list[str]) -> None:
    came = both.compare("http", call(), lambda: _with_cookies(cookies))
    assert len(came["value"]["cookies"]) == len(cookies)


@pytest.mark.parametrize("cookie", ["a=1; Expires=tomorrow", "a=1; Max-Age=long"])
def test_a_cookie_whose_time_is_none_fails_the_call(both: Both, cookie: str) -> None:
    ours = both.compare("http", call(), lambda: _with_cookies([cookie]))
    assert ours == FAILED


def _with_cookies(cookies: list[str]) -> func.HttpResponse:
    response = func.HttpResponse("crumbs")
    for cookie in cookies:
        response.headers.add("Set-Cookie", cookie)
    return response


# --- queues ---------------------------------------------------------------------------------------

QUEUE_FUNCTIONS = ("queue", "queue_text", "queue_bytes", "queue_bare")


@pytest.mark.parametrize("name", QUEUE_FUNCTIONS)
@pytest.mark.parametrize("body", ["", "text", '{"a": [1, null]}', "ä€", Blob(b"\xff\x00")])
def test_a_message_is_seen_alike(both: Both, name: str, body: str | Blob) -> None:
    assert both.compare(name, body, metadata=METADATA) != FAILED


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"DequeueCount": "many"},
        {"InsertionTime": "yesterday"},
        {"InsertionTime": "2026-11-26T09:00:00.1234567Z"},
        {"InsertionTime": "11/26/2026 09:00:00+00:00"},
        {"ExpirationTime": ""},
        {"Id": "5", "PopReceipt": ""},
    ],
)
def test_the_metadata_of_a_message_are_read_alike(both: Both, odd: dict[str, str]) -> None:
    both.compare("queue", "text", metadata=METADATA | odd)
    both.compare("queue", "text", metadata=odd)


@RANDOMLY
@given(name=st.sampled_from(QUEUE_FUNCTIONS), body=st.text() | st.binary().map(Blob))
def test_any_message_is_seen_alike(both: Both, name: str, body: str | Blob) -> None:
    both.compare(name, body, metadata=METADATA)


OUTPUTS = ("out_bare", "out_text", "out_message", "out_list", "queue_returned", "queue_bare")
VALUES = [
    None,
    "",
    "text",
    b"bytes",
    bytearray(b"x"),
    5,
    1.5,
    True,
    {"a": 1},
    {},
    [],
    ["a", "b"],
    [1, {"a": [2]}],
    [b"a"],
    ("a",),
    object,
]


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_an_output_is_sent_or_refused_alike(both: Both, name: str, value: object) -> None:
    both.compare(name, "x", lambda: value)


@pytest.mark.parametrize("name", OUTPUTS)
@pytest.mark.parametrize("body", ["text", b"bytes", '{"a": 1}', None, b"\xff"])
def test_a_message_object_is_sent_or_refused_alike(
    both: Both, name: str, body: str | bytes | None
) -> None:
    both.compare(name, "x", lambda: func.QueueMessage(body=body))
    both.compare(name, "x", lambda: [func.QueueMessage(id="i", body=body), "text"])


@RANDOMLY
@given(
    name=st.sampled_from(OUTPUTS),
    value=st.text().filter(lambda text: text.strip()[:1] not in ("{", "["))
    | st.binary()
    | st.lists(st.text(), max_size=4)
    | JSON.filter(lambda value: not isinstance(value, str)),
)
def test_any_output_is_sent_or_refused_alike(both: Both, name: str, value: object) -> None:
    both.compare(name, "x", lambda: value)


# --- timers ---------------------------------------------------------------------------------------


@RANDOMLY
@given(
    past_due=st.booleans() | st.none(),
    status=st.none() | st.dictionaries(st.sampled_from(["Last", "Next", "LastUpdated"]), LINE),
    schedule=st.none() | st.just({"AdjustForDST": True}),
)
def test_a_timer_is_seen_alike(both: Both, **parts: object) -> None:
    names = {"past_due": "IsPastDue", "status": "ScheduleStatus", "schedule": "Schedule"}
    told = json.dumps({names[key]: value for key, value in parts.items() if value is not None})
    both.compare("timer", told)
    both.compare("timer_text", told)


# --- durable --------------------------------------------------------------------------------------


@RANDOMLY
@given(name=st.sampled_from(["activity", "activity_typed", "activity_text"]), x=JSON, result=JSON)
def test_any_activity_is_given_and_gives_alike(
    both: Both, name: str, x: object, result: object
) -> None:
    both.compare(name, json.dumps(x), lambda: result)
    assert both.seen == x


def test_an_activity_whose_input_or_result_is_no_json_is_treated_alike(both: Both) -> None:
    both.compare("activity", "plain text", lambda: 1)
    assert both.seen == "plain text"
    assert both.compare("activity", "1", lambda: {1, 2}) == FAILED
    assert both.compare("activity", "1", object) == FAILED


def test_an_orchestration_decides_alike(both: Both) -> None:
    started = event(Kind.EXECUTION_STARTED, Name="orchestrator", Version=None, Input='"{}"')
    one = Instance("i", "x", "orchestrator", '"{}"', None, 0, 0, history=History([]))
    assert one.history is not None
    text = trigger_input(one, one.history, [dump(event(Kind.ORCHESTRATOR_STARTED)), dump(started)])
    came = both.compare("orchestrator", text)
    assert json.loads(came["value"])["actions"][0][0]["functionName"] == "activity"


@pytest.mark.parametrize("state", [None, "4"])
def test_an_entity_answers_alike(both: Both, state: str | None) -> None:
    batch = {
        "self": {"name": "entity", "key": "k"},
        "exists": state is not None,
        "state": state,
        "batch": [{"name": "add", "input": '"1"', "isSignal": False}],
    }

    def timeless(text: str) -> dict[str, object]:
        told: dict[str, object] = json.loads(text)
        return {key: value for key, value in told.items() if key != "results"}

    ours = both.run("entity", json.dumps(batch), lambda: 7)
    assert timeless(ours[0]["value"]) == timeless(ours[1]["value"])


def test_a_durable_client_is_made_alike(both: Both) -> None:
    both.compare("client", call(), lambda: "made")
    assert both.seen["links"]["statusQueryGetUri"] == "http://x/i?code=k"
