"""The functions that the host finds in the data API's folder."""

from __future__ import annotations

import json

import azure.functions as func

import functions.data_api
import functions.platform_api


def triggers(blueprint: func.Blueprint) -> dict[str, dict[str, object]]:
    app = func.FunctionApp()
    app.register_functions(blueprint)
    return {
        str(each.get_function_name()): json.loads(each.get_raw_bindings()[0])
        for each in app.get_functions()
    }


def test_the_data_api_takes_get_below_data_and_reports_and_nothing_else() -> None:
    found = triggers(functions.data_api.bp)
    assert {name: (each["route"], each["methods"]) for name, each in found.items()} == {
        "data_api_company": ("companies/{companyId}/data/{*rest}", ["GET"]),
        "data_api_connection": (
            "companies/{companyId}/connections/{connectionId}/data/{*rest}",
            ["GET"],
        ),
        "data_api_reports": ("companies/{companyId}/reports/{*rest}", ["GET"]),
        "data_api_health": ("health/data_api", ["GET"]),
    }


def test_the_host_finds_the_data_api_before_the_wider_routes_of_the_platform_api() -> None:
    # The first function by name that matches is called, whatever the templates.
    ours, theirs = triggers(functions.data_api.bp), triggers(functions.platform_api.bp)
    assert max(ours) < min(theirs)
