"""One function for each kind of binding: it notes what it sees, and hands out what it is given."""

# The SDK's decorators are untyped, bind parameters by name, and the worker reads the annotations.
# mypy: disable-error-code="untyped-decorator,no-untyped-def,type-arg,no-any-return,attr-defined"
# ruff: noqa: ANN001, ANN201, ARG001, UP006, UP035

import typing
from collections.abc import Callable
from typing import Any, List

import azure.durable_functions as df
import azure.functions as func

app = df.DFApp(http_auth_level=func.AuthLevel.ANONYMOUS)
seen: list[Any] = []


def nothing() -> object:
    return None


given: dict[str, Callable[[], object]] = {"make": nothing}


def made() -> Any:  # noqa: ANN401 - whatever the test wants
    return given["make"]()


def trial(look: Callable[[], object]) -> object:
    """What a look shows, or the exception that it raises."""
    try:
        return look()
    except Exception as error:  # noqa: BLE001 - it is what is compared
        return type(error).__name__


def files_seen(req: func.HttpRequest) -> list[object]:
    files: list[object] = []
    for name, file in req.files.items():
        with file.stream:
            files.append((name, file.filename, file.read()))
    return files


def request_seen(req: func.HttpRequest) -> dict[str, object]:
    return {
        "type": type(req).__name__,
        "method": req.method,
        "url": req.url,
        "headers": dict(req.headers),
        "params": dict(req.params),
        "route": dict(req.route_params),
        "body": req.get_body(),
        "json": trial(req.get_json),
        "form": trial(lambda: sorted(req.form.items(multi=True))),
        "files": trial(lambda: files_seen(req)),
    }


def message_seen(msg: func.QueueMessage) -> dict[str, object]:
    return {
        "type": type(msg).__name__,
        "body": msg.get_body(),
        "json": trial(msg.get_json),
        "id": msg.id,
        "tries": msg.dequeue_count,
        "expires": msg.expiration_time,
        "inserted": msg.insertion_time,
        "visible": msg.time_next_visible,
        "receipt": msg.pop_receipt,
    }


def timer_seen(timer: func.TimerRequest) -> dict[str, object]:
    return {
        "type": type(timer).__name__,
        "past_due": timer.past_due,
        "status": timer.schedule_status,
        "schedule": timer.schedule,
    }


# --- HTTP -----------------------------------------------------------------------------------------


@app.route(route="http/{word?}")
def http(req: func.HttpRequest) -> func.HttpResponse:
    seen.append(request_seen(req))
    return made()


@app.route(route="async")
async def http_async(req, context: func.Context):
    seen.append(
        {
            "request": request_seen(req),
            "ids": (context.invocation_id, context.function_name, context.function_directory),
            "thread": context.thread_local_storage.invocation_id,
            "trace": [
                getattr(context.trace_context, name)
                for name in (
                    "trace_parent",
                    "trace_state",
                    "attributes",
                    "Traceparent",
                    "Tracestate",
                    "Attributes",
                )
            ],
            "retry": [
                getattr(context.retry_context, name)
                for name in ("retry_count", "max_retry_count", "rpc_exception")
            ],
        }
    )
    return made()


@app.route(route="text")
def http_text(req: str) -> str:
    seen.append(req)
    return made()


# --- queues ---------------------------------------------------------------------------------------


@app.queue_trigger(arg_name="msg", queue_name="a", connection="")
def queue(msg: func.QueueMessage) -> None:
    seen.append(message_seen(msg))


@app.queue_trigger(arg_name="msg", queue_name="b", connection="")
def queue_text(msg: str) -> None:
    seen.append(msg)


@app.queue_trigger(arg_name="msg", queue_name="c", connection="", data_type=func.DataType.BINARY)
def queue_bytes(msg: bytes) -> None:
    seen.append(msg)


@app.queue_trigger(arg_name="msg", queue_name="d", connection="")
def queue_bare(msg):
    seen.append(message_seen(msg))
    return made()


@app.queue_trigger(arg_name="msg", queue_name="e", connection="")
@app.queue_output(arg_name="$return", queue_name="out", connection="")
def queue_returned(msg):
    return made()


@app.queue_trigger(arg_name="msg", queue_name="f", connection="")
@app.queue_output(arg_name="out", queue_name="out", connection="")
def out_bare(msg, out):
    out.set(made())
    seen.append(out.get() is None)


@app.queue_trigger(arg_name="msg", queue_name="g", connection="")
@app.queue_output(arg_name="out", queue_name="out", connection="")
def out_text(msg, out: func.Out[str]) -> None:
    out.set(made())


@app.queue_trigger(arg_name="msg", queue_name="h", connection="")
@app.queue_output(arg_name="out", queue_name="out", connection="")
def out_message(msg, out: func.Out[func.QueueMessage]) -> None:
    out.set(made())


@app.queue_trigger(arg_name="msg", queue_name="i", connection="")
@app.queue_output(arg_name="out", queue_name="out", connection="")
def out_list(msg, out: func.Out[List[str]]) -> None:
    out.set(made())


# --- timers ---------------------------------------------------------------------------------------


@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *")
def timer(timer: func.TimerRequest) -> None:
    seen.append(timer_seen(timer))


@app.timer_trigger(arg_name="timer", schedule="0 0 0 1 1 *")
def timer_text(timer: str) -> None:
    seen.append(timer)


# --- durable --------------------------------------------------------------------------------------


@app.activity_trigger(input_name="x")
def activity(x):
    seen.append(x)
    return made()


@app.activity_trigger(input_name="x")
async def activity_typed(x: dict) -> typing.Dict[str, int]:
    seen.append(x)
    return made()


@app.activity_trigger(input_name="x")
def activity_text(x: str):
    seen.append(x)
    return made()


@app.orchestration_trigger(context_name="context")
def orchestrator(context: df.DurableOrchestrationContext):
    # replay-safe: the tests look at it, no orchestrator does
    seen.append((context.instance_id, context.get_input()))
    value = yield context.call_activity("activity", context.get_input())
    return value


@app.entity_trigger(context_name="context")
def entity(context: df.DurableEntityContext) -> None:
    seen.append((context.entity_name, context.operation_name, context.get_input()))
    context.set_state(context.get_state(lambda: 0) + 1)
    context.set_result(made())


@app.route(route="client")
@app.durable_client_input(client_name="client")
async def client(req: func.HttpRequest, client: df.DurableOrchestrationClient):
    links = client.get_client_response_links(None, "i")
    seen.append({"type": type(client).__name__, "links": links})
    return made()
