"""Endpoints: the integrations and their pictures."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from fastapi import Path
from starlette.responses import Response

from functions.platform_api.listing import listing
from functions.platform_api.platform import ThePlatform
from shared_code.catalogue import by_key
from shared_code.connect import integrations
from shared_code.connect.shapes import Branding, Integration
from shared_code.serve import Caller, PageOf, Paging, router

api = router(tags=["Integrations"])
public = router(tags=["Integrations"])

_Key: TypeAlias = Annotated[
    str, Path(alias="platformKey", description="The integration's four letters, such as `gbol`.")
]


@api.get("/integrations", operation_id="list-integrations")
def list_all(caller: Caller, platform: ThePlatform, paging: Paging) -> PageOf[Integration]:
    """List the platforms that companies can link."""
    del caller
    page, total = integrations.list_integrations(platform.addresses, listing(paging))
    return PageOf.of(page, total, paging)


@api.get("/integrations/{platformKey}", operation_id="get-integration")
def get(caller: Caller, platform: ThePlatform, platform_key: _Key) -> Integration:
    """Get an integration, with the data types that can be read from it."""
    del caller
    return integrations.show_integration(by_key(platform_key), platform.addresses)


@api.get("/integrations/{platformKey}/branding", operation_id="get-integrations-branding")
def get_branding(caller: Caller, platform: ThePlatform, platform_key: _Key) -> Branding:
    """Get the pictures to show for an integration."""
    del caller
    return integrations.branding(by_key(platform_key), platform.addresses)


@public.get(
    "/integrations/{platformKey}/images/{image}.svg",
    operation_id="get-integration-image",
    response_class=Response,
    responses={200: {"content": {"image/svg+xml": {}}}},
)
def get_image(platform_key: _Key, image: str) -> Response:
    """Get a picture of an integration; needs no API key."""
    drawn = integrations.draw_image(platform_key, image)
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(drawn, media_type="image/svg+xml", headers=headers)
