"""A browser as far as a consent needs one: it follows redirects, keeps cookies, submits forms."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from types import TracebackType
from typing import Self

import httpx

TIMEOUT_SECONDS = 30


class PageError(Exception):
    """A page is not what was expected; the text says what came instead."""


@dataclass(slots=True)
class Form:
    """A form as a person finds it: `fields` are those that would be sent untouched."""

    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Page:
    """Where the browser is."""

    url: httpx.URL
    text: str

    def form(self) -> Form:
        """Return the page's first form; raises `PageError`."""
        reader = _FormReader()
        reader.feed(self.text)
        if not reader.forms:
            raise PageError(f"{self.url} has no form: {self.text[:200]}")
        return reader.forms[0]


class Browser:
    """One person's browser; `transport` takes the network's place."""

    def __init__(self, *, transport: httpx.BaseTransport | None = None) -> None:
        self._client = httpx.Client(
            follow_redirects=True, timeout=TIMEOUT_SECONDS, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._client.close()

    def open(self, url: str) -> Page:
        """Go to a URL; raises `PageError` where the last answer is none of success."""
        return _arrived(self._client.get(url))

    def press(self, page: Page, value: str) -> Page:
        """Submit the page's form with the button that has `value`."""
        form = page.form()
        button = next((button for button in form.buttons if button[1] == value), None)
        if button is None:
            raise PageError(f"{page.url} has no button '{value}', but {form.buttons}")
        sent = httpx.QueryParams([*form.fields, button])
        target = page.url.join(form.action) if form.action else page.url
        if form.method == "get":
            return _arrived(self._client.get(target, params=sent))
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return _arrived(self._client.post(target, content=str(sent), headers=headers))


def _arrived(answer: httpx.Response) -> Page:
    if not answer.is_success:
        raise PageError(f"{answer.url} answers {answer.status_code}: {answer.text[:500]}")
    return Page(answer.url, answer.text)


class _FormReader(HTMLParser):
    """Collects the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            method = given.get("method", "get").lower()
            self.forms.append(Form(given.get("action", ""), method))
        elif self.forms and given.get("name"):
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        pair = (given["name"], given.get("value", ""))
        kind = given.get("type", "submit" if tag == "button" else "text")
        if tag in {"button", "input"} and kind == "submit":
            self.forms[-1].buttons.append(pair)
        elif tag == "input" and (kind not in {"checkbox", "radio"} or "checked" in given):
            self.forms[-1].fields.append(pair)
