"""The HTTP triggers of a connector's link flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qsl

import azure.functions as func

from shared_code.connect.link import BrowserAnswer, BrowserRequest, LinkFlow

_LONGEST_FORM = 16_384


@dataclass(frozen=True, slots=True)
class _Step:
    """One of the flow's pages."""

    name: str
    method: str
    path: str
    answer: Callable[[LinkFlow, BrowserRequest], BrowserAnswer]


_STEPS = (
    _Step("authorize", "GET", "authorize", LinkFlow.authorize),
    _Step("callback", "GET", "oauth/callback", LinkFlow.callback),
    _Step("tenant", "POST", "oauth/tenant", LinkFlow.choose),
)


def register_link(blueprint: func.Blueprint, platform: str, flow: Callable[[], LinkFlow]) -> None:
    """Register authorise, callback and choice; `flow` opens the connector on first use."""
    for step in _STEPS:
        _register(blueprint, platform, step, flow)


def _register(
    blueprint: func.Blueprint, platform: str, step: _Step, flow: Callable[[], LinkFlow]
) -> None:
    def handle(req: func.HttpRequest) -> func.HttpResponse:
        answer = step.answer(flow(), _request(req))
        headers = dict(answer.headers)
        mimetype = headers.pop("Content-Type", "text/html; charset=utf-8")
        return func.HttpResponse(
            answer.body, status_code=answer.status, headers=headers, mimetype=mimetype
        )

    handle.__name__ = f"{platform}_{step.name}"
    route = f"connect/{platform}/{step.path}"
    blueprint.route(route=route, methods=[step.method], auth_level=func.AuthLevel.ANONYMOUS)(handle)


def _request(req: func.HttpRequest) -> BrowserRequest:
    return BrowserRequest(
        query=dict(req.params),
        cookies=_cookies(req.headers.get("Cookie", "")),
        form=dict(parse_qsl(req.get_body()[:_LONGEST_FORM].decode("ascii", "replace"))),
    )


def _cookies(header: str) -> dict[str, str]:
    try:
        return {name: morsel.value for name, morsel in SimpleCookie(header).items()}
    except CookieError:
        return {}
