"""What the supervisor and the worker say to each other.

Typed structs, packed by msgspec; a frame on the wire is a four-byte length and one packed message.
"""

from __future__ import annotations

from typing import Any

import msgspec


class Wire(msgspec.Struct, array_like=True, tag_field="wire", tag=True, gc=False):
    """The base of all messages."""


class HttpCall(Wire):
    """An HTTP request as a function sees it: names in lower case, repeated values joined."""

    method: str
    url: str
    headers: dict[str, str]
    query: dict[str, str]
    params: dict[str, str]
    body: bytes


class HttpReply(Wire):
    """An HTTP response; `headers` keeps the order and the repeats of `Set-Cookie`."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class Blob(Wire):
    """Bytes that are no text."""

    content: bytes


class Binding(Wire):
    """One binding of a function. `fields` holds the JSON of `get_raw_bindings`, decoded."""

    type: str
    name: str
    out: bool
    fields: dict[str, Any]


class Function(Wire):
    """An indexed function; `durable_name` is what orchestrators call it by."""

    name: str
    trigger: Binding
    bindings: list[Binding]
    durable_name: str
    retry: dict[str, str]


class Load(Wire):
    """To the worker, first: the app to index and the text for durable client bindings."""

    app: str
    client_binding: str


class Indexed(Wire):
    """From the worker: what the app holds."""

    functions: list[Function]


class IndexFailed(Wire):
    """From the worker: why the app could not be indexed; `error` is one line, `trace` the rest."""

    error: str
    trace: str


class Invoke(Wire):
    """To the worker: run a function. `metadata` is the trigger metadata, all as text."""

    id: int
    function: str
    invocation_id: str
    data: HttpCall | Blob | str
    metadata: dict[str, str]
    trace_parent: str = ""
    retry: tuple[int, int] = (0, 0)


class Failure(Wire):
    """What a function raised: `message` is `type: text`."""

    message: str
    trace: str


class Output(Wire):
    """A value for an output binding: the name of the binding and one value per message."""

    binding: str
    values: list[str | Blob]


class Result(Wire):
    """From the worker: how an invocation ended."""

    id: int
    value: HttpReply | str | None
    outputs: list[Output]
    failure: Failure | None = None


class Stop(Wire):
    """To the worker: finish what runs, then leave."""


Message = Load | Indexed | IndexFailed | Invoke | Result | Stop

_encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Message).decode


def encode(message: Message) -> bytes:
    """Pack a message, whatever texts a function has put into it."""
    try:
        return _encode(message)
    except UnicodeEncodeError:
        return _encode(_mended(msgspec.to_builtins(message, builtin_types=(bytes,))))


def mended(text: str) -> str:
    """Put U+FFFD for each half of a surrogate pair: no UTF-8 can hold it."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _mended(value: Any) -> Any:  # noqa: ANN401 - what messages are made of
    match value:
        case str():
            return mended(value)
        case dict():
            return {_mended(key): _mended(item) for key, item in value.items()}
        case list() | tuple():
            return [_mended(item) for item in value]
    return value
