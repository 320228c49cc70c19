"""The Singer SDK: one REST stream a list, messages to standard output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests
from singer_sdk import RESTStream, Tap
from singer_sdk import typing as th
from singer_sdk.helpers._typing import TypeConformanceLevel
from singer_sdk.pagination import BaseAPIPaginator, SinglePagePaginator
from tools.bench_peers.task import List, given_task

TASK = given_task()
NO_SCHEMA: dict[str, Any] = {"type": "object", "properties": {}}


@dataclass
class Shown:
    """What the page held that was read last; to read it again would take the SDK's time."""

    records: int = 0
    last: dict[str, Any] | None = None


class FullPages(BaseAPIPaginator[int | None]):
    """Goes on for as long as pages are full: to the next page, or after the last record."""

    def __init__(self, asked: List, shown: Shown) -> None:
        super().__init__(None if asked.after else 1)
        self._asked, self._shown = asked, shown

    def has_more(self, response: requests.Response) -> bool:  # noqa: ARG002
        """Whether the page was full."""
        return self._shown.records == self._asked.size

    def get_next(self, response: requests.Response) -> int | None:  # noqa: ARG002
        """The next page's number, or that of the last record."""
        if self._asked.after is None:
            return (self.current_value or 0) + 1
        last: int | None = (self._shown.last or {}).get(self._asked.after.field)
        return last


class Listed(RESTStream[int | None]):
    """One list."""

    url_base = TASK.base_url

    def __init__(self, tap: Tap, asked: List) -> None:
        self._asked, self._shown = asked, Shown()
        if not asked.schema:
            # The SDK would drop what no schema has.
            self.TYPE_CONFORMANCE_LEVEL = TypeConformanceLevel.NONE
        super().__init__(tap, asked.name, asked.schema or NO_SCHEMA, asked.path)

    @property
    def records_jsonpath(self) -> str:
        """Where an answer has its records."""
        return f"$.{self._asked.collection}[*]"

    @property
    def http_headers(self) -> dict[str, str]:
        """What every call carries."""
        return TASK.headers

    def parse_response(self, response: requests.Response) -> Iterator[dict[str, Any]]:
        """Give the records, and note what the paginator goes by."""
        shown = self._shown
        shown.records, shown.last = 0, None
        for record in super().parse_response(response):
            shown.records += 1
            shown.last = record
            yield record

    def get_new_paginator(self) -> Any:  # noqa: ANN401 - the SDK's paginators share no such type
        """Page by number or by record, if at all."""
        return FullPages(self._asked, self._shown) if self._asked.size else SinglePagePaginator()

    def get_url_params(self, context: Any, next_page_token: int | None) -> dict[str, Any]:  # noqa: ANN401, ARG002
        """The list's own parameters and the page's."""
        asked = self._asked
        if asked.size is None:
            return dict(asked.params)
        if asked.after is not None:
            goes_on = {} if next_page_token is None else {asked.after.param: next_page_token}
            return {**asked.params, **goes_on}
        return {**asked.params, "page": next_page_token, "pageSize": asked.size}


class Peer(Tap):
    """The lists of the task."""

    name = "tap-peer"
    config_jsonschema = th.PropertiesList().to_dict()

    def discover_streams(self) -> list[Listed]:
        """One stream a list."""
        return [Listed(self, each) for each in TASK.lists]


if __name__ == "__main__":
    Peer(config={}).sync_all()
