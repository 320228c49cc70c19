"""HTTP triggers answer as on the real host."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from tests.support.hosting import Host, eventually

LARGEST_BODY = 104_857_600


def test_a_route_parameter_is_optional_and_headers_are_joined(shop: Host) -> None:
    headers = [("x-many", "1"), ("x-many", "2")]
    told = shop.http.post("/echo", content=b"abc", headers=headers).json()
    assert told["word"] is None
    assert told["body"] == 3
    assert told["header"] == "1,2"
    assert shop.http.get("/ECHO/x").json()["word"] == "x"


def test_each_call_has_an_invocation_id_of_its_own(shop: Host) -> None:
    ids = {shop.http.get("/echo/x").json()["invocation"] for _ in range(5)}
    assert len(ids) == 5


def test_a_text_is_an_answer(shop: Host) -> None:
    answer = shop.http.get("/sync", params={"say": "grüß dich"})
    assert answer.text == "grüß dich"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"


def test_several_cookies_survive(shop: Host) -> None:
    cookies = shop.http.get("/cookies").headers.get_list("set-cookie")
    assert cookies == ["a=1; HttpOnly; Path=/", "b=2; Max-Age=60"]


def test_no_answer_and_an_exception_are_500_with_an_empty_body(shop: Host) -> None:
    answer = shop.http.get("/none")
    assert (answer.status_code, answer.content) == (500, b"")


def test_an_asgi_app_sees_decoded_paths_with_their_prefix(shop: Host) -> None:
    answer = shop.http.post("/asgi/a%2Fb/c%20d?x=1&y=%20", content=b"body")
    assert answer.status_code == 202
    assert answer.headers["set-cookie"] == "s=1; Path=/"
    assert answer.json() == {
        "path": "/asgi/a/b/c d",
        "raw_path": "/asgi/a/b/c d",
        "query": "x=1&y=%20",
        "body": "body",
    }


@pytest.mark.parametrize("path", ["/nowhere", "/echo/a/b", "/start/x", "//echo"])
def test_what_no_function_answers_is_404_with_an_empty_body(shop: Host, path: str) -> None:
    answer = shop.http.get(f"{shop.base}{path}")
    assert (answer.status_code, answer.content) == (404, b"")


@pytest.mark.parametrize(
    ("path", "key", "status"),
    [
        ("/secret", None, 401),
        ("/secret", "wrong", 401),
        ("/secret", "default", 200),
        ("/secret", "master", 200),
        ("/secret", "durable", 401),
        ("/vault", "default", 401),
        ("/vault", "master", 200),
    ],
)
def test_a_key_opens_what_its_level_allows(
    shop: Host, path: str, key: str | None, status: int
) -> None:
    text = shop.keys.get(key or "", key or "")
    headers = {"x-functions-key": text} if key else {}
    assert shop.http.get(path, headers=headers).status_code == status
    assert shop.http.get(path, params={"code": text} if key else {}).status_code == status


def test_keys_are_readable_by_their_owner_only(shop: Host) -> None:
    assert (shop.data / "keys.json").stat().st_mode & 0o777 == 0o600


def test_a_body_at_the_limit_is_taken_and_one_above_is_500(shop: Host) -> None:
    def body(size: int) -> Iterator[bytes]:
        for start in range(0, size, 1 << 20):
            yield bytes(min(1 << 20, size - start))

    taken = shop.http.post("/echo", content=body(LARGEST_BODY))
    assert taken.json()["body"] == LARGEST_BODY
    assert shop.http.post("/echo", content=body(LARGEST_BODY + 1)).status_code == 500


def test_an_url_above_8_kilobytes_is_414(shop: Host) -> None:
    assert shop.http.get(f"/sync?say={'x' * 8200}").status_code == 414


def test_a_client_that_waits_for_the_go_ahead_gets_it(shop: Host) -> None:
    host, port = shop.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=10) as client:
        head = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n"
        client.sendall(head.encode())
        assert client.recv(100).startswith(b"HTTP/1.1 100 Continue")
        client.sendall(b"abc")
        assert client.recv(1000).startswith(b"HTTP/1.1 200 OK")


def test_a_worker_that_dies_gives_502_and_is_replaced(shop: Host) -> None:
    before = shop.http.get("/pid").json()
    assert shop.http.get("/die/3").status_code == 502
    assert shop.http.get("/pid").json() != before
    assert "The worker process exited with code 3; a new one starts." in shop.output


def test_the_environment_reaches_the_functions(shop: Host) -> None:
    assert shop.http.get("/environment/PASSED_THROUGH").json() == "yes"
    assert shop.http.get("/environment/LOCAL_QUEUE_URL").json() == shop.endpoints["queues"]
    assert shop.http.get("/environment/FUNCTIONS_WORKER_RUNTIME").json() == "python"


def test_the_internal_endpoints_need_their_secret(shop: Host) -> None:
    base = shop.endpoints["queues"].rsplit("/", 2)[0]
    for path in ("/durabletask/instances/x", "/guess/queues/jobs/messages", "/"):
        assert shop.http.post(f"{base}{path}").status_code == 404


def test_a_log_line_of_a_function_carries_its_invocation(shop: Host) -> None:
    body = "<QueueMessage><MessageText>aGk=</MessageText></QueueMessage>"
    assert shop.http.post("/put/elsewhere", content=body).status_code == 201
    line = eventually(lambda: next((x for x in shop.output.splitlines() if "put a mes" in x), None))
    assert '"function": "put"' in line
    assert '"invocation_id": "' in line
