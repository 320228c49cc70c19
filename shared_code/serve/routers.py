"""Routers whose endpoints answer as the contract wants it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter
from fastapi.routing import APIRoute

from shared_code.serve.errors import ErrorMessage

_FAILURES: Mapping[int | str, dict[str, Any]] = {
    "4XX": {"model": ErrorMessage, "description": "The request is refused; `error` says why."},
    "5XX": {"model": ErrorMessage, "description": "The service failed; try again later."},
}


class _WireRoute(APIRoute):
    """A route that leaves out what is None: `null` is never sent."""

    # APIRoute's own parameters, passed through.
    def __init__(self, path: str, endpoint: Any, **options: Any) -> None:  # noqa: ANN401
        super().__init__(path, endpoint, **options | {"response_model_exclude_none": True})


def router(*, tags: Sequence[str] = (), documented: bool = True) -> APIRouter:
    """Make a router for a service's endpoints, under headings of the documentation."""
    return APIRouter(
        route_class=_WireRoute,
        tags=list(tags),
        responses=dict(_FAILURES),
        include_in_schema=documented,
        strict_content_type=False,
    )
