"""The demo's browser does what a person's would on a consent page."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qsl

import httpx
import pytest

from local.stack.browser import Browser, Page, PageError

CONSENT = """
<form method="post"><input type="hidden" name="token" value="a&amp;b">
<label><input type="checkbox" name="organisation" value="1" checked> One</label>
<label><input type="checkbox" name="organisation" value="2"> Two</label>
<label><input type="radio" name="plan" value="small"><input type="radio" name="plan" value="big"
 checked></label><input name="note"><input value="nameless">
<button class="quiet" name="decision" value="cancel">Cancel</button>
<button name="decision" value="allow">Allow</button></form>
"""

Handler = Callable[[httpx.Request], httpx.Response]


def _browser(handler: Handler) -> Browser:
    return Browser(transport=httpx.MockTransport(handler))


def _page(text: str, url: str = "http://shop/consent?state=1") -> Page:
    return Page(httpx.URL(url), text)


def test_the_form_is_sent_as_it_stands_with_the_button_that_was_pressed() -> None:
    sent: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return httpx.Response(200, text="thanks")

    with _browser(answer) as browser:
        assert browser.press(_page(CONSENT), "allow").text == "thanks"
    assert sent[0].method == "POST"
    assert sent[0].url == "http://shop/consent?state=1"
    assert parse_qsl(sent[0].content.decode(), keep_blank_values=True) == [
        ("token", "a&b"),
        ("organisation", "1"),
        ("plan", "big"),
        ("note", ""),
        ("decision", "allow"),
    ]


def test_an_action_is_relative_to_its_page_and_get_forms_go_into_the_query() -> None:
    form = '<form action="../go"><input name="q" value="x"><input type="submit" name="a" value="b">'
    with _browser(lambda request: httpx.Response(200, text=str(request.url))) as browser:
        assert browser.press(_page(form, "http://shop/a/b"), "b").text == "http://shop/go?q=x&a=b"


def test_redirects_are_followed_and_cookies_kept() -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/start":
            headers = {"Location": "/end", "Set-Cookie": "browser=1; Path=/"}
            return httpx.Response(302, headers=headers)
        return httpx.Response(200, text=request.headers.get("Cookie", ""))

    with _browser(answer) as browser:
        page = browser.open("http://shop/start")
    assert (str(page.url), page.text) == ("http://shop/end", "browser=1")


def test_a_page_of_failure_is_quoted() -> None:
    with (
        _browser(lambda _: httpx.Response(400, text="not like this")) as browser,
        pytest.raises(PageError, match=r"http://shop answers 400: not like this"),
    ):
        browser.open("http://shop")


def test_a_missing_button_is_named_beside_those_there_are() -> None:
    with (
        _browser(lambda _: httpx.Response(200)) as browser,
        pytest.raises(PageError, match=r"no button 'maybe', but .*cancel.*allow"),
    ):
        browser.press(_page(CONSENT), "maybe")


def test_a_page_without_a_form_is_quoted() -> None:
    with pytest.raises(PageError, match="has no form: <p>Nothing"):
        _page("<p>Nothing here").form()
