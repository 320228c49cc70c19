"""Ask a provider: one call with a live token, and what its answer means.

Short troubles are sat out here: a few tries, and at most `PATIENCE` seconds of waiting. Longer ones
leave as `Retry`, so that the run can wait without holding an instance.
"""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TypeVar

import httpx
from pydantic import SecretStr

from shared_code.errors import Abort, CausewayError, Fault, Reauthorise, Retry, Skip, Throttled
from shared_code.fetch.egress import UNREACHED
from shared_code.fetch.paging import Ask
from shared_code.fetch.permits import UNLIMITED, Budget, OverBudget
from shared_code.fetch.places import fill
from shared_code.fetch.tokens import Remembered, TokenSource
from shared_code.ports.clock import Clock

PATIENCE = 30.0
"""Seconds that a call waits by itself; a longer wait belongs to the run."""

TRIES = 3
"""How often one call is made before the run has to wait."""

LONGEST_WAIT = 24 * 3600.0
"""Seconds; a provider that asks for more is asked again after a day."""

Parsed = TypeVar("Parsed")


class NotThere(Skip):
    """The provider has no such thing."""


@dataclass(frozen=True, slots=True)
class Shown:
    """How a token goes with a call: in which header, and after which word."""

    header: str = "Authorization"
    scheme: str = "Bearer"

    @classmethod
    def basic(cls) -> Shown:
        """Show a token that is `user:password`."""
        return cls(scheme="Basic")

    def of(self, token: SecretStr) -> dict[str, str]:
        """Make the header."""
        value = token.get_secret_value()
        if self.scheme == "Basic":
            value = base64.b64encode(value.encode()).decode()
        return {self.header: f"{self.scheme} {value}".strip()}


