"""Small functions whose behaviour on the real Azure Functions host has been recorded.

Every orchestrator calls `seen` first: where RECORD_DIR is set, it writes the history that the host
handed over for this episode, so that raw events can be compared and not only outcomes.
"""

# The SDK's decorators are untyped, and bind parameters by name, used or not.
# mypy: disable-error-code="untyped-decorator,no-any-return"
# ruff: noqa: ARG001 - see above

from __future__ import annotations

import json
import os
import time
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func

Steps = Generator[Any, Any, Any]
app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
LATER = timedelta(seconds=30)


def seen(context: df.DurableOrchestrationContext) -> None:
    """Append this episode's history to RECORD_DIR/<instance>.jsonl."""
    # replay-safe: each replay is what it records, and no orchestrator reads it
    folder = os.environ.get("RECORD_DIR")
    if folder:
        events = [
            {k: str(v) for k, v in vars(event).items() if v is not None}
            for event in context.histories
        ]
        # replay-safe: see above
        with (Path(folder) / f"{context.instance_id.replace(':', '_')}.jsonl").open(
            "a", encoding="utf-8"
        ) as file:
            file.write(json.dumps(events) + "\n")


# --- starting and steering ------------------------------------------------------------------------


@app.function_name("c_start")
@app.route(route="start/{name}/{id}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    body = req.get_body()
    instance = await client.start_new(
        req.route_params["name"], req.route_params["id"], json.loads(body) if body else None
    )
    return client.create_check_status_response(req, instance)


@app.function_name("c_raise")
@app.route(route="raise/{id}/{event}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def raise_event(
    req: func.HttpRequest, client: df.DurableOrchestrationClient
) -> func.HttpResponse:
    await client.raise_event(
        req.route_params["id"], req.route_params["event"], json.loads(req.get_body())
    )
    return func.HttpResponse("raised")


@app.function_name("c_signal")
@app.route(route="signal/{key}/{operation}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def signal(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    entity = df.EntityId("Box", req.route_params["key"])
    await client.signal_entity(entity, req.route_params["operation"], json.loads(req.get_body()))
    return func.HttpResponse("signalled")


@app.function_name("c_read")
@app.route(route="read/{key}", methods=["GET"])
@app.durable_client_input(client_name="client")
async def read(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    state = await client.read_entity_state(df.EntityId("Box", req.route_params["key"]))
    return func.HttpResponse(
        json.dumps({"exists": state.entity_exists, "state": state.entity_state})
    )


@app.function_name("c_call")
@app.route(route="call/{id}/{verb}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def call(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    """Call one client method by name and say what came back, or what was raised."""
    instance, verb = req.route_params["id"], req.route_params["verb"]
    try:
        match verb:
            case "terminate" | "suspend" | "resume":
                answer = await getattr(client, verb)(instance, "because")
            case "purge":
                answer = (await client.purge_instance_history(instance)).instances_deleted
            case "restart":
                answer = type(
                    await client.restart(instance, restart_with_new_instance_id=False)
                ).__name__
            case _:
                answer = str((await client.get_status(instance)).runtime_status)
    except Exception as error:  # noqa: BLE001 - the point is to report it
        answer = f"raised {type(error).__name__}"
    return func.HttpResponse(json.dumps(answer, default=str))


# --- activities and an entity ---------------------------------------------------------------------

tries: dict[str, int] = {}


@app.activity_trigger(input_name="x")
def echo(x: Any) -> Any:  # noqa: ANN401 - any JSON
    return x


@app.activity_trigger(input_name="x")
def add1(x: int) -> int:
    return x + 1


@app.activity_trigger(input_name="x")
def slow(x: float) -> float:
    time.sleep(x)
    return x


@app.activity_trigger(input_name="x")
def boom(x: object) -> None:
    raise ValueError(f"boom {x}")


@app.activity_trigger(input_name="x")
def flaky(x: dict) -> int:  # type: ignore[type-arg]  # the worker refuses `dict[..]`
    """Fail until the given try; `k` names the counter."""
    tries[x["k"]] = tries.get(x["k"], 0) + 1
    if tries[x["k"]] < x["ok_at"]:
        raise ValueError(f"try {tries[x['k']]}")
    return tries[x["k"]]


@app.entity_trigger(context_name="context", entity_name="Box")
def box(context: df.DurableEntityContext) -> None:
    """Keep a list of (operation, input); `bad` raises after it changed its state."""
    kept = context.get_state(list)
    kept.append([context.operation_name, context.get_input()])
    context.set_state(kept)
    if context.operation_name == "bad":
        raise ValueError("bad operation")
    if context.operation_name == "destroy":
        context.destruct_on_exit()
    context.set_result(len(kept))


# --- orchestrations -------------------------------------------------------------------------------


@app.orchestration_trigger(context_name="context")
def chain(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    value = 0
    for _ in range(3):
        value = yield context.call_activity("add1", value)
    return value


@app.orchestration_trigger(context_name="context")
def fan(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    results = yield context.task_all(
        [context.call_activity("echo", i) for i in range(context.get_input())]
    )
    return results


@app.orchestration_trigger(context_name="context")
def empty_all(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    nothing = yield context.task_all([])
    return [nothing]


@app.orchestration_trigger(context_name="context")
def retry_then_ok(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    tried = yield context.call_activity_with_retry(
        "flaky", df.RetryOptions(100, 3), {"k": context.instance_id, "ok_at": 3}
    )
    after = yield context.call_activity("echo", "after")
    return [tried, after]


@app.orchestration_trigger(context_name="context")
def retry_gives_up(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    try:
        yield context.call_activity_with_retry("boom", df.RetryOptions(100, 2), 1)
    except Exception as error:  # noqa: BLE001 - as in the recording
        caught = str(error).split("\n", 1)[0]
    after = yield context.call_activity("echo", "after")
    return [caught, after]


@app.orchestration_trigger(context_name="context")
def activity_fails(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    yield context.call_activity("boom", "x")


@app.orchestration_trigger(context_name="context")
def orchestrator_raises(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    context.set_custom_status({"step": 1})
    yield context.call_activity("echo", 1)
    raise RuntimeError("planned")


@app.orchestration_trigger(context_name="context")
def parent(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    one = yield context.call_sub_orchestrator("chain", None, f"{context.instance_id}-given")
    two = yield context.call_sub_orchestrator("chain")
    return [one, two]


@app.orchestration_trigger(context_name="context")
def parent_of_failing(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    try:
        yield context.call_sub_orchestrator("activity_fails", None, f"{context.instance_id}-child")
    except Exception as error:  # noqa: BLE001 - as in the recording
        return ["caught", str(error).split("\n", 1)[0]]


@app.orchestration_trigger(context_name="context")
def retry_in_children(context: df.DurableOrchestrationContext) -> Steps:
    """The safe way to retry within a fan-out: each child retries by itself."""
    seen(context)
    key = context.instance_id
    plans = [{"k": f"{key}-{i}", "ok_at": ok_at} for i, ok_at in enumerate([99, 2, 1])]
    try:
        result = yield context.task_all(
            [
                context.call_sub_orchestrator("retry_child", plan, f"{key}-{i}")
                for i, plan in enumerate(plans)
            ]
        )
    except Exception:  # noqa: BLE001 - as in the recording
        result = "caught"
    tail = yield context.call_activity("echo", "tail")
    return [result, tail]


@app.orchestration_trigger(context_name="context")
def retry_child(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    tried = yield context.call_activity_with_retry(
        "flaky", df.RetryOptions(200, 3), context.get_input()
    )
    return tried


@app.orchestration_trigger(context_name="context")
def event_beats_timer(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    event = context.wait_for_external_event("go")
    timer = context.create_timer(context.current_utc_datetime + LATER)
    winner = yield context.task_any([event, timer])
    timer.cancel()
    after = yield context.call_activity("echo", "after")
    return [winner == event, event.result, after]


@app.orchestration_trigger(context_name="context")
def timer_beats_event(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    event = context.wait_for_external_event("never")
    # replay-safe: it wins, since nobody sends that event
    timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=3))
    winner = yield context.task_any([event, timer])
    return "timer" if winner == timer else "event"


@app.orchestration_trigger(context_name="context")
def loser_delays_the_end(context: df.DurableOrchestrationContext) -> Steps:
    """The timer wins and the next step runs, but the end waits for the losing activity."""
    seen(context)
    began = context.current_utc_datetime
    activity = context.call_activity("slow", 6)
    # replay-safe: it wins, the activity takes longer
    timer = context.create_timer(began + timedelta(seconds=2))
    winner = yield context.task_any([activity, timer])
    yield context.call_activity("echo", "next")
    next_after = (context.current_utc_datetime - began).total_seconds()
    return ["timer" if winner == timer else "activity", next_after < 4]


@app.orchestration_trigger(context_name="context")
def timer_left_running(context: df.DurableOrchestrationContext) -> Steps:
    """A losing timer that nobody cancels delays the end just so."""
    seen(context)
    event = context.wait_for_external_event("go")
    # replay-safe: how it delays the end is what is recorded
    timer = context.create_timer(context.current_utc_datetime + timedelta(seconds=8))
    winner = yield context.task_any([event, timer])
    return "event" if winner == event else "timer"


@app.orchestration_trigger(context_name="context")
def three_events(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    got = []
    for i in range(3):
        got.append((yield context.wait_for_external_event(f"event{i}")))
        context.set_custom_status(got)
    return got


@app.orchestration_trigger(context_name="context")
def event_type(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    value = yield context.wait_for_external_event("go")
    return [type(value).__name__, value]


@app.orchestration_trigger(context_name="context")
def eternal(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    state = context.get_input()
    state["n"] = yield context.call_activity("add1", state["n"])
    state["seen"].append(state["n"])
    if state["n"] < 4:
        context.continue_as_new(state)
        return None
    return state["seen"]


@app.orchestration_trigger(context_name="context")
def entity_calls(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    entity = df.EntityId("Box", context.instance_id)
    context.signal_entity(entity, "noted", 5)
    first = yield context.call_entity(entity, "put", {"a": 1})
    try:
        yield context.call_entity(entity, "bad", 0)
        failure = None
    except Exception as error:  # noqa: BLE001 - as in the recording
        failure = str(error)
    kept = yield context.call_entity(entity, "put", "end")
    after = yield context.call_activity("echo", "after")
    return [first, failure, kept, after]


@app.orchestration_trigger(context_name="context")
def custom_status(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    context.set_custom_status({"a": 1})
    yield context.call_activity("echo", 1)
    context.set_custom_status(None)
    yield context.call_activity("echo", 1)
    return "cleared"


@app.orchestration_trigger(context_name="context")
def waits(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    value = yield context.wait_for_external_event("go")
    return value


@app.orchestration_trigger(context_name="context")
def unknown_activity(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    yield context.call_activity("noSuchActivity", 1)


@app.orchestration_trigger(context_name="context")
def retry_beside_timer(context: df.DurableOrchestrationContext) -> Steps:
    """Unsafe on the platform: the retry's ids move once the timer is cancelled."""
    seen(context)
    # replay-safe: it is not, and how it fails is what is recorded
    work = context.call_activity_with_retry(
        "flaky", df.RetryOptions(100, 3), {"k": context.instance_id, "ok_at": 2}
    )
    timer = context.create_timer(context.current_utc_datetime + LATER)
    winner = yield context.task_any([work, timer])
    timer.cancel()
    after = yield context.call_activity("echo", "after")
    return [winner == work, after]


@app.orchestration_trigger(context_name="context")
def returns_a_set(context: df.DurableOrchestrationContext) -> Steps:
    seen(context)
    yield context.call_activity("echo", 1)
    return {1, 2}  # replay-safe: it is not, and how it fails is what is recorded


@app.orchestration_trigger(context_name="context")
def same_instant(context: df.DurableOrchestrationContext) -> Steps:
    """Deterministic identity: ids and time come from the history."""
    seen(context)
    one, when = str(context.new_uuid()), context.current_utc_datetime
    yield context.call_activity("echo", 1)
    return [one == str(one), len(one), when.tzinfo is not None]


# --- HTTP -----------------------------------------------------------------------------------------


def http(
    name: str, route: str, methods: list[str] | None = None, level: func.AuthLevel | None = None
) -> None:
    def answer(req: func.HttpRequest) -> func.HttpResponse:
        told = {
            "method": req.method,
            "path": req.url.split("/api", 1)[-1],
            "route_params": dict(req.route_params),
            "params": dict(req.params),
            "length": len(req.get_body()),
        }
        return func.HttpResponse(
            json.dumps(told), mimetype="application/json", headers={"x-function": name}
        )

    answer.__name__ = name
    app.function_name(name)(app.route(route=route, methods=methods, auth_level=level)(answer))


http("h_a_param", "a/{x}")
http("h_a_zliteral", "a/literal")
http("h_b_aliteral", "b/literal")
http("h_b_param", "b/{x}")
http("h_guid", "guid/{id:guid}")
http("h_int", "int/{id:int}")
http("h_range", "range/{id:range(1,10)}")
http("h_optional", "optional/{id?}")
http("h_get", "verb", ["GET"])
http("h_post", "verb", ["POST"])
http("h_any", "any")
http("h_case", "CaseMatters/{Id}")
http("h_dup_a", "dup", ["GET"])
http("h_dup_b", "dup", ["GET"])
http("h_tail", "tail/{*rest}")
http("h_key", "keyed", ["GET"], func.AuthLevel.FUNCTION)


@app.function_name("h_raises")
@app.route(route="raises")
def raises(req: func.HttpRequest) -> func.HttpResponse:
    raise ValueError("a detail for nobody")


@app.function_name("h_text")
@app.route(route="text")
def text(req: func.HttpRequest) -> str:
    return "plain é"


@app.function_name("h_headers")
@app.route(route="headers")
def headers(req: func.HttpRequest) -> func.HttpResponse:
    response = func.HttpResponse("made", status_code=201)
    response.headers.add("X-Twice", "1")
    response.headers.add("X-Twice", "2")
    return response


@app.function_name("h_nothing")
@app.route(route="nothing")
def nothing(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(status_code=204)
