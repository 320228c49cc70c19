"""What a provider's answers mean, and how long anybody waits for them."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from shared_code.errors import Abort, CausewayError, Reauthorise, Retry, Skip
from shared_code.fetch.egress import provider_client
from shared_code.fetch.paging import Ask
from shared_code.fetch.provider import LONGEST_WAIT, Provider, retry_after
from tests.support.clock import NOON, ManualClock

ASK = Ask({"page": "1"}, {"If-Modified-Since": "2026-01-01T00:00:00Z"})
URL = "https://api.example/things"


def text_of(answer: httpx.Response) -> str:
    return answer.text


class Tokens:
    """A grant with one refresh left in it."""

    def __init__(self) -> None:
        self.current, self.refusals = "first", 0

    def token(self) -> SecretStr:
        return SecretStr(self.current)

    def refused(self, token: SecretStr) -> SecretStr:
        assert token.get_secret_value() == self.current
        self.refusals += 1
        if self.refusals > 1:
            raise Reauthorise("No more")
        self.current = "second"
        return self.token()


def provider(
    answer: Callable[[httpx.Request], httpx.Response], tokens: Tokens | None = None
) -> Provider:
    return Provider(
        provider_client(["https://api.example"], transport=httpx.MockTransport(answer)),
        tokens or Tokens(),
        ManualClock(),
        {"Tenant": "t-1"},
        fault=lambda status, _: Skip("Own reading") if status == 418 else None,
    )


def test_a_call_carries_token_tenant_and_what_the_paging_asks_for() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, text="{}")

    provider(answer).read(URL, ASK, text_of)
    [request] = seen
    assert request.headers["Authorization"] == "Bearer first"
    assert request.headers["Tenant"] == "t-1"
    assert request.headers["Accept"] == "application/json"
    assert request.headers["If-Modified-Since"] == "2026-01-01T00:00:00Z"
    assert str(request.url) == f"{URL}?page=1"


def test_an_answer_goes_with_whoever_asked_and_waits_for_no_search_for_cycles() -> None:
    gc.disable()
    try:
        answer = provider(lambda _: httpx.Response(200, text="{}")).get(URL, ASK)
        gone = weakref.ref(answer)
        del answer
        assert gone() is None
    finally:
        gc.enable()


def test_a_refused_token_is_replaced_once_and_the_call_repeated() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200 if "second" in request.headers["Authorization"] else 401)

    assert provider(answer).read(URL, ASK, text_of) == ""


def test_calls_that_are_made_one_after_another_look_the_token_up_once() -> None:
    class Counting(Tokens):
        asked = 0

        def token(self) -> SecretStr:
            self.asked += 1
            return super().token()

    def lookups(way: Provider, tokens: Counting) -> int:
        before = tokens.asked
        for _ in range(2):
            way.get(URL, ASK)
        return tokens.asked - before

    tokens = Counting()
    alone = provider(lambda _: httpx.Response(200), tokens)
    with alone.ahead() as ahead:
        assert (lookups(ahead, tokens), lookups(alone, tokens)) == (1, 2)


def test_a_fresh_token_that_is_refused_too_means_to_link_again() -> None:
    calls: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(401)

    with pytest.raises(Reauthorise):
        provider(answer).read(URL, ASK, text_of)
    assert len(calls) == 2


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, Abort), (403, Skip), (404, Skip), (418, Skip), (422, Abort), (302, Abort)],
)
def test_an_answer_that_will_not_heal_is_not_asked_for_again(
    status: int, error: type[CausewayError]
) -> None:
    calls: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(status)

    with pytest.raises(error):
        provider(answer).read(URL, ASK, text_of)
    assert len(calls) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_trouble_is_sat_out_twice_and_then_left_to_the_run(status: int) -> None:
    calls: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(status)

    with pytest.raises(Retry):
        provider(answer).read(URL, ASK, text_of)
    assert len(calls) == 3


def test_a_connection_that_breaks_is_tried_again() -> None:
    breaks = [True]

    def answer(request: httpx.Request) -> httpx.Response:
        if breaks.pop() if breaks else False:
            raise httpx.ReadError("reset", request=request)
        return httpx.Response(200, text="whole")

    assert provider(answer).read(URL, ASK, text_of) == "whole"


def test_a_long_wait_leaves_at_once_with_its_length() -> None:
    asked = provider(lambda _: httpx.Response(429, headers={"Retry-After": "3600"}))
    with pytest.raises(Retry) as raised:
        asked.read(URL, ASK, text_of)
    assert raised.value.retry_after == 3600
    assert isinstance(asked.clock, ManualClock)
    assert asked.clock.sleeps == []


def test_short_waits_are_sat_out_for_half_a_minute_in_all() -> None:
    asked = provider(lambda _: httpx.Response(429, headers={"Retry-After": "20"}))
    with pytest.raises(Retry) as raised:
        asked.read(URL, ASK, text_of)
    assert raised.value.retry_after == 20
    assert isinstance(asked.clock, ManualClock)
    assert asked.clock.sleeps == [20]


def test_neither_token_nor_body_is_in_an_error() -> None:
    asked = provider(lambda _: httpx.Response(400, text="your token was first"))
    with pytest.raises(Abort) as raised:
        asked.read(URL, ASK, text_of)
    assert "first" not in raised.value.public + raised.value.internal


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("30", 30.0),
        (" 1.5 ", 1.5),
        ("-5", None),
        ("0", None),
        ("864000", LONGEST_WAIT),
        ("1e400", LONGEST_WAIT),
        ("nan", None),
        ("soon", None),
        (format_datetime(datetime(2030, 1, 1, 12, 1, tzinfo=UTC)), 60.0),
        (format_datetime(datetime(2029, 1, 1, 12, 1, tzinfo=UTC)), None),
        ("Tue, 01 Jan 2030 12:00:30 -0000", 30.0),
        ("Mon, 01 Jan 99999999999 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(header: str | None, seconds: float | None) -> None:
    assert retry_after(header, NOON) == seconds


@given(st.text(max_size=40))
def test_no_retry_after_header_crashes_or_waits_for_ever(header: str) -> None:
    seconds = retry_after(header, NOON)
    assert seconds is None or 0 < seconds <= LONGEST_WAIT


def asked_for(ask: Ask) -> httpx.Request:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200)

    provider(answer).read(f"{URL}?all=1", ask, text_of)
    return seen[0]


def test_a_list_that_is_asked_for_by_post_gets_its_body() -> None:
    request = asked_for(Ask({"limit": "9"}, body={"q": "SELECT"}))
    assert (request.method, request.content) == ("POST", b'{"q":"SELECT"}')
    assert request.headers["Content-Type"] == "application/json"
    assert request.url.params["limit"] == "9"


def test_a_query_as_text_goes_as_text() -> None:
    text = Ask(headers={"Content-Type": "application/text"}, body="select * from Invoice")
    request = asked_for(text)
    assert (request.method, request.content) == ("POST", b"select * from Invoice")
    assert request.headers["Content-Type"] == "application/text"


@pytest.mark.parametrize(
    ("link", "url"),
    [
        ("https://api.example/things?page=2&a=b%20c", "https://api.example/things?page=2&a=b%20c"),
        ("https://API.example:443/things?page=2", "https://api.example/things?page=2"),
        ("/others?page=2", "https://api.example/others?page=2"),
        ("?page=2", "https://api.example/things?page=2"),
        (r"\\evil.example\b", r"https://api.example/\\evil.example\b"),
    ],
)
def test_a_next_link_is_followed_as_it_stands(link: str, url: str) -> None:
    assert str(asked_for(Ask(url=link)).url) == url


@pytest.mark.parametrize(
    "link",
    [
        "https://evil.example/things",
        "http://api.example/things",
        "https://api.example:8443/things",
        "//evil.example/things",
        "https://api.example@evil.example/",
        "https://user:word@api.example/things",
        "https://api.example.evil.example/",
        "file:///etc/passwd",
        "https://[bad",
    ],
)
def test_a_next_link_to_another_host_is_refused_and_nothing_is_sent(link: str) -> None:
    calls: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        return httpx.Response(200)

    with pytest.raises(Abort, match="next link"):
        provider(answer).read(URL, Ask(url=link), text_of)
    assert not calls


def test_no_content_is_an_answer_and_not_a_fault() -> None:
    said = provider(lambda _: httpx.Response(204)).read(URL, ASK, lambda answer: answer.status_code)
    assert said == 204
