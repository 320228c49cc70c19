"""Xero's answers: the envelope, and its several ways to say no."""

import re
from datetime import datetime
from uuid import uuid4
from xml.etree import ElementTree as ET

import orjson
from starlette.requests import Request
from starlette.responses import Response

from local.providers.simulation.limits import Refusal
from local.providers.xero.shapes import Record
from local.providers.xero.wire import instant

PROVIDER_NAME = "Causeway simulator"
JSON = "application/json; charset=utf-8"
WANTS_JSON = re.compile(r"application/json|text/json|\+json")


def wants_json(request: Request) -> bool:
    """Tell whether JSON was asked for by name; `*/*` is not enough, Xero then sends XML."""
    return bool(WANTS_JSON.search(request.headers.get("accept", "")))


def envelope(name: str, records: list[Record], now: datetime, page: Record | None) -> Response:
    """Wrap records in the envelope that every list and every single record comes in."""
    content: Record = {
        "Id": str(uuid4()),
        "Status": "OK",
        "ProviderName": PROVIDER_NAME,
        "DateTimeUTC": instant(now),
    }
    if page is not None:
        content["pagination"] = page
    content[name] = records
    return Response(orjson.dumps(content), media_type=JSON)


def wants_pdf(request: Request) -> bool:
    """Tell whether a record was asked for as a PDF."""
    return "application/pdf" in request.headers.get("accept", "")


def xml_stand_in(now: datetime) -> Response:
    """Give the head of Xero's XML answer, for a client that forgot to ask for JSON."""
    root = ET.Element("Response")
    for tag, text in (
        ("Id", str(uuid4())),
        ("Status", "OK"),
        ("ProviderName", PROVIDER_NAME),
        ("DateTimeUTC", now.isoformat()),
    ):
        ET.SubElement(root, tag).text = text
    return Response(ET.tostring(root, xml_declaration=True), media_type="text/xml")


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
