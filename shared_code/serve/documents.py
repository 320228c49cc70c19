"""The API's OpenAPI document: all services in one, with what holds for all of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
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
    return get_openapi(
        title="Causeway",
        version="1.0.0",
        description=_DESCRIPTION,
        servers=[{"url": "/"}],
        routes=[route for app in apps for route in app.routes],
    )


def render(openapi: dict[str, Any]) -> str:
    """Write a document as the file holds it."""
    return json.dumps(openapi, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
