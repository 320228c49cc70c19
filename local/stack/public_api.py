"""The public API as a client sees it; money arrives as Decimal."""

from __future__ import annotations

import base64
import itertools
import json
from collections.abc import Iterator
from decimal import Decimal
from types import TracebackType
from typing import Any, Self

import httpx

TIMEOUT_SECONDS = 60
LARGEST_PAGE = 5_000

Json = dict[str, Any]
"""An object of the contract, as decoded."""


class ApiError(Exception):
    """The API refused; the text is its own."""


class PublicApi:
    """A client of the API at `url` with an API key; `transport` takes the network's place."""

    def __init__(
        self, url: str, api_key: str, *, transport: httpx.BaseTransport | None = None
    ) -> None:
        self._client = httpx.Client(
            base_url=url,
            headers={"Authorization": authorization(api_key)},
            timeout=TIMEOUT_SECONDS,
            transport=transport,
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

    def get(self, path: str, **parameters: str | int) -> Json:
        """Read an object; raises `ApiError`."""
        return _decoded(self._client.get(path, params=parameters))

    def post(self, path: str, body: Json | None = None) -> Json:
        """Send an object and return the answer, empty where there is none; raises `ApiError`."""
        return _decoded(self._client.post(path, json=body))

    def every(self, path: str, **parameters: str | int) -> Iterator[Json]:
        """Yield the results of all pages."""
        for page in itertools.count(1):
            answer = self.get(path, page=page, pageSize=LARGEST_PAGE, **parameters)
            yield from answer["results"]
            if "next" not in answer["_links"]:
                return


def authorization(api_key: str) -> str:
    """Return the header's value for a key: the base64 of the key alone, without a colon."""
    return f"Basic {base64.b64encode(api_key.encode()).decode()}"


def _decoded(answer: httpx.Response) -> Json:
    if not answer.is_success:
        raise ApiError(f"{answer.request.method} {answer.url.path}: {answer.text}")
    decoded: Json = json.loads(answer.text or "{}", parse_float=Decimal)
    return decoded
