"""The catalogue as clients see it."""

from __future__ import annotations

from shared_code.capabilities import Capability
from shared_code.catalogue import CATALOGUE, Integration, by_key
from shared_code.connect.addresses import Addresses
from shared_code.connect.listing import Listing
from shared_code.connect.shapes import (
    Branding,
    Button,
    DataTypeFeature,
    FeatureState,
    FeatureType,
    Image,
    ImageReference,
    Logo,
    SourceType,
    SupportedFeature,
)
from shared_code.connect.shapes import Integration as IntegrationShape
from shared_code.errors import NotFound
from shared_code.model import index_of
from shared_code.model.data_types import DataType
from shared_code.query import Schema

IMAGES = ("logo", "logo-square", "button", "button-hover")
"""The pictures of an integration."""

_OF_ATTACHMENTS = (
    FeatureType.GET_ATTACHMENTS,
    FeatureType.GET_ATTACHMENT,
    FeatureType.DOWNLOAD_ATTACHMENT,
)
_SCHEMA: Schema = index_of(IntegrationShape)


def list_integrations(addresses: Addresses, listing: Listing) -> tuple[list[IntegrationShape], int]:
    """List the integrations: one page, and how many match the query."""
    return listing.apply([show_integration(each, addresses) for each in CATALOGUE], _SCHEMA)


def show_integration(integration: Integration, addresses: Addresses) -> IntegrationShape:
    """Show an integration with what was seen to be readable from it."""
    return IntegrationShape(
        key=integration.key,
        logo_url=addresses.image(integration.key, "logo"),
        name=integration.name,
        enabled=True,
        source_id=integration.source_id,
        source_type=SourceType(integration.source_type),
        integration_id=integration.integration_id,
        is_offline_connector=False,
        is_beta=False,
        datatype_features=[
            DataTypeFeature(
                data_type=DataType(seen.data_type),
                supported_features=[
                    SupportedFeature(feature_type=each, feature_state=FeatureState.RELEASE)
                    for each in _features(seen)
                ],
            )
            for seen in integration.capabilities
        ],
    )


def _features(seen: Capability) -> list[FeatureType]:
    features = [FeatureType.GET]
    if seen.pdf:
        features.append(FeatureType.GET_AS_PDF)
    if seen.attachments:
        features += _OF_ATTACHMENTS
    return features


def branding(integration: Integration, addresses: Addresses) -> Branding:
    """Give the addresses of an integration's pictures."""

    def picture(name: str, alt: str) -> ImageReference:
        return ImageReference(image=Image(src=addresses.image(integration.key, name), alt=alt))

    return Branding(
        logo=Logo(
            full=picture("logo", f"{integration.name} logo"),
            square=picture("logo-square", f"{integration.name} icon"),
        ),
        button=Button(
            default=picture("button", f"Connect {integration.name}"),
            hover=picture("button-hover", f"Connect {integration.name}"),
        ),
        source_id=integration.source_id,
    )


def draw_image(key: str, image: str) -> str:
    """Draw an integration's picture as SVG: its name, plainly; nobody's trade mark."""
    name = by_key(key).name
    match image:
        case "logo":
            return _svg(name, width=200, height=60, background="#1f2a44")
        case "logo-square":
            return _svg(name[0], width=60, height=60, background="#1f2a44")
        case "button":
            return _svg(f"Connect {name}", width=220, height=44, background="#1f2a44")
        case "button-hover":
            return _svg(f"Connect {name}", width=220, height=44, background="#33436b")
    raise NotFound(f"No image is called {image}. Images: {', '.join(IMAGES)}")


def _svg(text: str, *, width: int, height: int, background: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">'
        f'<rect width="{width}" height="{height}" rx="6" fill="{background}"/>'
        f'<text x="{width // 2}" y="{height // 2}" fill="#ffffff" font-family="sans-serif"'
        f' font-size="20" text-anchor="middle" dominant-baseline="central">{text}</text></svg>'
    )
