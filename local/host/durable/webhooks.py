"""The durable HTTP API: one set of handlers for the client binding's RPC and the webhooks."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Mapping

from aiohttp import web

from local.host.durable.client_binding import Links
from local.host.durable.engine import (
    Engine,
    GoneError,
    InstanceExistsError,
    NoInstanceError,
    NotAllowedError,
    Status,
)
from local.host.durable.history import compact
from local.host.durable.queries import (
    CONTINUATION,
    CallError,
    page_size,
    read_purge,
    read_query,
    token_after,
)
from local.host.durable.store import is_finished
from local.host.durable.view import document, shown_history

MOST_PURGED = 1_000_000  # instances at a time
SHORTEST_POLL = 0.05  # seconds
_CONTROLS = ("terminate", "suspend", "resume")
_LONGEST_ID = 256
# A text and no object: the SDK's client raises it as it is.
NO_REWIND = "This host does not rewind instances; restart starts one again with its input."


class DurableApi:
    """Answers `orchestrators/..`, `instances/..` and `entities/..`."""

    def __init__(self, engine: Engine, links: Links) -> None:
        self._engine, self._links = engine, links

    async def answer(self, request: web.BaseRequest, path: str) -> web.Response:
        """Serve one request; `path` is decoded and below the API's root."""
        parts = [part for part in path.split("/") if part]
        try:
            return await self._route(request, parts)
        except NoInstanceError:
            return web.Response(status=404)
        except GoneError:
            return web.Response(status=410)
        except NotAllowedError as error:
            return _message(412, str(error))
        except InstanceExistsError as error:
            return _message(409, str(error))
        except CallError as error:
            return _bad(str(error))

    async def _route(self, request: web.BaseRequest, parts: list[str]) -> web.Response:
        match request.method, parts:
            case "POST", ["orchestrators", name, *rest] if len(rest) < 2:
                return await self._start(request, name, rest[0] if rest else None)
            case "GET", ["instances"]:
                return await self._list(request)
            case "DELETE", ["instances"]:
                return await self._purge_many(request)
            case method, ["instances", id_, *rest]:
                return await self._instance(request, id_, [method, *rest])
            case _, ["entities", name, key]:
                return await self._entity(request, f"@{name.lower()}@{key}")
        return web.Response(status=404)

    async def _instance(  # noqa: PLR0911 - one return a route
        self, request: web.BaseRequest, id_: str, asked: list[str]
    ) -> web.Response:
        match asked:
            case ["GET"]:
                return await self._status(request, id_)
            case ["DELETE"]:
                await self._engine.status(id_)
                return _json({"instancesDeleted": await self._engine.purge([id_])})
            case ["POST", "raiseEvent", name]:
                return await self._raise(request, id_, name)
            case ["POST", "restart"]:
                return await self._restart(request, id_)
            case ["POST", "rewind"]:
                await self._engine.status(id_)
                return _json(NO_REWIND, status=501)
            case ["POST", control] if control in _CONTROLS:
                await getattr(self._engine, control)(id_, request.query.get("reason", ""))
                return web.Response(status=202)
        return web.Response(status=404)

    async def _start(self, request: web.BaseRequest, name: str, id_: str | None) -> web.Response:
        if id_ is not None:
            _check_id(id_)
        body = await _text(request)
        input_ = _compact(body) if body.strip() else None
        if input_ == "null":
            input_ = None
        id_ = await self._engine.start(name, id_, input_, request.query.get("version"))
        if "timeout" in request.query:
            return await self._wait(request, id_)
        return self._accepted(id_)

    async def _wait(self, request: web.BaseRequest, id_: str) -> web.Response:
        """Answer with the output if it comes within `timeout` seconds, else as without it."""
        pause = max(SHORTEST_POLL, _seconds(request.query, "pollingInterval", 1))
        try:
            async with asyncio.timeout(_seconds(request.query, "timeout", 10)):
                status = await self._engine.status(id_)
                while not is_finished(status.status):
                    await asyncio.sleep(pause)
                    status = await self._engine.status(id_)
        except TimeoutError:
            return self._accepted(id_)
        if status.status != "Completed":
            return _json(document(status), status=500)
        return web.Response(text=status.output or "null", content_type="application/json")

    def _accepted(self, id_: str) -> web.Response:
        links = self._links.management(id_)
        links.pop("rewindPostUri")
        headers = {"Location": links["statusQueryGetUri"], "Retry-After": "10"}
        return _json(links, status=202, headers=headers)

    async def _status(self, request: web.BaseRequest, id_: str) -> web.Response:
        status = await self._engine.status(id_)
        told = await self._document(status, request.query)
        if not is_finished(status.status):
            headers = {"Location": self._links.management(id_)["statusQueryGetUri"]}
            return _json(told, status=202, headers=headers | {"Retry-After": "5"})
        failed = status.status == "Failed" and _yes(
            request.query, "returnInternalServerErrorOnFailure"
        )
        return _json(told, status=500 if failed else 200)

    async def _document(self, status: Status, query: Mapping[str, str]) -> dict[str, object]:
        told = document(status, show_input=_yes(query, "showInput", default=True))
        if _yes(query, "showHistory"):
            events = await self._engine.history(status)
            told["historyEvents"] = shown_history(
                events, show_output=_yes(query, "showHistoryOutput")
            )
        return told

    async def _list(self, request: web.BaseRequest) -> web.Response:
        limit = page_size(request.query)
        query = read_query(request.query, request.headers.get(CONTINUATION))
        found = await self._engine.query(query, limit=limit + 1)
        headers = {}
        if len(found) > limit:
            headers[CONTINUATION] = token_after(found[limit - 1])
        show = _yes(request.query, "showInput", default=True)
        return _json([document(s, show_input=show) for s in found[:limit]], headers=headers)

    async def _purge_many(self, request: web.BaseRequest) -> web.Response:
        query = read_purge(request.query)
        found = await self._engine.query(query, limit=MOST_PURGED)
        ids = [status.id for status in found if is_finished(status.status)]
        deleted = await self._engine.purge(ids) if ids else 0
        return _json({"instancesDeleted": deleted}, status=200 if deleted else 404)

    async def _raise(self, request: web.BaseRequest, id_: str, name: str) -> web.Response:
        if request.content_type != "application/json":
            raise CallError("Only application/json is accepted.")
        body = await _text(request)
        await self._engine.raise_event(id_, name, _compact(body) if body.strip() else "null")
        return web.Response(status=202)

    async def _restart(self, request: web.BaseRequest, id_: str) -> web.Response:
        new_id = _yes(request.query, "restartWithNewInstanceId", default=True)
        try:
            return self._accepted(await self._engine.restart(id_, new_id=new_id))
        except NoInstanceError:
            raise CallError(f"An orchestration with the instanceId {id_} was not found.") from None

    async def _entity(self, request: web.BaseRequest, id_: str) -> web.Response:
        if request.method == "GET":
            state = await self._engine.entity_state(id_)
            if state is None:
                return web.Response(status=404)
            return web.Response(text=state, content_type="application/json")
        if request.method not in ("POST", "DELETE"):
            return web.Response(status=405)
        body = await _text(request)
        operation = "delete" if request.method == "DELETE" else request.query.get("op", "")
        input_ = None if not body.strip() or body == "null" else _compact(body)
        await self._engine.signal_entity(id_, operation, input_)
        return web.Response(status=202)


