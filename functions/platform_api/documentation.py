"""Endpoints: the OpenAPI document and its interactive page, served without the internet."""

from __future__ import annotations

from importlib import resources

from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import Response

from shared_code.errors import NotFound
from shared_code.serve import router
from shared_code.serve.documents import DOCUMENT

public = router(documented=False)

_ASSETS = {
    "swagger-ui-bundle.js": "text/javascript",
    "swagger-ui.css": "text/css",
    "favicon-32x32.png": "image/png",
}


@public.get("/openapi.json")
def get_document() -> Response:
    """Serve the API's OpenAPI document."""
    return Response(DOCUMENT.read_bytes(), media_type="application/json")


@public.get("/docs")
def get_page() -> Response:
    """Serve the page on which the API can be read and tried."""
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="Causeway API",
        swagger_js_url="/docs/swagger-ui-bundle.js",
        swagger_css_url="/docs/swagger-ui.css",
        swagger_favicon_url="/docs/favicon-32x32.png",
    )


@public.get("/docs/{asset}")
def get_asset(asset: str) -> Response:
    """Serve what the page is made of."""
    if asset not in _ASSETS:
        raise NotFound(f"There is no such resource: GET /docs/{asset}")
    content = resources.files("fastapi_swagger.resources").joinpath(asset).read_bytes()
    headers = {"Cache-Control": "public, max-age=86400"}
    return Response(content, media_type=_ASSETS[asset], headers=headers)
