"""The functions that the host finds in the data API's folder."""

from __future__ import annotations

import json

import azure.durable_functions as df
import azure.functions as func

import functions.data_api
import functions.platform_api


def triggers(blueprint: func.Blueprint) -> dict[str, dict[str, object]]:
    app = df.DFApp()
    app.register_functions(blueprint)
    return {
        str(each.get_function_name()): json.loads(each.get_raw_bindings()[0])
        for each in app.get_functions()
    }


def test_the_data_api_takes_get_below_data_and_reports_links_to_exports_and_nothing_else() -> None:
    found = triggers(functions.data_api.bp)
    http = {name: each for name, each in found.items() if each["type"] == "httpTrigger"}
    assert {name: (each["route"], each["methods"]) for name, each in http.items()} == {
        "data_api_company": ("companies/{companyId}/data/{*rest}", ["GET"]),
        "data_api_connection": (
            "companies/{companyId}/connections/{connectionId}/data/{*rest}",
            ["GET"],
        ),
        "data_api_downloads": ("downloads/{*rest}", ["GET"]),
        "data_api_reports": ("companies/{companyId}/reports/{*rest}", ["GET"]),
        "data_api_health": ("health/data_api", ["GET"]),
    }


def test_the_data_api_takes_the_commands_of_its_own_queue_and_drives_exports() -> None:
    found = triggers(functions.data_api.bp)
    others = {name: each["type"] for name, each in found.items() if each["type"] != "httpTrigger"}
    assert others == {
        "data_api_commands": "durableClient",
        "data_api_export": "orchestrationTrigger",
        "data_api_export_step": "activityTrigger",
    }
    bindings = [
        json.loads(binding)
        for each in functions.data_api.bp._function_builders
        for binding in each.build().get_raw_bindings()
    ]
    queues = [each["queueName"] for each in bindings if each["type"] == "queueTrigger"]
    assert queues == ["data-api-commands"]


def test_the_host_finds_the_data_api_before_the_wider_routes_of_the_platform_api() -> None:
    # The first function by name that matches is called, whatever the templates.
    ours, theirs = triggers(functions.data_api.bp), triggers(functions.platform_api.bp)
    assert max(ours) < min(theirs)
