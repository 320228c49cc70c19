"""Airbyte's CDK: a declarative source, messages to standard output."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from airbyte_cdk.entrypoint import launch
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.sources.declarative.concurrent_declarative_source import (
    ConcurrentDeclarativeSource,
)
from tools.bench_peers.task import List, Task, given_task

SCHEMA = {"type": "object", "additionalProperties": True}


def main() -> None:
    """Read all lists."""
    task = given_task()
    folder = Path(task.out)
    config, catalog = folder / "config.json", folder / "catalog.json"
    config.write_text("{}", encoding="utf-8")
    streams = [_configured(each) for each in task.lists]
    catalog.write_text(json.dumps({"streams": streams}), encoding="utf-8")
    source = ConcurrentDeclarativeSource(
        config={},
        catalog=ConfiguredAirbyteCatalogSerializer.load({"streams": streams}),
        state=None,
        source_config=_manifest(task),
    )
    launch(source, ["read", "--config", str(config), "--catalog", str(catalog)])


def _configured(asked: List) -> dict[str, Any]:
    stream = {"name": asked.name, "json_schema": SCHEMA, "supported_sync_modes": ["full_refresh"]}
    return {
        "stream": stream,
        "sync_mode": "full_refresh",
        "destination_sync_mode": "overwrite",
    }


def _manifest(task: Task) -> dict[str, Any]:
    return {
        "version": "6.0.0",
        "type": "DeclarativeSource",
        "check": {"type": "CheckStream", "stream_names": [task.lists[0].name]},
        "streams": [_stream(task, each) for each in task.lists],
        "spec": {"type": "Spec", "connection_specification": {"type": "object", "properties": {}}},
    }


def _stream(task: Task, asked: List) -> dict[str, Any]:
    return {
        "type": "DeclarativeStream",
        "name": asked.name,
        "primary_key": [],
        "schema_loader": {"type": "InlineSchemaLoader", "schema": SCHEMA},
        "retriever": {
            "type": "SimpleRetriever",
            "requester": {
                "type": "HttpRequester",
                "url_base": task.base_url,
                "path": asked.path,
                "http_method": "GET",
                "request_headers": task.headers,
                "request_parameters": asked.params,
            },
            "record_selector": {
                "type": "RecordSelector",
                "extractor": {"type": "DpathExtractor", "field_path": [asked.collection]},
            },
            "paginator": _paginator(asked),
        },
    }


def _paginator(asked: List) -> dict[str, Any]:
    if asked.size is None:
        return {"type": "NoPagination"}
    if asked.after is not None:
        return {
            "type": "DefaultPaginator",
            "page_token_option": _parameter(asked.after.param),
            "pagination_strategy": {
                "type": "CursorPagination",
                "cursor_value": f"{{{{ last_record['{asked.after.field}'] }}}}",
                "stop_condition": f"{{{{ last_page_size < {asked.size} }}}}",
            },
        }
    return {
        "type": "DefaultPaginator",
        "page_token_option": _parameter("page"),
        "page_size_option": _parameter("pageSize"),
        "pagination_strategy": {
            "type": "PageIncrement",
            "page_size": asked.size,
            "start_from_page": 1,
            "inject_on_first_request": True,
        },
    }


def _parameter(name: str) -> dict[str, str]:
    return {"type": "RequestOption", "inject_into": "request_parameter", "field_name": name}


if __name__ == "__main__":
    main()
