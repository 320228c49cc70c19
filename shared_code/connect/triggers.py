"""The link flow as HTTP triggers of a connector's app, open to any browser."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl

import azure.functions as func
import structlog

from shared_code.connect import pages
from shared_code.connect.browser import Request, Response
from shared_code.connect.link import LinkFlow

MAX_FORM = 16_384
"""Bytes of a posted form."""

_log = structlog.get_logger(__name__)

_Answer = Callable[[LinkFlow, Request], Response]


def link_triggers(blueprint: func.Blueprint, platform: str, flow: Callable[[], LinkFlow]) -> None:
    """Register the four functions of a connector's link flow, below `connect/<platform>/`.

    `flow` is asked at each request, so that importing the app needs no settings.
    """
    root = f"connect/{platform}"
    for name, method, route, answer in (
        ("authorize", "GET", f"{root}/authorize", LinkFlow.authorize),
        ("callback", "GET", f"{root}/oauth/callback", LinkFlow.callback),
        ("details", "POST", f"{root}/details", LinkFlow.details),
        ("tenant", "POST", f"{root}/oauth/tenant", LinkFlow.choose_tenant),
    ):
        _register(blueprint, f"{platform}_{name}", (method, route), _handler(flow, answer))


def _register(
    blueprint: func.Blueprint,
    name: str,
    at: tuple[str, str],
    handle: Callable[[func.HttpRequest], func.HttpResponse],
) -> None:
    method, route = at
    routed = blueprint.route(route=route, methods=[method], auth_level=func.AuthLevel.ANONYMOUS)
    blueprint.function_name(name)(routed(handle))


def _handler(
    flow: Callable[[], LinkFlow], answer: _Answer
) -> Callable[[func.HttpRequest], func.HttpResponse]:
    def handle(req: func.HttpRequest) -> func.HttpResponse:
        try:
            response = answer(flow(), _request(req))
        except Exception:  # noqa: BLE001 - the outermost edge: a page for the user, a trace for us
            _log.exception("link request failed")
            body = pages.message("Something went wrong", "It is not your fault. Try again later.")
            response = Response(500, pages.HEADERS, body)
        return func.HttpResponse(
            response.body, status_code=response.status, headers=dict(response.headers)
        )

    return handle


def _request(req: func.HttpRequest) -> Request:
    return Request(
        query=dict(req.params),
        form=_form(req.get_body()),
        cookies=_cookies(req.headers.get("cookie", "")),
    )


def _form(body: bytes) -> Mapping[str, str]:
    try:
        return dict(parse_qsl(body[:MAX_FORM].decode("ascii"), max_num_fields=10))
    except ValueError:
        return {}


def _cookies(header: str) -> Mapping[str, str]:
    try:
        parsed: SimpleCookie = SimpleCookie(header)
    except CookieError:
        return {}
    return {name: morsel.value for name, morsel in parsed.items()}
