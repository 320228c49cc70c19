"""A call as lists read it: its parameters, wherever the provider wants them."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.datastructures import URL, Headers
from starlette.requests import Request

BODY = "body"
"""The name under which a body that is plain text is read."""


class BadRequest(ValueError):
    """A parameter cannot be understood; the text says which and what is allowed."""


class AnyCase(Mapping[str, str]):
    """Parameters whose names may be written in any case."""

    def __init__(self, params: Mapping[str, str]) -> None:
        self._params = {name.lower(): value for name, value in params.items()}

    def __getitem__(self, name: str) -> str:
        return self._params[name.lower()]

    def __iter__(self) -> Iterator[str]:
        return iter(self._params)

    def __len__(self) -> int:
        return len(self._params)


@dataclass(frozen=True, slots=True)
class Asked:
    """A call.

    `params` holds the query's parameters and those of a JSON body, whose inner names are dotted:
    `options.count`. `now` is the provider's time.
    """

    params: Mapping[str, str]
    headers: Headers
    url: URL
    now: datetime

    def whole(self, name: str, default: int, *, least: int = 0) -> int:
        """Read a whole number; raises BadRequest."""
        text = self.params.get(name, str(default))
        if not (text.isascii() and text.isdigit() and int(text) >= least):
            raise BadRequest(f"{name} must be a whole number from {least}, not '{text}'")
        return int(text)

    def given(self, name: str) -> str:
        """Read a parameter or, if there is none, a header; empty for neither."""
        return self.params.get(name) or self.headers.get(name, "")

    def moment(self, name: str, text: str | None) -> datetime | None:
        """Read an instant, UTC where it names no zone; raises BadRequest."""
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError as error:
            raise BadRequest(f"{name} must be a date and time, not '{text}'") from error
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


async def read_call(request: Request, now: datetime, *, any_case: bool = False) -> Asked:
    """Read a call; raises BadRequest for a body that says to be JSON and is not."""
    params: Mapping[str, str] = dict(request.query_params)
    if request.method == "POST":
        sent = _of_body(await request.body(), request.headers.get("content-type", ""))
        params = {**params, **sent}
    return Asked(AnyCase(params) if any_case else params, request.headers, request.url, now)


def _of_body(body: bytes, kind: str) -> dict[str, str]:
    if not kind.startswith("application/json"):
        return {BODY: body.decode("utf-8", "replace")}
    try:
        return dict(_flat(json.loads(body or b"{}")))
    except ValueError as error:
        raise BadRequest("The body is no JSON") from error


def _flat(node: object, prefix: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for name, value in node.items():
            yield from _flat(value, f"{prefix}.{name}" if prefix else name)
    elif node is not None:
        yield prefix, str(node).lower() if isinstance(node, bool) else str(node)