@dataclass(frozen=True, slots=True)
class Provider:
    """One connection's way to its provider; `headers` go with every call, such as the tenant."""

    http: httpx.Client
    tokens: TokenSource
    clock: Clock
    headers: Mapping[str, str]
    fault: Fault
    shown: Shown = field(default_factory=Shown)
    facts: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What URLs with `{names}` are filled with."""
    budget: Budget = UNLIMITED

    def for_first_sync(self) -> Provider:
        """Give the way of a first full pass, which may not take the whole budget."""
        return replace(self, budget=self.budget.for_first_sync())

    @contextmanager
    def ahead(self) -> Iterator[Provider]:
        """Give the way of calls that are made one after another; see `Budget.ahead`."""
        with self.budget.ahead() as budget:
            yield replace(self, budget=budget, tokens=Remembered(self.tokens, self.clock))

    def read(self, url: str, ask: Ask, parse: Callable[[httpx.Response], Parsed]) -> Parsed:
        """Ask `url`; gives what `parse` made of the answer, which has a body or is a 204.

        `parse` raises ValueError for a body that is not what the provider promises. Raises `Retry`
        with the wait that the provider asks for or the budget makes necessary, `Reauthorise`,
        `Skip` or `Abort`.
        """
        attempt, patience = 1, PATIENCE
        while True:
            try:
                return _parsed(self.get(url, ask), parse)
            except OverBudget as spent:
                # Nothing was asked, so that this was no try.
                pause = spent.wait
                if pause > patience:
                    raise
            except Retry as trouble:
                pause = 2.0**attempt if trouble.retry_after is None else trouble.retry_after
                if attempt == TRIES or pause > patience:
                    raise
                attempt += 1
            patience -= pause
            self.clock.sleep(pause)

    def get(self, url: str, ask: Ask) -> httpx.Response:
        """GET `url` once, whatever trouble there is; raises as `read` does.

        A token that the provider refuses is replaced, and the call made again.
        """
        token = self.tokens.token()
        answer = self._send(url, ask, token)
        if answer.status_code == HTTPStatus.UNAUTHORIZED:
            answer = self._send(url, ask, self.tokens.refused(token))
        if answer.status_code in (HTTPStatus.OK, HTTPStatus.NO_CONTENT) or _is_unchanged(answer):
            return answer
        raise self.fault(answer.status_code, answer.content) or _fault(answer, self.clock.now())

    def _send(self, url: str, ask: Ask, token: SecretStr) -> httpx.Response:
        headers = {
            "Accept": "application/json",
            **self.headers,
            **ask.headers,
            **self.shown.of(token),
        }
        request = self._request(url, ask, headers)
        try:
            with self.budget.permit(request.url.path) as permit:
                answer = permit.answer = self.http.send(request)
            # The client's own holds on to the answer: a cycle, in which bodies would pile up.
            answer.stream = httpx.ByteStream(answer.content)
        except httpx.TransportError as error:
            raise Retry(UNREACHED, type(error).__name__) from error
        if permit.refusal:
            raise permit.refusal
        return answer

    def _request(self, url: str, ask: Ask, headers: Mapping[str, str]) -> httpx.Request:
        method = "GET" if ask.body is None else "POST"
        # Only what the connector declares is filled in, never an address of the provider's.
        declared = fill(url, self.facts)
        address = pinned(declared, ask.url) if ask.url else declared
        # An address of the provider's brings its own parameters; None leaves them as they are.
        params = dict(ask.params) or None
        if isinstance(ask.body, str):
            return self.http.build_request(
                method, address, params=params, headers=headers, content=ask.body
            )
        return self.http.build_request(
            method, address, params=params, headers=headers, json=ask.body
        )


def pinned(url: str, link: str) -> httpx.URL:
    """Resolve a link of an answer from `url`; `Abort` if it leads to another host.

    The call carries the connection's token, so that no answer may send it elsewhere.
    """
    base = httpx.URL(url)
    try:
        target = base.join(link)
    except httpx.InvalidURL as error:
        raise Abort("The provider gave a next link that is no address", str(error)) from None
    # A name in the link would be sent as a password of its own.
    same = (target.scheme, target.netloc) == (base.scheme, base.netloc)
    if not same or target.userinfo:
        raise Abort(
            "The provider gave a next link to another host",
            f"{target.scheme}://{target.host}:{target.port} instead of {base.host}",
        )
    return target


def _parsed(answer: httpx.Response, parse: Callable[[httpx.Response], Parsed]) -> Parsed:
    try:
        return parse(answer)
    except ValueError as error:
        raise Retry(
            "The provider's answer could not be read", f"{len(answer.content)} bytes: {error}"
        ) from error


def _is_unchanged(answer: httpx.Response) -> bool:
    """Whether it says that nothing has changed since the moment that was asked about."""
    asked = "If-Modified-Since" in answer.request.headers
    return asked and answer.status_code == HTTPStatus.NOT_MODIFIED


def _fault(answer: httpx.Response, now: datetime) -> CausewayError:
    status = answer.status_code
    internal = f"{answer.request.method} {answer.request.url.path} was answered {status}"
    if status == HTTPStatus.UNAUTHORIZED:
        return Reauthorise(
            "The provider does not accept the connection's access any more", internal
        )
    if status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
        kind = NotThere if status == HTTPStatus.NOT_FOUND else Skip
        return kind(f"The provider does not give access to this data ({status})", internal)
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        kind_of_wait = Throttled if status == HTTPStatus.TOO_MANY_REQUESTS else Retry
        wait = retry_after(answer.headers.get("Retry-After"), now)
        return kind_of_wait("The provider asked to wait", internal, retry_after=wait)
    if status == HTTPStatus.REQUEST_TIMEOUT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Retry(f"The provider is in trouble ({status})", internal)
    return Abort(f"The provider refused the request ({status})", internal)


def retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds to wait by a `Retry-After` header: a number or a date.

    None where it says neither, or nothing to wait: whoever was turned away waits for some time.
    """
    if not header:
        return None
    seconds = _number(header)
    if seconds is None:
        seconds = _until(header, now)
    return min(seconds, LONGEST_WAIT) if seconds is not None and seconds > 0 else None


def _number(header: str) -> float | None:
    try:
        seconds = float(header)
    except ValueError:
        return None
    return None if math.isnan(seconds) else seconds


def _until(header: str, now: datetime) -> float | None:
    try:
        moment = parsedate_to_datetime(header)
    except (ValueError, OverflowError):
        return None
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds()
