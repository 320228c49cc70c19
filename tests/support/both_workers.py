"""One app in the host's own worker and in Microsoft's, given the same, with results to compare."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.cookies import SimpleCookie
from pathlib import Path
from types import ModuleType
from typing import Any

from azure.functions.meta import Datum

from local.host.indexing import Loaded, index
from local.host.invocation import Call, failed
from local.host.messages import Blob, HttpCall, HttpReply, Invoke, Result
from tests.support.worker_code import Outcome, WorkerCode

CLIENT = json.dumps(
    {
        "taskHubName": "hub",
        "creationUrls": {},
        "managementUrls": {"id": "INSTANCEID", "statusQueryGetUri": "http://x/INSTANCEID?code=k"},
        "rpcBaseUrl": "http://x/durabletask/",
    }
)
FAILED = "failed"
PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
Data = HttpCall | Blob | str
Make = Callable[[], object]
Metadata = Mapping[str, str]
NO_METADATA: Metadata = {}


def nothing() -> None:
    """Make nothing."""


@dataclass(frozen=True, repr=False)
class Both:
    """The app as each of the workers has loaded it."""

    app: Path
    ours: dict[str, Loaded]
    our_module: ModuleType
    theirs: dict[str, Any]
    their_module: ModuleType
    worker: WorkerCode

    @classmethod
    def load(cls, app: Path, worker: WorkerCode) -> Both:
        """Load the app of a folder twice."""
        their_module, theirs = worker.index(app)
        ours = index(app)
        our_module = sys.modules.pop("function_app")
        return cls(app, ours, our_module, theirs, their_module, worker)

    def compare(
        self, name: str, data: Data, make: Make = nothing, metadata: Metadata = NO_METADATA
    ) -> Any:  # noqa: ANN401 - any result
        """Run a function in both workers and see that all is the same; what came of it."""
        ours, theirs = self.run(name, data, make, metadata)
        assert ours == theirs
        return ours

    def run(
        self, name: str, data: Data, make: Make, metadata: Metadata = NO_METADATA
    ) -> tuple[Any, Any]:
        """Run a function in both workers, and see that they showed it the same; what came of it.

        Args:
            make: makes what the function is to hand out, anew for each worker.
            metadata: of the trigger.
        """
        for module in (self.our_module, self.their_module):
            module.seen.clear()
            module.given["make"] = make
        ours = _ours(self._run_ours(name, data, metadata))
        theirs = self._run_theirs(name, data, metadata)
        assert self.our_module.seen == self.their_module.seen
        return ours, theirs

    @property
    def seen(self) -> Any:  # noqa: ANN401 - whatever the function has noted
        """What the function of the last comparison saw."""
        return self.our_module.seen[-1]

    def _run_ours(self, name: str, data: Data, metadata: Metadata) -> Result:
        loaded, invoke = (
            self.ours[name],
            Invoke(1, name, "id-1", data, dict(metadata), PARENT, (1, 3)),
        )
        try:
            call = Call(loaded, invoke, app=self.app, client_binding=CLIENT)
        except Exception as error:  # noqa: BLE001 - as the host's worker does
            return failed(1, error)
        return asyncio.run(call.run_async()) if loaded.is_async else call.run()

    def _run_theirs(self, name: str, data: Data, metadata: Metadata) -> object:
        info, trigger = self.theirs[name].info, self.ours[name].info.trigger
        binary = trigger.fields.get("dataType") == "BINARY"
        inputs = {
            parameter: _datum(trigger.type, data, binary=binary)
            if parameter == trigger.name
            else Datum(CLIENT, "string")
            for parameter in info.input_types
        }
        told = {key: Datum(value, "string") for key, value in metadata.items()}
        outcome = self.worker.invoke(info, inputs, told, parent=PARENT, retry=(1, 3))
        return _theirs(outcome, info, self.worker)


def _datum(trigger: str, data: Data, *, binary: bool) -> Datum:
    """Wrap what a trigger gives as the real host does."""
    if isinstance(data, HttpCall):
        return Datum(_http_datum(data), "http")
    if isinstance(data, Blob):
        return Datum(data.content, "bytes")
    if binary:
        return Datum(data.encode(), "bytes")
    return Datum(data, "json" if trigger == "timerTrigger" else "string")


def _http_datum(call: HttpCall) -> dict[str, Any]:
    def texts(values: dict[str, str]) -> dict[str, Datum]:
        return {name: Datum(value, "string") for name, value in values.items()}

    return {
        "method": Datum(call.method, "string"),
        "url": Datum(call.url, "string"),
        "headers": texts(call.headers),
        "params": texts(call.params),
        "query": texts(call.query),
        "body": Datum(call.body, "bytes"),
    }


def _ours(result: Result) -> object:
    if result.failure is not None:
        return FAILED
    value: object = result.value
    if isinstance(result.value, HttpReply):
        value = _reply(result.value)
    outputs = {
        output.binding: [v.content if isinstance(v, Blob) else v for v in output.values]
        for output in result.outputs
    }
    return {"value": value, "outputs": outputs}


def _reply(reply: HttpReply) -> dict[str, object]:
    plain = {name.lower(): value for name, value in reply.headers if name != "Set-Cookie"}
    cookies = [
        _cookie(name, morsel)
        for header, value in reply.headers
        if header == "Set-Cookie"
        for name, morsel in SimpleCookie(value).items()
    ]
    return {"status": reply.status, "headers": plain, "cookies": cookies, "body": reply.body}


def _cookie(name: str, morsel: Any) -> dict[str, object]:  # noqa: ANN401 - a morsel
    told = {key: morsel[key] for key in ("domain", "path", "expires", "samesite")}
    told["samesite"] = told["samesite"].lower()
    if told["expires"]:
        told["expires"] = parsedate_to_datetime(told["expires"]).timestamp()
    flags = {key: bool(morsel[key]) for key in ("secure", "httponly")}
    age = float(morsel["max-age"]) if morsel["max-age"] else None
    return {"name": name, "value": morsel.value, "age": age, **told, **flags}


def _theirs(outcome: Outcome, info: Any, worker: WorkerCode) -> object:  # noqa: ANN401 - their record
    if outcome.error is not None:
        return FAILED
    try:
        return _sent(outcome, info, worker)
    except (TypeError, ValueError):
        return FAILED  # it cannot be put on the wire


def _sent(outcome: Outcome, info: Any, worker: WorkerCode) -> object:  # noqa: ANN401 - their record
    outputs = {name: _messages(datum) for name, datum in outcome.outputs.items()}
    kind = info.return_type.binding_name if info.return_type else None
    datum = outcome.returned
    value: object = None
    if kind == "http" and datum.type == "string":
        headers = {"content-type": "text/plain; charset=utf-8"}  # the host's doing
        value = {"status": 200, "headers": headers, "cookies": [], "body": datum.value.encode()}
    elif kind == "http":
        value = _http_value(datum, worker)
    elif kind == "queue":
        outputs["$return"] = _messages(datum)
    elif kind is not None:
        value = str(datum.value)
    return {"value": value, "outputs": outputs}


def _http_value(datum: Datum, worker: WorkerCode) -> dict[str, object]:
    told = datum.value
    return {
        "status": int(told["status_code"].value),
        "headers": {name.lower(): item.value for name, item in told["headers"].items()},
        "cookies": worker.cookies(datum),
        "body": told["body"].value,
    }


def _messages(datum: Datum) -> list[str | bytes]:
    """Take an output apart as the real host does with what is no JSON text."""
    match datum.type:
        case "string" | "bytes":
            return [datum.value]
        case "json":  # of the converter of queues: texts, and messages with their bodies
            told = json.loads(datum.value)
            items = told if isinstance(told, list) else [told]
            return [item["body"] if isinstance(item, dict) else item for item in items]
        case "list":
            return [_item(item) for item in json.loads(json.dumps(datum.value))]
        case "dict":
            return [_item(datum.value)]
    return [str(int(datum.value) if isinstance(datum.value, bool) else datum.value)]


def _item(value: object) -> str:
    """Write one item of a list as .NET does."""
    if isinstance(value, dict | list | int | float) and not isinstance(value, bool):
        return json.dumps(value, indent=2, ensure_ascii=False)
    return "" if value is None else str(value)
