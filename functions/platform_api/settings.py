"""Endpoints: API keys, the profile and sync settings."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import Path
from sqlalchemy import select
from starlette.responses import Response

from functions.platform_api.bodies import (
    CompanySyncSettingsBody,
    CreateApiKey,
    SyncSettingsBody,
)
from functions.platform_api.platform import ThePlatform
from shared_code.access import ApiKey, Forbidden, delete_key, issue_key, list_keys
from shared_code.connect.reading import find_company
from shared_code.connect.sync_settings import SyncSetting, read_settings, write_settings
from shared_code.errors import Reject
from shared_code.serve import Caller, CompanyId, Wire, router
from shared_code.store.schema import clients

api = router(tags=["Settings"])


class ApiKeyDetails(Wire):
    """A key, as it is sent: its base64 makes the `Authorization` header."""

    id: str
    name: str | None = None
    api_key: str
    created_date: datetime

    @classmethod
    def of(cls, key: ApiKey) -> ApiKeyDetails:
        """Show a key to its client."""
        return cls(id=key.id, name=key.name, api_key=key.value, created_date=key.created_at)


class ApiKeys(Wire):
    """A client's keys."""

    results: list[ApiKeyDetails]


class Profile(Wire):
    """What a client is called."""

    name: str
    redirect_url: str
    white_list_urls: list[str]


class SyncSettings(Wire):
    """The settings of a client."""

    client_id: str
    settings: list[SyncSetting]
    overrides_defaults: bool


class CompanySyncSettings(Wire):
    """The settings that apply to a company."""

    company_id: str
    settings: list[SyncSetting]
    overrides_defaults: bool


@api.get("/apiKeys", operation_id="list-api-keys")
def list_api_keys(caller: Caller, platform: ThePlatform) -> ApiKeys:
    """List the API keys with their values."""
    with platform.db.read() as tx:
        keys = list_keys(tx, platform.seal, caller.client_id)
    return ApiKeys(results=[ApiKeyDetails.of(key) for key in keys])


@api.post("/apiKeys", operation_id="create-api-key", status_code=201)
def create_api_key(
    caller: Caller, platform: ThePlatform, body: CreateApiKey | None = None
) -> ApiKeyDetails:
    """Create an API key; there may be ten."""
    name = body.name if body else None
    with platform.work() as work:
        key = issue_key(work.tx, platform.seal, caller.client_id, name=name, now=work.now)
    return ApiKeyDetails.of(key)


@api.delete("/apiKeys/{apiKeyId}", operation_id="delete-api-key", status_code=204)
def delete_api_key(
    caller: Caller, platform: ThePlatform, key_id: Annotated[str, Path(alias="apiKeyId")]
) -> Response:
    """Delete an API key, maybe the one in use; it opens nothing from now on."""
    with platform.work() as work:
        delete_key(work.tx, caller.client_id, key_id)
    return Response(status_code=204)


@api.get("/profile", operation_id="get-profile")
def get_profile(caller: Caller, platform: ThePlatform) -> Profile:
    """Get the client's profile."""
    with platform.db.read() as tx:
        name = tx.scalars(select(clients.c.name).where(clients.c.id == caller.client_id)).one()
    return Profile(name=name, redirect_url="", white_list_urls=[])


@api.get("/profile/syncSettings", operation_id="get-profile-syncSettings")
def get_sync_settings(caller: Caller, platform: ThePlatform) -> SyncSettings:
    """Get the sync settings that hold for companies without their own."""
    with platform.db.read() as tx:
        settings, own = read_settings(tx, caller.client_id)
    return SyncSettings(client_id=caller.client_id, settings=settings, overrides_defaults=own)


@api.post("/profile/syncSettings", operation_id="update-profile-syncSettings", status_code=204)
def update_sync_settings(caller: Caller, platform: ThePlatform, body: SyncSettingsBody) -> Response:
    """Replace the sync settings of the client; they hold from now on."""
    if body.client_id.lower() != caller.client_id:
        raise Forbidden(f"clientId: the API key is not of client {body.client_id}")
    with platform.work() as work:
        settings = body.settings if body.overrides_defaults else []
        write_settings(work, caller.client_id, settings)
    return Response(status_code=204)


@api.get("/companies/{companyId}/syncSettings", operation_id="get-company-syncSettings")
def get_company_sync_settings(
    caller: Caller, platform: ThePlatform, company_id: CompanyId
) -> CompanySyncSettings:
    """Get the sync settings that apply to a company: its own, its client's, or the defaults."""
    with platform.db.read() as tx:
        company = find_company(tx, caller.client_id, company_id)
        settings, own = read_settings(tx, caller.client_id, company.id)
    return CompanySyncSettings(company_id=company.id, settings=settings, overrides_defaults=own)


@api.post(
    "/companies/{companyId}/syncSettings",
    operation_id="set-company-syncSettings",
    status_code=204,
)
def set_company_sync_settings(
    caller: Caller, platform: ThePlatform, company_id: CompanyId, body: CompanySyncSettingsBody
) -> Response:
    """Replace a company's own sync settings, or drop them when `overridesDefaults` is false."""
    with platform.work() as work:
        company = find_company(work.tx, caller.client_id, company_id, lock=True)
        if body.company_id.lower() != company.id:
            raise Reject(f"companyId: must be {company.id}, as in the path")
        settings = body.settings if body.overrides_defaults else []
        write_settings(work, caller.client_id, settings, company_id=company.id)
    return Response(status_code=204)
