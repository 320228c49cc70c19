"""Hands calls of the SDK's durable client on to tests, and moves large payloads."""

# The SDK's decorators are untyped, and bind parameters by name, used or not.
# mypy: disable-error-code="untyped-decorator,no-any-return,attr-defined"
# ruff: noqa: ARG001 - see above

from __future__ import annotations

import json
from collections.abc import Generator
from datetime import datetime
from typing import Any

import azure.durable_functions as df
import azure.functions as func
from azure.durable_functions.models.DurableOrchestrationStatus import DurableOrchestrationStatus
from azure.durable_functions.models.EntityStateResponse import EntityStateResponse
from azure.durable_functions.models.OrchestrationRuntimeStatus import OrchestrationRuntimeStatus

Steps = Generator[Any, Any, Any]
app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


@app.route(route="ask/{method}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def ask(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Call a method of the client with the body's arguments; its result, or what it raised."""
    given = {name: parsed(name, value) for name, value in req.get_json().items()}
    given |= {"request": req} if "request" in given else {}
    try:
        result = await getattr(client, req.route_params["method"])(**given)
    except Exception as error:  # noqa: BLE001 - it is what the test looks at
        return func.HttpResponse(json.dumps(str(error)), status_code=422)
    if isinstance(result, func.HttpResponse):
        return result
    return func.HttpResponse(json.dumps(shown(result)), mimetype="application/json")


def parsed(name: str, value: Any) -> Any:  # noqa: ANN401 - any JSON
    if name.startswith("created_time"):
        return datetime.fromisoformat(value)
    if name == "runtime_status":
        return [OrchestrationRuntimeStatus[word] for word in value]
    return df.EntityId(*value) if name == "entityId" else value


def shown(result: Any) -> object:  # noqa: ANN401 - whatever a client returns
    if isinstance(result, list):
        return [shown(item) for item in result]
    if isinstance(result, DurableOrchestrationStatus):
        events = getattr(result, "historyEvents", None)
        return result.to_json() | {"historyEvents": events, "history": result.history}
    if isinstance(result, EntityStateResponse):
        return [result.entity_exists, result.entity_state]
    if hasattr(result, "instances_deleted"):
        return result.instances_deleted
    return result


@app.route(route="begin/{prefix}/{count:int}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def begin(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    prefix, count = req.route_params["prefix"], int(req.route_params["count"])
    for number in range(count):
        await client.start_new("quick", f"{prefix}-{number:04}", number)
    return func.HttpResponse(status_code=202)


@app.orchestration_trigger(context_name="context")
def quick(context: df.DurableOrchestrationContext) -> Any:  # noqa: ANN401 - any JSON
    return context.get_input()


@app.orchestration_trigger(context_name="context")
def fails(context: df.DurableOrchestrationContext) -> None:
    raise ValueError("on purpose")


@app.orchestration_trigger(context_name="context")
def waits(context: df.DurableOrchestrationContext) -> Steps:
    value = yield context.wait_for_external_event("go")
    return value


@app.orchestration_trigger(context_name="context")
def steps(context: df.DurableOrchestrationContext) -> Steps:
    value = yield context.call_activity("doubled", context.get_input())
    child = yield context.call_sub_orchestrator("quick", value)
    return [value, child]


@app.activity_trigger(input_name="text")
def doubled(text: str) -> str:
    return text * 2


@app.activity_trigger(input_name="size")
def grown(size: int) -> str:
    return "x" * size


@app.orchestration_trigger(context_name="context")
def carries(context: df.DurableOrchestrationContext) -> Steps:
    """Carry a large input into an activity, a large result into a child, and return it."""
    given = context.get_input()
    text = yield context.call_activity("doubled", given["text"])
    large = yield context.call_activity("grown", given["size"])
    same = yield context.call_sub_orchestrator("quick", large)
    return {"doubled": len(text), "same": same == large, "large": large}


@app.entity_trigger(context_name="context", entity_name="counter")
def counter(context: df.DurableEntityContext) -> None:
    context.set_state(context.get_state(lambda: 0) + context.get_input())


@app.queue_trigger(arg_name="msg", queue_name="sizes", connection="")
@app.queue_output(arg_name="out", queue_name="grown", connection="")
def grow_message(msg: func.QueueMessage, out: func.Out[str]) -> None:
    out.set("x" * int(msg.get_body()))