def _seconds(values: Mapping[str, str], name: str, default: float) -> float:
    try:
        seconds = float(values.get(name) or default)
    except ValueError:
        seconds = math.nan
    if not math.isfinite(seconds):
        raise CallError(f"{name} is no number of seconds.")
    return seconds


def _check_id(id_: str) -> None:
    forbidden = any(char in "/\\#?" or ord(char) < 32 or 127 <= ord(char) < 160 for char in id_)
    if id_.startswith("@") or forbidden or len(id_) > _LONGEST_ID:
        raise CallError(
            "Instance IDs must not start with '@', hold '/', '\\', '#', '?' or control characters, "
            f"or be longer than {_LONGEST_ID} characters."
        )


async def _text(request: web.BaseRequest) -> str:
    try:
        return await request.text()
    except (LookupError, ValueError) as error:
        raise CallError(f"The body is no text of its charset: {error}") from error


def _compact(body: str) -> str:
    try:
        return compact(body)
    except (ValueError, RecursionError) as error:
        raise CallError(f"The body is no JSON: {error}") from error


def _yes(values: Mapping[str, str], name: str, *, default: bool = False) -> bool:
    text = values.get(name)
    return default if text is None else text.lower() == "true"


def _json(
    value: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.json_response(value, status=status, headers=headers)


def _message(status: int, text: str) -> web.Response:
    return _json({"Message": text, "ExceptionMessage": text, "StackTrace": ""}, status=status)


def _bad(text: str) -> web.Response:
    told = {
        "Message": "One or more of the arguments submitted is incorrect",
        "ExceptionMessage": text,
        "ExceptionType": "System.ArgumentException",
        "StackTrace": "",
    }
    return _json(told, status=400)
