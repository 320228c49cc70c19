"""In the all-in-one app every request reaches the service that owns it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from local.host.functions import Hosted, check
from local.host.indexing import index
from local.host.routing import Route, RouteTable
from tools.openapi import apps
from tools.package import ROOT, services


@pytest.fixture(scope="module")
def functions() -> list[Hosted]:
    """All HTTP functions of the repository, as the host grades them."""
    found = check((loaded.info for loaded in index(ROOT).values()), {"TASK_HUB_NAME": "hub"})
    assert [one.error for one in found if one.error] == []
    return [one for one in found if one.trigger == "httpTrigger"]


@pytest.fixture(scope="module")
def table(functions: list[Hosted]) -> RouteTable:
    return RouteTable(one.route for one in functions)


def _owner(function: str) -> str:
    """Name the service of a function: the longest that its name begins with."""
    return max((name for name in services() if function.startswith(f"{name}_")), key=len)


def _sample(template: str) -> str:
    """Make a path that a template matches."""
    return re.sub(r"\{[^}]*\}", "x1", template).strip("/")


def _operations(app: FastAPI) -> Iterator[tuple[str, str, str]]:
    """Yield (service, method, path) of every operation of a service."""
    service = app.user_middleware[0].kwargs["service"]
    for context in iter_route_contexts(app.routes):
        for method in context.methods or ():
            yield str(service), method, _sample(context.path or "")


@pytest.mark.parametrize(
    ("service", "method", "path"),
    sorted({operation for app in apps() for operation in _operations(app)}),
)
def test_an_operation_reaches_its_service(
    table: RouteTable, service: str, method: str, path: str
) -> None:
    found = table.match(method, path)
    assert found is not None, "no function answers"
    assert _owner(found.route.name) == service


def test_no_function_is_shadowed_as_a_whole(table: RouteTable) -> None:
    for route in table.routes:
        found = table.match(min(route.methods, default="PATCH"), _sample(route.template))
        assert found is not None
        assert found.route.name == route.name


def test_each_function_carries_its_service_in_its_name(functions: list[Hosted]) -> None:
    assert {_owner(one.function.name) for one in functions} == set(services())


def test_the_matcher_would_see_a_shadow() -> None:
    table = RouteTable([Route("a_all", "companies/{*rest}"), Route("b_one", "companies/{id}/data")])
    found = table.match("GET", "companies/x1/data")
    assert found is not None
    assert found.route.name == "a_all"
