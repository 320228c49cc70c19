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
from tools.bench_peers.task import List, Task, given_task


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
        params = dict(asked.params) | ({"pageSize": str(asked.size)} if asked.size else {})
        yield from client.paginate(
            asked.path, params=params, data_selector=asked.collection, paginator=_paginator(asked)
        )

    # Line items stay in their documents, as with the others: tables of their own take longer.
    return dlt.resource(pages, name=asked.name, max_table_nesting=0)


def _paginator(asked: List) -> BasePaginator:
    if asked.size is None:
        return SinglePagePaginator()
    return PageNumberPaginator(base_page=1, total_path="pagination.pageCount")


if __name__ == "__main__":
    main()
