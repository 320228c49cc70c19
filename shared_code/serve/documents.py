"""The API's OpenAPI document: all services in one, with what holds for all of them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

DOCUMENT = Path(__file__).with_name("openapi.json")
"""The document as it is served; `tools/openapi.py` writes it."""

_DESCRIPTION = """
One API for the data of companies' accounting, banking and commerce platforms. It is compatible
with Codat's: the official SDKs work when they are given this server's address.

## Authentication

Every request carries an API key: `Authorization: Basic <base64 of the key>`. The key stands alone:
no user name, no colon. A key belongs to a client, and sees that client's companies only; what
belongs to others is answered like what does not exist, with 404.

## Errors

Every failure has the body `{statusCode, service, error, correlationId, canBeRetried,
detailedErrorCode}`. `error` is a sentence that says what was wrong and what is allowed. The
`correlationId`, also in the header `X-Correlation-Id` of every answer, names the request in the
logs. 400: the request is malformed. 401: the key is missing or wrong. 404: there is no such thing.
405: the method is not allowed there. 409: it is impossible at present. 413: too large. 429: the
platform that has the data wants to be asked less. 429 and 503 come with `Retry-After`, in seconds.

## Lists

Lists come in pages: `page` counts from 1, `pageSize` is 100 unless given, at most 5000.
`_links.next` and `_links.previous` are there while there is such a page; links are relative to the
root of the API.

`query` filters, with `=`, `!=`, `>`, `<`, `>=`, `<=` and `~` (contains), joined by `&&` and `||`
and grouped by braces: `{totalAmount > 100 || totalAmount < 50} && status != Paid`. Text is compared
in any case. URL-encode it; at most 2048 characters. `orderBy` names one property; a leading `-`
sorts downwards.

## Conventions

Bodies are JSON. Moments are UTC (`2026-01-31T09:30:00Z`). Absent properties are left out, `null` is
never sent; unknown properties of a request are ignored. Paths and parameter names match in any
case.
""".strip()


def document(apps: Sequence[FastAPI]) -> dict[str, Any]:
    """Make the one OpenAPI document of some services' apps."""
    made = get_openapi(
        title="Causeway",
        version="1.0.0",
        description=_DESCRIPTION,
        servers=[{"url": "/"}],
        routes=[route for app in apps for route in app.routes],
    )
    operations = [each for path in made["paths"].values() for each in path.values()]
    for parameter in (each for operation in operations for each in operation.get("parameters", ())):
        parameter["schema"] = _described(parameter["schema"])
    shapes: dict[str, dict[str, Any]] = made["components"]["schemas"]
    given = _reached([each.get("requestBody") for each in operations], shapes)
    for name in shapes.keys() - given:
        if properties := shapes[name].get("properties"):
            shapes[name]["properties"] = {key: _described(properties[key]) for key in properties}
    return made


def _described(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Leave out the title, made up from the name, and `null`: it cannot be asked, nor is sent."""
    said = {key: value for key, value in schema.items() if key != "title"}
    kinds = [each for each in said.pop("anyOf", ()) if each != {"type": "null"}]
    if len(kinds) > 1:
        return said | {"anyOf": kinds}
    return said | kinds[0] if kinds else said


def _reached(found: object, shapes: Mapping[str, object]) -> set[str]:
    """Name the shapes that something consists of."""
    names: set[str] = set()
    waiting = list(_references(found))
    while waiting:
        name = waiting.pop()
        if name not in names:
            names.add(name)
            waiting.extend(_references(shapes[name]))
    return names


def _references(found: object) -> Iterator[str]:
    if isinstance(found, Mapping):
        if "$ref" in found:
            yield str(found["$ref"]).rpartition("/")[2]
        found = list(found.values())
    for each in found if isinstance(found, list) else ():
        yield from _references(each)


def render(openapi: dict[str, Any]) -> str:
    """Write a document as the file holds it."""
    return json.dumps(openapi, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
