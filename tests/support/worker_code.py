"""Microsoft's own Python worker in this process, to compare the embedded host's bindings with.

`make` installs what `tests/support/worker/requirements.txt` pins into `.local/worker`.
"""

from __future__ import annotations

import asyncio
import importlib
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

from azure.functions.meta import Datum

FOLDER = Path(__file__).resolve().parents[2] / ".local" / "worker"
PACKAGE = "azure_functions_runtime"
_SAME_SITE = {"None": "", "Lax": "lax", "Strict": "strict", "ExplicitNone": "none"}


def is_installed() -> bool:
    """Whether the worker's code is there."""
    return (FOLDER / PACKAGE).is_dir()


@dataclass(frozen=True)
class Indexed:
    """A function as the worker knows it: its record, its bindings as JSON, its retry policy."""

    info: Any
    bindings: list[str]
    retry: dict[str, Any] | None


@dataclass(frozen=True)
class Outcome:
    """What an invocation came to: the exception's text, or what it returned and put out."""

    error: str | None
    returned: Any
    outputs: dict[str, Datum]


class WorkerCode:
    """The worker's loader, and its way to invoke functions without a wire."""

    def __init__(self) -> None:
        if str(FOLDER) not in sys.path:
            sys.path.append(str(FOLDER))
        self._native, self._loader = _module("native_invocation"), _module("loader")
        self._datums = _module("bindings.datumdef")
        _module("logging").logger.setLevel(logging.CRITICAL)
        _module("bindings.meta").load_binding_registry()
        self._threads = _module("utils.threadpool")
        self._threads.start_threadpool_executor()
        self._protocol = _protocol()

    def close(self) -> None:
        """End its threads."""
        self._threads.stop_threadpool_executor()

    def index(self, folder: Path) -> tuple[ModuleType, dict[str, Indexed]]:
        """Index the app of a folder: its module, and its functions by name."""
        with _importable(folder):
            found = self._loader.index_function_app("function_app.py")
            functions = [self._load(function) for function in found]
            return sys.modules["function_app"], {f.info.name: f for f in functions}

    def _load(self, function: Any) -> Indexed:  # noqa: ANN401 - of the SDK
        info = self._native._functions.add_indexed_function(function, self._protocol)
        bindings, _ = self._loader.get_fx_raw_bindings(function, info)
        retry = self._loader.build_retry_protos(self._protocol, function)
        return Indexed(info, bindings, vars(retry) if retry else None)

    def invoke(
        self,
        info: Any,  # noqa: ANN401 - of the worker
        inputs: Mapping[str, Datum],
        metadata: Mapping[str, Datum],
        *,
        parent: str,
        retry: tuple[int, int],
    ) -> Outcome:
        """Run a function; `parent` is the trace's, `retry` the try and the limit."""
        given = (info.function_id, list(inputs.items()), metadata, parent, "", *retry)
        run = self._native.invocation_request_native("id-1", *given)
        _, returned, outputs, error, _ = asyncio.run(run)
        return Outcome(error, returned, dict(outputs))

    def cookies(self, datum: Datum) -> list[dict[str, object]]:
        """Read a response's cookies as they go to the host."""
        cookies = datum.value.get("cookies")
        told = self._datums.parse_to_rpc_http_cookie_list(cookies, self._protocol) or []
        return [
            {
                "name": one.name,
                "value": one.value,
                "age": one.max_age,
                "domain": one.domain,
                "path": one.path,
                "expires": one.expires or "",
                "samesite": one.same_site,
                "secure": one.secure,
                "httponly": one.http_only,
            }
            for one in told
        ]


def _protocol() -> Any:  # noqa: ANN401 - a stand-in for generated code
    """What of the wire protocol the worker needs to know."""

    def plain(value: object) -> object:
        return value

    def seconds(*, seconds: int) -> int:
        return seconds

    class Record(SimpleNamespace):
        SameSite = SimpleNamespace(**_SAME_SITE)

    return SimpleNamespace(
        BindingInfo=SimpleNamespace(inout=2, out=1, undefined=None),  # codespell:ignore inout
        RpcHttpCookie=Record,
        RpcRetryOptions=Record,
        NullableString=plain,
        NullableBool=plain,
        NullableDouble=plain,
        NullableTimestamp=plain,
        Timestamp=seconds,
    )


def _module(name: str) -> Any:  # noqa: ANN401 - a module without types
    return importlib.import_module(f"{PACKAGE}.{name}")


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    """Let the app of a folder be found by its name, and be forgotten afterwards."""
    sys.modules.pop("function_app", None)
    importlib.invalidate_caches()
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        sys.modules.pop("function_app", None)
