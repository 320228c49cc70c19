"""dlt: pages through its REST client, normalised and written as JSON lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import dlt
from dlt.destinations import filesystem
from dlt.extract.resource import DltResource
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.paginators import (
    BasePaginator,
    PageNumberPaginator,
    SinglePagePaginator,
)
from requests import Request, Response
from tools.bench_peers.task import After, List, Task, given_task


class AfterTheLast(BasePaginator):
    """Asks for what comes after the last record, for as long as pages are full."""

    def __init__(self, after: After, size: int) -> None:
        super().__init__()
        self._after, self._size = after, size
        self._last: object = None

    def update_state(self, response: Response, data: list[Any] | None = None) -> None:  # noqa: ARG002
        """Note the last record's field."""
        self._has_next_page = bool(data) and len(data or []) >= self._size
        if data:
            self._last = data[-1][self._after.field]

    def update_request(self, request: Request) -> None:
        """Ask from there on."""
        request.params[self._after.param] = self._last


def main() -> None:
    """Run the pipeline."""
    task = given_task()
    pipeline = dlt.pipeline(
        "peer", destination=filesystem(task.out), dataset_name="xero", pipelines_dir=task.out
    )
    pipeline.run([_resource(task, each) for each in task.lists], loader_file_format="jsonl")


def _resource(task: Task, asked: List) -> DltResource:
    def pages() -> Iterator[Any]:
        client = RESTClient(task.base_url, headers=task.headers)
        yield from client.paginate(
            asked.path,
            params=_params(asked),
            data_selector=asked.collection,
            paginator=_paginator(asked),
        )

    # Line items stay in their documents, as with the others: tables of their own take longer.
    return dlt.resource(pages, name=asked.name, max_table_nesting=0)


def _params(asked: List) -> dict[str, str]:
    by_number = asked.size is not None and asked.after is None
    return {**asked.params, **({"pageSize": str(asked.size)} if by_number else {})}


def _paginator(asked: List) -> BasePaginator:
    if asked.size is None:
        return SinglePagePaginator()
    if asked.after is not None:
        return AfterTheLast(asked.after, asked.size)
    return PageNumberPaginator(base_page=1, total_path="pagination.pageCount")


if __name__ == "__main__":
    main()
