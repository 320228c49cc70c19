"""In the all-in-one app every request reaches the service that owns it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from starlette.routing import Match

from local.host.functions import Hosted, check
from local.host.indexing import index
from local.host.routing import Route, RouteTable
from shared_code.serve.routing import Shortcut
from tools.openapi import apps
from tools.package import ROOT, services

APPS = apps()


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
    sorted({operation for app in APPS for operation in _operations(app)}),
)
def test_an_operation_reaches_its_service(
    table: RouteTable, service: str, method: str, path: str
) -> None:
    found = table.match(method, path)
    assert found is not None, "no function answers"
    assert _owner(found.route.name) == service


@pytest.mark.parametrize("app", APPS, ids=lambda app: app.user_middleware[0].kwargs["service"])
def test_the_shortcut_finds_the_route_that_trying_all_would_find(app: FastAPI) -> None:
    first, *others = app.routes
    assert isinstance(first, Shortcut)
    for _, method, path in _operations(app):
        asked = {"type": "http", "method": method, "path": f"/{path}", "root_path": ""}
        tried = (route for route in others if route.matches(asked)[0] is Match.FULL)
        found, child = first.matches(asked)
        assert found is Match.FULL
        assert child["shortcut"] is next(tried)


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
