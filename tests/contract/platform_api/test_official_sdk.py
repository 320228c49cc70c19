"""The official SDK works with the platform API, unmodified but for the base URL."""

# The SDK re-exports its models in ways that a checker does not follow.
# mypy: disable-error-code="attr-defined"

from __future__ import annotations

from typing import Any

import pytest
from codat_platform import CodatPlatform
from codat_platform.models import errors, operations, shared
from codat_platform.utils import RetryConfig

from shared_code.store.schema import connections
from tests.contract.platform_api.conftest import Api, basic


# The SDK types its requests, but not in a way that a checker follows.
@pytest.fixture
def sdk(api: Api, url: str) -> Any:  # noqa: ANN401
    return CodatPlatform(
        security=shared.Security(auth_header=basic(api.key)["Authorization"]),
        server_url=url,
        retry_config=RetryConfig("none"),
    )


def create_company(sdk: Any, name: str = "Acme") -> Any:  # noqa: ANN401 - as above
    body = shared.CompanyRequestBody(name=name, description="A shop", tags={"region": "uk"})
    return sdk.companies.create(request=body)


def create_connection(sdk: Any, company_id: str) -> Any:  # noqa: ANN401 - as above
    return sdk.connections.create(
        request=operations.CreateConnectionRequest(
            company_id=company_id,
            request_body=operations.CreateConnectionRequestBody(platform_key="gbol"),
        )
    )


def test_companies(sdk: Any) -> None:  # noqa: ANN401 - as above
    created = create_company(sdk, "Acme (Ltd)")
    assert (created.name, created.tags) == ("Acme Ltd", {"region": "uk"})
    of = {"company_id": created.id}
    assert sdk.companies.get(request=operations.GetCompanyRequest(**of)) == created
    found = sdk.companies.list(
        request=operations.ListCompaniesRequest(query="name~acme", tags="region=UK", page_size=1)
    )
    assert (found.results, found.total_results) == ([created], 1)
    replaced = sdk.companies.replace(
        request=operations.ReplaceCompanyRequest(
            **of, company_request_body=shared.CompanyRequestBody(name="New")
        )
    )
    assert (replaced.name, replaced.tags, replaced.description) == ("New", {}, None)
    updated = sdk.companies.update(
        request=operations.UpdateCompanyRequest(
            **of, company_update_request=shared.CompanyUpdateRequest(description="Back")
        )
    )
    assert (updated.name, updated.description) == ("New", "Back")
    assert sdk.companies.delete(request=operations.DeleteCompanyRequest(**of)) is None
    with pytest.raises(errors.ErrorMessage) as gone:
        sdk.companies.get(request=operations.GetCompanyRequest(**of))
    assert gone.value.status_code == 404
    assert created.id in str(gone.value)


def test_connections(api: Api, sdk: Any) -> None:  # noqa: ANN401 - as above
    company = create_company(sdk)
    created = create_connection(sdk, company.id)
    of = {"company_id": company.id, "connection_id": created.id}
    assert (created.platform_name, created.status.value) == ("Xero", "PendingAuth")
    assert sdk.connections.get(request=operations.GetConnectionRequest(**of)) == created
    listed = sdk.connections.list(
        request=operations.ListConnectionsRequest(company_id=company.id, order_by="-created")
    )
    assert listed.results == [created]
    api.change(connections, created.id, status="Linked")
    unlinked = sdk.connections.unlink(
        request=operations.UnlinkConnectionRequest(
            **of, update_connection_status=shared.UpdateConnectionStatus(status="Unlinked")
        )
    )
    assert unlinked.status.value == "Unlinked"
    assert sdk.connections.delete(request=operations.DeleteConnectionRequest(**of)) is None
    with pytest.raises(errors.ErrorMessage):
        sdk.connections.get(request=operations.GetConnectionRequest(**of))


def test_integrations(sdk: Any) -> None:  # noqa: ANN401 - as above
    listed = sdk.integrations.list(
        request=operations.ListIntegrationsRequest(query="sourceType=accounting")
    )
    [xero] = listed.results
    one = operations.GetIntegrationRequest(platform_key="gbol")
    assert sdk.integrations.get(request=one) == xero
    pictures = sdk.integrations.get_branding(
        request=operations.GetIntegrationsBrandingRequest(platform_key="gbol")
    )
    assert pictures.logo.full.image.src.endswith("/integrations/gbol/images/logo.svg")


def test_refreshing_data(api: Api, sdk: Any) -> None:  # noqa: ANN401 - as above
    company = create_company(sdk)
    connection = create_connection(sdk, company.id)
    api.change(connections, connection.id, status="Linked")
    of = {"company_id": company.id}
    queued = sdk.refresh_data.by_data_type(
        request=operations.RefreshDataTypeRequest(
            **of, data_type="chartOfAccounts", connection_id=connection.id
        )
    )
    assert (queued.data_type, queued.is_completed) == ("chartOfAccounts", False)
    refresh = operations.RefreshCompanyDataRequest(**of)
    assert sdk.refresh_data.all(request=refresh) is None
    status = sdk.refresh_data.get(request=operations.GetCompanyDataStatusRequest(**of))
    assert status.chart_of_accounts.latest_sync_id == queued.id
    assert status.invoices.current_status.value == "Queued"
    assert status.cash_flow_statement is None


def test_settings(sdk: Any) -> None:  # noqa: ANN401 - as above
    assert sdk.settings.get_profile().name == "Lender"
    created = sdk.settings.create_api_key(request=shared.CreateAPIKey(name="second"))
    assert created in sdk.settings.list_api_keys().results
    settings = sdk.settings.get_sync_settings()
    daily = shared.SyncSetting(
        data_type="invoices", fetch_on_first_link=True, sync_schedule=24, sync_order=1
    )
    sdk.settings.update_sync_settings(
        request=operations.UpdateProfileSyncSettingsRequestBody(
            client_id=settings.client_id, settings=[daily], overrides_defaults=True
        )
    )
    company = create_company(sdk)
    applied = sdk.companies.get_company_sync_settings(
        request=operations.GetCompanySyncSettingsRequest(company_id=company.id)
    )
    [invoices] = [each for each in applied.settings if each.data_type.value == "invoices"]
    assert invoices.sync_schedule == 24
    sdk.companies.set_company_sync_settings(
        request=operations.SetCompanySyncSettingsRequest(
            company_id=company.id,
            request_body=operations.SetCompanySyncSettingsRequestBody(
                company_id=company.id, settings=[daily], overrides_defaults=True
            ),
        )
    )


def test_a_refusal_arrives_as_the_contracts_error(api: Api, sdk: Any, url: str) -> None:  # noqa: ANN401
    del api
    with pytest.raises(errors.ErrorMessage) as malformed:
        sdk.companies.list(request=operations.ListCompaniesRequest(query="name"))
    assert malformed.value.status_code == 400
    stranger = CodatPlatform(
        security=shared.Security(auth_header="Basic d3Jvbmc="), server_url=f"{url}/"
    )
    with pytest.raises(errors.ErrorMessage) as wrong:
        stranger.companies.list(request=operations.ListCompaniesRequest())
    assert wrong.value.status_code == 401
