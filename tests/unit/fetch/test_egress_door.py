"""The one door to providers lets nothing else through, and nothing in that is too much."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable, Iterator

import httpx
import pytest

from shared_code.errors import Abort, Retry
from shared_code.fetch.egress import (
    MAX_BODY,
    AnswerTooLarge,
    Egress,
    HostNotDeclared,
    provider_client,
)

API = "https://api.example"


class Pieces(httpx.SyncByteStream):
    """A body that comes in pieces."""

    def __init__(self, pieces: list[bytes]) -> None:
        self.pieces = pieces

    def __iter__(self) -> Iterator[bytes]:
        yield from self.pieces


class Wire(httpx.BaseTransport):
    """Answers every request alike, and notes what was asked."""

    def __init__(self, *pieces: bytes, status: int = 200, **headers: str) -> None:
        self.pieces, self.status, self.headers = pieces, status, headers
        self.asked: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(str(request.url))
        headers = {name.replace("_", "-"): value for name, value in self.headers.items()}
        return httpx.Response(self.status, headers=headers, stream=Pieces(list(self.pieces)))


def get(wire: httpx.BaseTransport, url: str = f"{API}/things") -> httpx.Response:
    with provider_client([API], transport=wire) as client:
        return client.get(url)


def test_a_client_may_have_a_bound_of_its_own() -> None:
    answering = httpx.MockTransport(lambda _: httpx.Response(200, content=b"12345"))
    for bound, fits in ((5, True), (4, False)):
        client = provider_client([API], transport=answering, max_body=bound)
        if fits:
            assert client.get(API).content == b"12345"
        else:
            with pytest.raises(AnswerTooLarge):
                client.get(API)


def test_a_declared_host_is_reached() -> None:
    assert get(Wire(b"whole")).text == "whole"


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/things",
        "https://api.example.evil.example/",
        "https://api.example:8443/",
        "http://api.example/",
        "https://169.254.169.254/latest/meta-data",
        "https://127.0.0.1/",
        "https://api.example@evil.example/",
    ],
)
def test_another_host_is_not(url: str) -> None:
    wire = Wire(b"secret")
    with pytest.raises(HostNotDeclared):
        get(wire, url)
    assert wire.asked == []


def test_plain_http_is_for_this_machine_alone() -> None:
    with pytest.raises(HostNotDeclared):
        provider_client(["http://api.example"])
    with provider_client(["http://127.0.0.1:9101"], transport=Wire(b"here")) as client:
        assert client.get("http://127.0.0.1:9101/x").text == "here"


def test_a_redirect_is_not_followed() -> None:
    wire = Wire(status=302, location="https://evil.example/")
    assert get(wire).status_code == 302
    assert wire.asked == [f"{API}/things"]


def test_a_compressed_answer_is_read() -> None:
    assert get(Wire(gzip.compress(b"whole"), content_encoding="gzip")).text == "whole"


@pytest.mark.parametrize("border", [5, 28, 29, 30, 40])
def test_a_body_that_is_compressed_in_parts_is_read_whole(border: int) -> None:
    body = gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0"
    pieces = (body[:border], body[border:])
    assert get(Wire(*pieces, content_encoding="gzip")).text == "one two"


@pytest.mark.parametrize("rest", [b"\r\n", b"\n", b"\0\0", b"signed: 1"])
@pytest.mark.parametrize(
    ("pack", "encoding"), [(gzip.compress, "gzip"), (zlib.compress, "deflate")]
)
def test_what_some_put_behind_a_compressed_body_is_no_part_of_it(
    pack: Callable[[bytes], bytes], encoding: str, rest: bytes
) -> None:
    for pieces in ((pack(b"whole") + rest,), (pack(b"whole"), rest)):
        assert get(Wire(*pieces, content_encoding=encoding)).text == "whole"


def test_a_small_answer_that_stands_for_gigabytes_is_stopped() -> None:
    bomb = gzip.compress(b"0" * (MAX_BODY * 4))
    with pytest.raises(AnswerTooLarge):
        get(Wire(bomb, content_encoding="gzip"))


def test_a_large_answer_is_stopped() -> None:
    with pytest.raises(AnswerTooLarge):
        get(Wire(*[b"0" * 1_000_000] * 20))


def test_a_compressed_answer_that_was_cut_is_not_taken_for_whole() -> None:
    with pytest.raises(Retry, match="could not be read"):
        get(Wire(gzip.compress(b"whole" * 100)[:-9], content_encoding="gzip"))


def test_an_encoding_nobody_asked_for_is_refused() -> None:
    with pytest.raises(Abort):
        get(Wire(b"x", content_encoding="br"))


def test_an_answer_that_drips_is_given_up_on() -> None:
    now = [0.0]

    def monotonic() -> float:
        now[0] += 20
        return now[0]

    egress = Egress(Wire(*[b"x"] * 50), [API], monotonic=monotonic)
    with httpx.Client(transport=egress) as client, pytest.raises(Retry, match="too long"):
        client.get(f"{API}/things")


class Broken(httpx.BaseTransport):
    """A network whose errors quote what was sent."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"cannot send {request.headers['Authorization']}")


def test_what_goes_wrong_on_the_way_quotes_no_secret() -> None:
    with (
        provider_client([API], transport=Broken()) as client,
        pytest.raises(Retry) as raised,
    ):
        client.get(f"{API}/", headers={"Authorization": "Bearer canary"})
    assert "canary" not in raised.value.public + raised.value.internal


def test_what_an_answer_sets_goes_with_no_other_call() -> None:
    cookies: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        cookies.append(request.headers.get("Cookie"))
        return httpx.Response(200, headers={"Set-Cookie": "whose=this-company"})

    with provider_client([API], transport=httpx.MockTransport(answer)) as client:
        client.get(f"{API}/things")
        client.get(f"{API}/things")
    assert cookies == [None, None]


def test_proxies_of_the_environment_are_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    wire = Wire(b"direct")
    assert get(wire).text == "direct"
