"""Call one function: build its arguments with the SDK's converters, encode what it returns."""

from __future__ import annotations

import json
import threading
import traceback
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Generic, TypeVar

import azure.functions as func
from azure.functions import meta
from azure.functions.http import HttpRequest

from local.host.indexing import Loaded, converter_of
from local.host.messages import Blob, Failure, HttpCall, HttpReply, Invoke, Output, Result

T = TypeVar("T")
LONGEST_TEXT = 32 * 1024  # of an exception; the rest says nothing more
_LOCAL = threading.local()
_TEXT_TYPES = {"timerTrigger": "json"}


class Out(func.Out[T], Generic[T]):
    """The value of an output parameter."""

    def __init__(self) -> None:
        self._value: T | None = None

    def set(self, val: T) -> None:
        """Keep the value to be sent when the function has ended."""
        self._value = val

    def get(self) -> T | None:  # type: ignore[override]
        """Read back what was set, if anything was."""
        return self._value


class _Trace:
    """Distributed tracing: the W3C parent of this invocation."""

    def __init__(self, parent: str) -> None:
        self.trace_parent = parent
        self.trace_state = ""
        self.attributes: dict[str, str] = {}
        self.Traceparent, self.Tracestate = parent, ""  # the names of older workers


class _Retry:
    """How often this invocation has been retried, and the limit."""

    def __init__(self, done: int, limit: int) -> None:
        self.retry_count, self.max_retry_count = done, limit
        self.exception = None


class Context(func.Context):
    """What a function sees as its `context`."""

    def __init__(self, invoke: Invoke, directory: str) -> None:
        self._invoke, self._directory = invoke, directory
        self._trace, self._retry = _Trace(invoke.trace_parent), _Retry(*invoke.retry)

    @property
    def invocation_id(self) -> str:
        """The id of this invocation, a GUID."""
        return self._invoke.invocation_id

    @property
    def thread_local_storage(self) -> Any:  # noqa: ANN401 - the SDK declares a type, and hands out a value
        """Storage of the calling thread; `invocation_id` in it correlates logs."""
        return _LOCAL

    @property
    def function_name(self) -> str:
        """The name of the function."""
        return self._invoke.function

    @property
    def function_directory(self) -> str:
        """The folder of the app."""
        return self._directory

    @property
    def trace_context(self) -> Any:  # noqa: ANN401 - a structural stand-in for the abstract class
        """The trace this invocation belongs to."""
        return self._trace

    @property
    def retry_context(self) -> Any:  # noqa: ANN401 - a structural stand-in for the abstract class
        """How often it has been retried."""
        return self._retry


class Call:
    """One invocation of one function: its arguments, then its result."""

    def __init__(self, loaded: Loaded, invoke: Invoke, *, app: Path, client_binding: str) -> None:
        self._loaded, self._invoke = loaded, invoke
        self._outs: dict[str, Out[Any]] = {
            name: Out() for name in loaded.outputs if name != "$return"
        }
        trigger = loaded.info.trigger
        self.arguments: dict[str, Any] = {trigger.name: _decode(trigger.type, invoke), **self._outs}
        self.arguments |= dict.fromkeys(loaded.clients, client_binding)
        if loaded.wants_context:
            self.arguments["context"] = Context(invoke, str(app))

    async def run_async(self) -> Result:
        """Await an `async def` function on the caller's event loop."""
        try:
            return self._result(await self._loaded.call(**self.arguments))
        except Exception as error:  # noqa: BLE001 - whatever a function raises is its result
            return failed(self._invoke.id, error)

    def run(self) -> Result:
        """Call a plain function on the calling thread."""
        _LOCAL.invocation_id = self._invoke.invocation_id
        try:
            return self._result(self._loaded.call(**self.arguments))
        except Exception as error:  # noqa: BLE001 - whatever a function raises is its result
            return failed(self._invoke.id, error)

    def _result(self, returned: object) -> Result:
        loaded = self._loaded
        if loaded.implicit_output:
            return Result(self._invoke.id, _text(loaded.info.trigger.type, returned), [])
        values = {name: out.get() for name, out in self._outs.items()} | {"$return": returned}
        value: HttpReply | None = None
        outputs = []
        for name, kind in loaded.outputs.items():
            if kind == "http":
                value = _reply(values[name])
            elif values[name] is not None:
                outputs.append(Output(name, list(_messages(kind, values[name]))))
        if returned is not None and "$return" not in loaded.outputs:
            raise TypeError(
                f"function '{loaded.info.name}' without a $return binding returned a value"
            )
        return Result(self._invoke.id, value, outputs)


def failed(invocation: int, error: BaseException) -> Result:
    """Describe an exception as the result of an invocation, cut to a size that can be kept."""
    message = f"{type(error).__name__}: {error}"
    trace = "".join(traceback.format_exception(error))
    return Result(invocation, None, [], Failure(message, trace[-LONGEST_TEXT:]))


def _decode(kind: str, invoke: Invoke) -> Any:  # noqa: ANN401 - each converter has its own type
    converter = converter_of(kind)
    if isinstance(invoke.data, HttpCall):
        return _request(invoke.data)
    if isinstance(invoke.data, Blob):
        data = meta.Datum(invoke.data.content, "bytes")
    else:
        data = meta.Datum(invoke.data, _TEXT_TYPES.get(kind, "string"))
    metadata = {name: meta.Datum(value, "string") for name, value in invoke.metadata.items()}
    return converter.decode(data, trigger_metadata=metadata)


def _request(call: HttpCall) -> HttpRequest:
    return HttpRequest(
        method=call.method,
        url=call.url,
        headers=call.headers,
        params=call.query,
        route_params=call.params,
        body_type="bytes",
        body=call.body,
    )


def _text(kind: str, returned: object) -> str:
    datum = converter_of(kind).encode(returned, expected_type=None)
    return str(datum.value)


def _reply(returned: object) -> HttpReply:
    datum = converter_of("http").encode(returned, expected_type=None)
    if datum.type == "string":
        body = datum.value.encode()
        return HttpReply(200, [("content-type", "text/plain; charset=utf-8")], body)
    value = datum.value
    headers = [(name, item.value) for name, item in value["headers"].items()]
    for cookie in value["cookies"] or ():
        headers += [("Set-Cookie", morsel.OutputString()) for morsel in cookie.values()]
    return HttpReply(int(value["status_code"].value), headers, value["body"].value)


def _messages(kind: str, value: object) -> Iterable[str | Blob]:
    """Take an output value apart into messages; a list is one message per item."""
    datum = converter_of(kind).encode(value, expected_type=None)
    if datum.type != "json" or kind != "queue":
        return [Blob(datum.value) if isinstance(datum.value, bytes) else datum.value]
    items = json.loads(datum.value)
    items = items if isinstance(items, list) else [items]
    return [item["body"] if isinstance(item, dict) else item for item in items]
