"""The Singer SDK: one REST stream a list, messages to standard output."""

from __future__ import annotations

from typing import Any, ClassVar

import requests
from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.helpers._typing import TypeConformanceLevel
from singer_sdk.pagination import BasePageNumberPaginator, SinglePagePaginator
from tools.bench_peers.task import List, given_task

TASK = given_task()


class FullPages(BasePageNumberPaginator):
    """Goes on for as long as pages are full."""

    def __init__(self, asked: List) -> None:
        super().__init__(1)
        self._asked = asked

    def has_more(self, response: requests.Response) -> bool:
        """Whether the page was full."""
        return len(response.json()[self._asked.collection]) == self._asked.size


class Listed(RESTStream[int]):
    """One list."""

    url_base = TASK.base_url
    schema: ClassVar[dict[str, Any]] = {"type": "object", "properties": {}}
    TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE

    def __init__(self, tap: Tap, asked: List) -> None:
        self._asked = asked
        self.name, self.path = asked.name, asked.path
        super().__init__(tap)

    @property
    def records_jsonpath(self) -> str:
        """Where an answer has its records."""
        return f"$.{self._asked.collection}[*]"

    @property
    def http_headers(self) -> dict[str, str]:
        """What every call carries."""
        return TASK.headers

    def get_new_paginator(self) -> Any:  # noqa: ANN401 - the SDK's paginators share no such type
        """Page by number, if at all."""
        return FullPages(self._asked) if self._asked.size else SinglePagePaginator()

    def get_url_params(self, context: Any, next_page_token: int | None) -> dict[str, Any]:  # noqa: ANN401, ARG002
        """The list's own parameters and the page's."""
        if self._asked.size is None:
            return dict(self._asked.params)
        page = {"page": next_page_token or 1, "pageSize": self._asked.size}
        return {**self._asked.params, **page}


class Peer(Tap):
    """The lists of the task."""

    name = "tap-peer"
    config_jsonschema = th.PropertiesList().to_dict()

    def discover_streams(self) -> list[Listed]:
        """One stream a list."""
        return [Listed(self, each) for each in TASK.lists]


if __name__ == "__main__":
    Peer(config={}).sync_all()
