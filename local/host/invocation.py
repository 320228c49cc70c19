"""Call one function: build its arguments with the SDK's converters, encode what it returns."""

from __future__ import annotations

import threading
import traceback
from pathlib import Path
from typing import Any, Generic, TypeVar

import azure.functions as func
from azure.functions.http import HttpRequest
from azure.functions.meta import Datum

from local.host.converters import converter_of, encode
from local.host.indexing import Loaded
from local.host.messages import (
    Binding,
    Blob,
    Failure,
    HttpCall,
    HttpReply,
    Invoke,
    Output,
    Result,
)
from local.host.values import http_reply, messages

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
        # The names of older workers.
        self.Traceparent, self.Tracestate, self.Attributes = parent, "", self.attributes


class _Retry:
    """How often this invocation has been retried, and the limit."""

    def __init__(self, done: int, limit: int) -> None:
        self.retry_count, self.max_retry_count = done, limit
        self.exception = self.rpc_exception = None


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
        self._signature = loaded.signature
        self._outs: dict[str, Out[Any]] = {name: Out() for name in self._signature.outputs}
        trigger = loaded.info.trigger
        self.arguments: dict[str, Any] = {
            # The one other input there is, the durable client, is a text for everybody.
            name: _decode(kind, trigger, invoke) if name == trigger.name else client_binding
            for name, kind in self._signature.inputs.items()
        } | self._outs
        if self._signature.wants_context:
            self.arguments["context"] = Context(invoke, str(app))

    async def run_async(self) -> Result:
        """Await an `async def` function on the caller's event loop."""
        _LOCAL.invocation_id = self._invoke.invocation_id
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
        finally:
            _LOCAL.invocation_id = None

    def _result(self, returned: object) -> Result:
        info, kind = self._loaded.info, self._signature.returns
        if returned is not None and kind is None:
            raise TypeError(f"function '{info.name}' without a $return binding returned a value")
        types = {binding.name: binding.type for binding in info.bindings}
        value: HttpReply | str | None = None
        outputs = []
        for name, out_kind in self._signature.outputs.items():
            given = self._outs[name].get()
            if given is not None and types[name] == "http":
                value = http_reply(out_kind, given)
            elif given is not None:
                outputs.append(Output(name, messages(out_kind, given)))
        if kind == "http":
            value = http_reply(kind, returned)
        elif kind is not None and "$return" in types:
            outputs.append(Output("$return", messages(kind, returned)))
        elif kind is not None:
            value = str(encode(kind, returned).value)
        return Result(self._invoke.id, value, outputs)


def failed(invocation: int, error: BaseException) -> Result:
    """Describe an exception as the result of an invocation, cut to a size that can be kept."""
    message = f"{type(error).__name__}: {_text(error)}"
    trace = "".join(traceback.format_exception(error))
    return Result(invocation, None, [], Failure(message, trace[-LONGEST_TEXT:]))


def _text(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:  # noqa: BLE001 - a class of the app's own may do anything
        return "(its text cannot be had)"


def _decode(kind: str, trigger: Binding, invoke: Invoke) -> Any:  # noqa: ANN401 - each its own
    data = invoke.data
    if isinstance(data, HttpCall):
        if kind == "httpTrigger":
            return _request(data)
        datum = Datum(data, "http")
    elif isinstance(data, Blob):
        datum = Datum(data.content, "bytes")
    elif str(trigger.fields.get("dataType")) == "BINARY":
        datum = Datum(data.encode(), "bytes")
    else:
        datum = Datum(data, _TEXT_TYPES.get(trigger.type, "string"))
    metadata = {name: Datum(value, "string") for name, value in invoke.metadata.items()}
    return converter_of(kind).decode(datum, trigger_metadata=metadata)


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
