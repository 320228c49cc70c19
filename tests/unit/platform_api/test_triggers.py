from __future__ import annotations

import asyncio
import json
from pathlib import Path
from types import SimpleNamespace

import azure.functions as func
import pytest
from azure.functions.decorators.function_app import Function

from functions import data_api, platform_api
from local.host.routing import Route, RouteTable


def functions(*blueprints: func.Blueprint) -> dict[str, Function]:
    app = func.FunctionApp()
    for blueprint in blueprints:
        app.register_functions(blueprint)
    return {str(each.get_function_name()): each for each in app.get_functions()}


@pytest.fixture(scope="module")
def table() -> RouteTable:
    routes = []
    for name, function in functions(platform_api.bp, data_api.bp).items():
        trigger = json.loads(function.get_raw_bindings()[0])
        if trigger["type"] != "httpTrigger":
            continue
        methods = frozenset(trigger.get("methods") or ())
        routes.append(Route(name, trigger["route"], methods))
    return RouteTable(routes)


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "companies", "platform_api_companies"),
        ("POST", "companies", "platform_api_companies"),
        ("GET", "Companies/1", "platform_api_companies"),
        ("DELETE", "companies/1/connections/2", "platform_api_companies"),
        ("GET", "companies/1/dataStatus", "platform_api_companies"),
        ("POST", "companies/1/data/all", "platform_api_companies"),
        ("POST", "companies/1/data/info", "platform_api_companies"),
        ("POST", "companies/1/data/queue/invoices", "platform_api_companies"),
        ("GET", "companies/1/data/info", "data_api_company"),
        ("GET", "companies/1/data/invoices/7", "data_api_company"),
        ("GET", "companies/1/data/history", "data_api_company"),
        ("GET", "companies/1/connections/2/data/bills", "data_api_connection"),
        ("GET", "companies/1/reports/x", "data_api_reports"),
        ("GET", "integrations", "platform_api_integrations"),
        ("GET", "integrations/gbol/images/logo.svg", "platform_api_integrations"),
        ("DELETE", "APIKEYS/1", "platform_api_apikeys"),
        ("POST", "profile/syncSettings", "platform_api_profile"),
        ("GET", "docs", "platform_api_docs"),
        ("GET", "docs/swagger-ui.css", "platform_api_docs"),
        ("GET", "openapi.json", "platform_api_openapi"),
        ("GET", "health/platform_api", "platform_api_health"),
        ("GET", "health/data_api", "data_api_health"),
    ],
)
def test_each_request_reaches_its_service_when_all_share_a_host(
    table: RouteTable, method: str, path: str, name: str
) -> None:
    found = table.match(method, path)
    assert found is not None
    assert found.route.name == name


def test_a_missing_setting_is_said_and_the_service_is_not_healthy(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CAUSEWAY_STORE_URL", f"sqlite:///{tmp_path}/causeway.db")
    monkeypatch.setenv("CAUSEWAY_PUBLIC_URL", "not a url")
    monkeypatch.setenv("LOCAL_QUEUE_URL", "http://127.0.0.1:9")
    found = functions(platform_api.bp)
    request = func.HttpRequest("GET", "http://127.0.0.1/companies", body=b"", headers={})
    context = SimpleNamespace(
        function_directory="", function_name="", invocation_id="", thread_local_storage=None,
        trace_context=None, retry_context=None,
    )  # fmt: skip
    answer = asyncio.run(found["platform_api_companies"].get_user_function()(request, context))
    assert answer.status_code == 500
    assert json.loads(answer.get_body())["error"] == "The platform is not configured completely."
    health = found["platform_api_health"].get_user_function()(request)
    assert health.status_code == 503
