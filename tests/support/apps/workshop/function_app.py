"""Functions that exercise a host: every trigger, and every way to come to grief.

`JOURNAL` names a file to which functions append what they did, one JSON line each.
"""

# The SDK's decorators are untyped, and bind parameters by name, used or not.
# mypy: disable-error-code="untyped-decorator,unreachable,no-any-return,attr-defined"
# ruff: noqa: ARG001 - see above

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import time
import urllib.request
from collections.abc import Generator
from datetime import timedelta
from pathlib import Path
from typing import Any

import azure.durable_functions as df
import azure.functions as func

Steps = Generator[Any, Any, Any]
log = logging.getLogger(__name__)
app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)


def note(**what: Any) -> None:  # noqa: ANN401 - any JSON
    # replay-safe: the tests count these lines, and no orchestrator reads them
    with Path(os.environ["JOURNAL"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(what) + "\n")


def reply(value: object) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(value), mimetype="application/json")


# --- HTTP -----------------------------------------------------------------------------------------


@app.route(route="echo/{word?}")
async def echo_http(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    told = {"word": req.route_params.get("word"), "body": len(req.get_body())}
    return reply(told | {"invocation": context.invocation_id, "header": req.headers.get("x-many")})


@app.route(route="sync")
def sync_http(req: func.HttpRequest) -> str:
    return req.params.get("say", "nothing")


@app.route(route="cookies")
def cookies(req: func.HttpRequest) -> func.HttpResponse:
    response = func.HttpResponse("crumbs")
    response.headers.add("Set-Cookie", "a=1; Path=/; HttpOnly")
    response.headers.add("Set-Cookie", "b=2; Max-Age=60")
    return response


@app.route(route="none")
def none_http(req: func.HttpRequest) -> func.HttpResponse:
    return None  # type: ignore[return-value]


@app.route(route="environment/{name}")
def environment(req: func.HttpRequest) -> func.HttpResponse:
    return reply(os.environ.get(req.route_params["name"]))


@app.route(route="pid")
def pid(req: func.HttpRequest) -> func.HttpResponse:
    return reply(os.getpid())


@app.route(route="die/{code:int}")
def die(req: func.HttpRequest) -> func.HttpResponse:
    os._exit(int(req.route_params["code"]))


@app.route(route="sleep/{seconds}")
def sleep_http(req: func.HttpRequest) -> str:
    note(http="sleep", seconds=req.route_params["seconds"])
    time.sleep(float(req.route_params["seconds"]))
    return "slept"


@app.route(route="secret", auth_level=func.AuthLevel.FUNCTION)
def secret_http(req: func.HttpRequest) -> str:
    return "secret"


@app.route(route="vault", auth_level=func.AuthLevel.ADMIN)
def vault_http(req: func.HttpRequest) -> str:
    return "vault"


async def small_asgi(scope: dict[str, Any], receive: Any, send: Any) -> None:  # noqa: ANN401 - ASGI
    message = await receive()
    told = {"path": scope["path"], "raw_path": scope["raw_path"].decode()}
    told |= {"query": scope["query_string"].decode(), "body": message["body"].decode()}
    headers = [(b"content-type", b"application/json"), (b"set-cookie", b"s=1; Path=/")]
    await send({"type": "http.response.start", "status": 202, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(told).encode()})


middleware = func.AsgiMiddleware(small_asgi)  # type: ignore[no-untyped-call]


@app.function_name("z_asgi")
@app.route(route="asgi/{*rest}")
async def z_asgi(req: func.HttpRequest, context: func.Context) -> func.HttpResponse:
    return await middleware.handle_async(req, context)


# --- queues ---------------------------------------------------------------------------------------


@app.queue_trigger(arg_name="msg", queue_name="%JOBS_QUEUE%", connection="JOBS_CONNECTION")
@app.queue_output(arg_name="done", queue_name="done", connection="")
def work(msg: func.QueueMessage, done: func.Out[str]) -> None:
    body = msg.get_body().decode()
    note(queue="jobs", body=body, tries=msg.dequeue_count)
    if body.startswith("bad"):
        raise ValueError("bad message")
    if body.startswith("die"):
        os._exit(3)
    if body.startswith("out"):
        done.set(f"{body} is done")


@app.queue_trigger(arg_name="msg", queue_name="done", connection="")
async def collect(msg: func.QueueMessage) -> None:
    note(queue="done", body=msg.get_body().decode())


@app.queue_trigger(arg_name="msg", queue_name="jobs-poison", connection="")
def bury(msg: func.QueueMessage) -> None:
    note(queue="poison", body=msg.get_body().decode(errors="replace"))


# --- timers ---------------------------------------------------------------------------------------


@app.timer_trigger(arg_name="timer", schedule="*/1 * * * * *")
def tick(timer: func.TimerRequest) -> None:
    note(timer="tick", past_due=timer.past_due, status=timer.schedule_status)


@app.timer_trigger(arg_name="timer", schedule="%NIGHTLY%", run_on_startup=True)
def nightly(timer: func.TimerRequest) -> None:
    note(timer="nightly", past_due=timer.past_due, status=timer.schedule_status)


@app.retry(strategy="fixed_delay", max_retry_count="2", delay_interval="00:00:00")
@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *", run_on_startup=True)
def stubborn(timer: func.TimerRequest, context: func.Context) -> None:
    note(timer="stubborn", retry=context.retry_context.retry_count)
    raise RuntimeError("never works")


@app.timer_trigger(arg_name="timer", schedule="every now and then")
def misspelt(timer: func.TimerRequest) -> None:
    note(timer="misspelt")


# --- durable --------------------------------------------------------------------------------------


@app.route(route="start/{name}/{id?}", methods=["POST"])
@app.durable_client_input(client_name="client")
async def start(req: func.HttpRequest, client: df.DurableOrchestrationClient) -> func.HttpResponse:
    given = json.loads(req.get_body() or b"null")
    id_ = await client.start_new(req.route_params["name"], req.route_params.get("id"), given)
    return client.create_check_status_response(req, id_)


@app.activity_trigger(input_name="x")
def echo(x: Any) -> Any:  # noqa: ANN401 - any JSON
    return x


@app.activity_trigger(input_name="x")
async def add_one(x: int) -> int:
    await asyncio.sleep(0)
    return x + 1


@app.activity_trigger(input_name="step")
def noted(step: dict) -> int:  # type: ignore[type-arg]  # the worker refuses `dict[..]`
    note(activity="noted", **step)
    time.sleep(step.get("sleep", 0))
    return int(step["n"])


@app.activity_trigger(input_name="x")
def deadly(x: int) -> int:
    if x < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    os._exit(x)


@app.activity_trigger(input_name="size")
def verbose_failure(size: int) -> None:
    raise ValueError("x" * size)


@app.orchestration_trigger(context_name="context")
def chain(context: df.DurableOrchestrationContext) -> Steps:
    value = 0
    for _ in range(context.get_input() or 5):
        value = yield context.call_activity("add_one", value)
    return value


@app.orchestration_trigger(context_name="context")
def fan(context: df.DurableOrchestrationContext) -> Steps:
    calls = [context.call_activity("echo", i) for i in range(context.get_input())]
    results = yield context.task_all(calls)
    return sum(results)


@app.orchestration_trigger(context_name="context")
def single(context: df.DurableOrchestrationContext) -> Steps:
    value = yield context.call_activity("echo", context.get_input())
    return value


@app.orchestration_trigger(context_name="context")
def mixed(context: df.DurableOrchestrationContext) -> Steps:
    """Steps, a timer, a child, an entity and a continue-as-new; returns what must be."""
    given = context.get_input()
    total = given.get("total", 0)
    for n in range(3):
        total += yield context.call_activity(
            "noted", {"of": context.instance_id, "n": n, "sleep": 0.02}
        )
    yield context.create_timer(context.current_utc_datetime)
    total += yield context.call_sub_orchestrator("chain", 2)
    entity = df.EntityId("counter", context.instance_id.lower())
    count = yield context.call_entity(entity, "add", 1)
    if given["rounds"] > 1:
        context.continue_as_new({"rounds": given["rounds"] - 1, "total": total})
        return None
    return [total, count]


@app.orchestration_trigger(context_name="context")
def calls(context: df.DurableOrchestrationContext) -> Steps:
    """Call one activity, and return the failure's first line rather than fail."""
    name, given = context.get_input()
    try:
        value = yield context.call_activity(name, given)
    except Exception as error:  # noqa: BLE001 - it is what is returned
        return str(error)
    return value


@app.orchestration_trigger(context_name="context")
def poison(context: df.DurableOrchestrationContext) -> Steps:
    note(orchestration="poison")
    os._exit(7)  # replay-safe: its worker dies, every time
    yield


@app.orchestration_trigger(context_name="context")
def loops(context: df.DurableOrchestrationContext) -> Steps:
    note(orchestration="loops")
    while True:
        time.sleep(0.01)  # replay-safe: it never comes to a task
    yield


@app.orchestration_trigger(context_name="context")
def waits(context: df.DurableOrchestrationContext) -> Steps:
    value = yield context.wait_for_external_event("go")
    return value


@app.orchestration_trigger(context_name="context")
def loud(context: df.DurableOrchestrationContext) -> Steps:
    context.set_custom_status("x" * 20_000)
    yield context.call_activity("echo", 1)
    return "quiet"


@app.orchestration_trigger(context_name="context")
def gathers(context: df.DurableOrchestrationContext) -> Steps:
    """One event of a name for each round; none is lost across continue-as-new."""
    got = context.get_input()
    value = yield context.wait_for_external_event("item")
    got.append(value)
    if len(got) < 3:
        context.continue_as_new(got)
        return None
    return got


@app.orchestration_trigger(context_name="context")
def long_timer(context: df.DurableOrchestrationContext) -> Steps:
    yield context.create_timer(context.current_utc_datetime + timedelta(days=10))
    return "at last"


@app.orchestration_trigger(context_name="context")
def parent_of_unknown(context: df.DurableOrchestrationContext) -> Steps:
    yield context.call_sub_orchestrator("nobody", 1)


@app.orchestration_trigger(context_name="context")
def fetches(context: df.DurableOrchestrationContext) -> Steps:
    answer = yield context.call_http("GET", context.get_input())
    return [type(answer).__name__, answer["statusCode"], answer["content"]]


@app.entity_trigger(context_name="context", entity_name="counter")
def counter(context: df.DurableEntityContext) -> None:
    if context.operation_name == "die":
        os._exit(9)
    count = context.get_state(lambda: 0) + context.get_input()
    context.set_state(count)
    context.set_result(count)


@app.route(route="put/{queue}", methods=["POST"])
def put(req: func.HttpRequest) -> func.HttpResponse:
    """Send the body to a local queue over its REST API."""
    url = f"{os.environ['LOCAL_QUEUE_URL']}/{req.route_params['queue']}/messages"
    request = urllib.request.Request(url, data=req.get_body(), method="POST")  # noqa: S310 - our host
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - our host
        log.info("put a message")
        return func.HttpResponse(answer.read(), status_code=answer.status)
