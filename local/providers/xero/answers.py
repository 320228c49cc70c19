"""Xero's answers: the envelope, and its several ways to say no."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from uuid import uuid4
from xml.etree import ElementTree as ET

import orjson
from starlette.responses import Response

from local.providers.kit.asked import Asked
from local.providers.kit.declared import Envelope
from local.providers.simulation.limits import Refusal
from local.providers.xero.shapes import Record
from local.providers.xero.wire import instant

PROVIDER_NAME = "Causeway simulator"
JSON = "application/json; charset=utf-8"
WANTS_JSON = re.compile(r"application/json|text/json|\+json")


def head(now: datetime) -> Record:
    """Give what every answer begins with."""
    return {
        "Id": str(uuid4()),
        "Status": "OK",
        "ProviderName": PROVIDER_NAME,
        "DateTimeUTC": instant(now),
    }


def envelope(name: str) -> Envelope:
    """Put a page into its envelope; only what was asked for by page counts."""
    parts = {"page": "page", "size": "pageSize", "pages": "pageCount", "total": "itemCount"}
    place = {part: f"pagination.{called}" for part, called in parts.items()}
    return Envelope(rows=name, place=place, also=lambda sheet: head(sheet.asked.now))


def alone(name: str) -> Callable[[Record, Asked], Record]:
    """Put a single record into its envelope, which is a list's."""
    return lambda record, asked: {**head(asked.now), name: [record]}


def xml_stand_in(asked: Asked) -> Response | None:
    """Give the head of Xero's XML answer where JSON was not asked for by name, as in `*/*`."""
    if WANTS_JSON.search(asked.headers.get("accept", "")):
        return None
    root = ET.Element("Response")
    for tag, text in (
        ("Id", str(uuid4())),
        ("Status", "OK"),
        ("ProviderName", PROVIDER_NAME),
        ("DateTimeUTC", asked.now.isoformat()),
    ):
        ET.SubElement(root, tag).text = text
    return Response(ET.tostring(root, xml_declaration=True), media_type="text/xml")


def refuse(_: int, code: str, message: str) -> Response:
    """Word a refusal: a missing scope is a 401 here, and all the token's fault."""
    refusals: Mapping[str, Callable[[], Response]] = {
        "token": lambda: unauthorised("AuthenticationUnsuccessful"),
        "expired": lambda: unauthorised(f"TokenExpired: {message}"),
        "scope": lambda: unauthorised("AuthorizationUnsuccessful"),
        "tenant": forbidden,
        "missing": not_found,
        "request": lambda: bad_query(message),
    }
    return refusals[code]()


def problem(status: int, title: str, detail: str) -> Response:
    """Refuse a call before it reaches the books: 401 and 403."""
    content: Record = {
        "Type": None,
        "Title": title,
        "Status": status,
        "Detail": detail,
        "Instance": str(uuid4()),
        "Extensions": {},
    }
    return Response(orjson.dumps(content), status, media_type=JSON)


def unauthorised(detail: str) -> Response:
    """Refuse a token."""
    answer = problem(401, "Unauthorized", detail)
    answer.headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return answer


def forbidden() -> Response:
    """Refuse a tenant that the token does not reach."""
    return problem(403, "Forbidden", "AuthenticationUnsuccessful")


def not_found() -> Response:
    """Say that there is no such record or resource."""
    return Response("The resource you're looking for cannot be found", 404, media_type="text/html")


def bad_query(message: str) -> Response:
    """Say that a parameter cannot be understood."""
    content = {"ErrorNumber": 16, "Type": "QueryParseException", "Message": message}
    return Response(orjson.dumps(content), 400, media_type=JSON)


def too_many(refusal: Refusal) -> Response:
    """Refuse a call over a limit; the body is empty."""
    headers = {
        "Retry-After": str(refusal.retry_after),
        "X-Rate-Limit-Problem": refusal.problem,
    }
    return Response(None, 429, headers)
