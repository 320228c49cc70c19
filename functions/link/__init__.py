"""Link: the hosted page behind a company's `redirect`, where its people choose a platform."""

from __future__ import annotations

from urllib.parse import parse_qs

import azure.functions as func

from functions.link.hosted import HostedLink
from shared_code.connect import pages
from shared_code.connect.addresses import Addresses
from shared_code.connect.settings import PublicSettings
from shared_code.health import health_trigger
from shared_code.once import Once
from shared_code.ports.clock import SystemClock
from shared_code.ports.queue import open_queue
from shared_code.ports.settings import QueueSettings
from shared_code.settings import load_settings
from shared_code.store.settings import open_store

bp = func.Blueprint()  # type: ignore[no-untyped-call]

_LONGEST_FORM = 4_096


def _open_hosted() -> HostedLink:
    return HostedLink(
        open_store(),
        open_queue(load_settings(QueueSettings)),
        SystemClock(),
        Addresses(load_settings(PublicSettings).public_url),
    )


_hosted = Once(_open_hosted)


@bp.route(
    route="link/company/{companyId}/connections",
    methods=["POST"],
    auth_level=func.AuthLevel.ANONYMOUS,
)
def link_choose(req: func.HttpRequest) -> func.HttpResponse:
    """Take the choice of a platform."""
    form = parse_qs(req.get_body()[:_LONGEST_FORM].decode("ascii", "replace"))
    key = form.get("platformKey", [""])[0]
    return _page(*_hosted().connect(req.route_params["companyId"], key))


@bp.route(route="link/company/{companyId}", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
def link_company(req: func.HttpRequest) -> func.HttpResponse:
    """Show what can be connected."""
    return _page(*_hosted().show(req.route_params["companyId"]))


def _page(status: int, body: str) -> func.HttpResponse:
    return func.HttpResponse(body, status_code=status, headers=dict(pages.HEADERS))


def _check() -> None:
    _hosted().db.ping()


health_trigger(bp, "link", check=_check)
