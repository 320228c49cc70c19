"""The host's own pages: `/`, and below `/admin` its state, its functions and a way to run one."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

from aiohttp import web

from local.host.functions import Hosted
from local.host.keys import Keys, opens
from local.host.ui.pages import Pages, is_local

VERSION = "4.0.0-local"
HOME = "<!DOCTYPE html>\n<title>Functions</title>\n<p>Your function app is up and running.</p>\n"
Trigger = Callable[[Hosted, str], Coroutine[Any, Any, None]]


class Admin:
    """Answers `/admin`; the state is open to everybody, the rest asks for the master key.

    Args:
        trigger: runs a timer or queue function by hand, with a text as its message.
    """

    def __init__(self, keys: Keys, host_id: str, trigger: Trigger) -> None:
        self.pages: Pages | None = None
        self._keys, self._id, self._trigger = keys, host_id, trigger
        self._began = time.monotonic()
        self.state = "Starting"
        self.errors: list[str] = []
        self.functions: list[Hosted] = []

    async def answer(self, request: web.BaseRequest, path: str) -> web.Response:
        """Serve one request; `path` is below `/admin`."""
        if path == "host/status":
            return web.json_response(self._status())
        given = request.headers.get("x-functions-key") or request.query.get("code")
        is_page = path == "ui" or path.startswith("ui/")
        if not (opens(given, [self._keys.master]) or (is_page and is_local(request))):
            return web.Response(status=401)
        if is_page and self.pages is not None:
            return await self.pages.answer(request, path[3:])
        match request.method, path.split("/"):
            case "GET", ["functions"]:
                return web.json_response(list(map(_described, self.functions)))
            case "POST", ["functions", name]:
                return await self._run(request, name)
        return web.Response(status=404)

    def _status(self) -> dict[str, object]:
        return {
            "id": self._id,
            "state": self.state,
            "version": VERSION,
            "processUptime": int((time.monotonic() - self._began) * 1000),
            "errors": self.errors,
        }

    async def _run(self, request: web.BaseRequest, name: str) -> web.Response:
        found = [f for f in self.functions if f.function.name.lower() == name.lower()]
        if not found or found[0].error is not None:
            return web.Response(status=404)
        text = await request.text()
        try:
            given = json.loads(text).get("input", "") if text.strip() else ""
        except (ValueError, AttributeError):
            return web.Response(status=400)
        try:
            await self._trigger(found[0], given if isinstance(given, str) else json.dumps(given))
        except ValueError as error:
            return web.Response(status=400, text=str(error))
        return web.Response(status=202)


def _described(one: Hosted) -> dict[str, object]:
    return {
        "name": one.function.name,
        "trigger": one.trigger,
        "bindings": [binding.fields for binding in one.function.bindings],
        "error": one.error,
    }


def home() -> web.Response:
    """The page at `/`, which is there even when no function is."""
    return web.Response(text=HOME, content_type="text/html")


def errors_of(functions: Iterable[Hosted]) -> list[str]:
    """Say which functions are off, and why."""
    return [f"{one.function.name}: {one.error}" for one in functions if one.error is not None]
