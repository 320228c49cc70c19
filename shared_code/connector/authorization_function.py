"""Token migration as an HTTP trigger of a connector's app."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import azure.functions as func
from pydantic import ConfigDict, TypeAdapter, ValidationError

from shared_code.access import Principal
from shared_code.connect.migrating import Migration
from shared_code.connector.edge import edge
from shared_code.errors import Reject
from shared_code.model import encode

_GIVEN = TypeAdapter(dict[str, str], config=ConfigDict(hide_input_in_errors=True, strict=True))

MAX_GIVEN = 65_536
"""Bytes of what is handed in."""


@dataclass(frozen=True, slots=True)
class AuthorizationHandler:
    """Who may hand a grant in, and who takes it."""

    authenticate: Callable[[str | None], Principal]
    """Tells whom an `Authorization` header stands for."""
    migration: Migration

    def answer(self, req: func.HttpRequest) -> func.HttpResponse:
        """Take a grant over for the connection that `companyId` and `connectionId` name."""
        caller = self.authenticate(req.headers.get("authorization"))
        company_id, connection_id = (req.params.get(name, "") for name in _NAMES)
        linked = self.migration.migrate(caller, company_id, connection_id, _given(req.get_body()))
        return func.HttpResponse(encode(linked), mimetype="application/json")


_NAMES = ("companyId", "connectionId")


def register_authorization(
    bp: func.Blueprint, platform: str, handler: Callable[[], AuthorizationHandler]
) -> None:
    """Register `PUT connect/<platform>/authorization`; `handler` is asked at each request."""
    routed = bp.route(
        route=f"connect/{platform}/authorization",
        methods=["PUT"],
        auth_level=func.AuthLevel.ANONYMOUS,
    )
    handle = edge(platform, lambda req: handler().answer(req))
    bp.function_name(f"{platform}_authorization")(routed(handle))


def _given(body: bytes) -> Mapping[str, str]:
    try:
        return _GIVEN.validate_json(body if len(body) <= MAX_GIVEN else b"")
    except ValidationError:
        raise Reject("authorization: must be a JSON object whose values are all strings") from None
