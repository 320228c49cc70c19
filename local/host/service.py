"""The parts of a host put together, and the two HTTP services it is reached by."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from aiohttp import web

from local.host.admin import Admin, errors_of, home
from local.host.clock import SYSTEM, Clock
from local.host.durable.client_binding import Links
from local.host.durable.engine import Engine
from local.host.durable.webhooks import DurableApi
from local.host.functions import Hosted, check
from local.host.http_front import LONGEST_URL, HttpFront
from local.host.journal import Journal
from local.host.keys import Keys, opens
from local.host.logs import LEVEL_VARIABLE, levels_of
from local.host.messages import Function, IndexFailed
from local.host.outputs import Invoker
from local.host.queues.local import LocalQueues
from local.host.queues.rest import QueueRest
from local.host.queues.service import QueueService
from local.host.settings import HostJson
from local.host.triggers import Triggers
from local.host.ui.pages import Pages, Sources
from local.host.workers import Worker

WEBHOOKS = "runtime/webhooks/durabletask"

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Configuration:
    """What a host is made from: the app's folder and settings, the complete environment, the keys.

    Args:
        base: the public address, `http://host:port`.
        inner: the address of the services for the worker alone, with its secret.
        strict: whether to replay everything on every event.
    """

    app: Path
    settings: HostJson
    environment: Mapping[str, str]
    keys: Keys
    base: str
    inner: str
    strict: bool
    clock: Clock = SYSTEM

    @property
    def queue_url(self) -> str:
        """The base of Put Message on the local queues."""
        return f"{self.inner}/queues"

    @property
    def links(self) -> Links:
        """The addresses that durable clients are given."""
        hub = self.settings.extensions.durable_task.hub_name
        return Links(self.base, f"{self.inner}/durabletask/", hub, self.keys.durable)

    def worker_environment(self) -> dict[str, str]:
        """The environment of the worker."""
        level = levels_of(self.settings.logging.log_level)["default"]
        defaults = {
            "FUNCTIONS_WORKER_RUNTIME": "python",
            "AZURE_FUNCTIONS_ENVIRONMENT": "Development",
        }
        ours = {"LOCAL_QUEUE_URL": self.queue_url, LEVEL_VARIABLE: str(level)}
        return defaults | dict(self.environment) | ours


class Service:
    """Everything that serves one app, on an open journal.

    Args:
        on_failure: called with one sentence when the host cannot go on.
    """

    def __init__(
        self, of: Configuration, journal: Journal, on_failure: Callable[[str], None]
    ) -> None:
        extensions = of.settings.extensions
        self._of, self._on_failure = of, on_failure
        self.worker = Worker(
            of.app,
            of.worker_environment(),
            client_binding=of.links.binding(),
            timeout=of.settings.function_timeout,
            on_indexed=self._indexed,
            on_failed=self._index_failed,
        )
        self._engine = Engine(
            journal, self.worker, extensions.durable_task, strict=of.strict, clock=of.clock
        )
        self._api = DurableApi(self._engine, of.links)
        self._queues = QueueService(LocalQueues(journal, of.clock), of.environment)
        self._queue_rest = QueueRest(self._queues.local)
        encoding = extensions.queues.message_encoding
        invoker = Invoker(self.worker, self._queues, of.environment, encoding=encoding)
        self._triggers = Triggers(
            journal, invoker, self._queues, settings=extensions.queues, clock=of.clock
        )
        self._http = HttpFront(invoker, of.keys, extensions.http)
        hub = extensions.durable_task.hub_name
        self._admin = Admin(of.keys, hub, self._triggers.run_by_hand)
        self._admin.pages = Pages(self._sources(hub))
        self._served: list[Function] | None = None
        self._starting: asyncio.Task[None] | None = None
        self._beginning = asyncio.Lock()
        self._draining = False
        self._restored = False

    def _sources(self, hub: str) -> Sources:
        return Sources(
            hub=hub,
            base=self._of.base,
            engine=self._engine,
            worker=self.worker,
            queues=self._queues.local,
            triggers=self._triggers,
            http=self._http,
            functions=lambda: self._admin.functions,
            state=lambda: self._admin.state,
        )

    async def drain(self) -> None:
        """Begin nothing more, and wait until what runs has ended."""
        self._draining = True
        self._admin.state = "Stopping"
        self._engine.close()
        await self._triggers.stop()
        await self._engine.wait()
        await self.worker.wait()

    async def close(self) -> None:
        """End the worker; whatever still runs there will run again at the next start."""
        self._queues.local.close()
        await self.worker.stop()
        await self._queues.close()

    def _indexed(self, functions: list[Function]) -> None:
        if functions == self._served:
            return
        self._served = functions
        hosted = check(functions, self._of.environment)
        self._engine.catalogue.fill(one.function for one in hosted if one.error is None)
        self._http.serve(hosted)
        self._admin.functions = hosted
        self._admin.errors = errors_of(hosted)
        self._starting = asyncio.get_running_loop().create_task(self._begin(hosted))
        self._starting.add_done_callback(self._begun)

    async def _begin(self, hosted: list[Hosted]) -> None:
        async with self._beginning:
            if not self._restored:
                await self._engine.restore()
                await self._queues.local.restore()
                self._restored = True
            await self._triggers.stop()
            # The app may have changed again while its functions ended.
            if hosted is self._admin.functions and not self._draining:
                self._triggers.start(hosted)
                self._show(hosted)
                self._ready("Error" if self._http.broken else "Running")

    def _begun(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("The host cannot begin", exc_info=error)
            self._on_failure(f"The host cannot begin: {error}")

    def _index_failed(self, failure: IndexFailed) -> None:
        self._served = None  # what is mended begins anew, also when it is as it was before
        self._admin.errors = [failure.error]
        print(f"The app cannot be indexed; no function is served.\n{failure.trace}", flush=True)
        self._ready("Error")

    def _show(self, hosted: list[Hosted]) -> None:
        for name in self._of.settings.unknown():
            print(f"host.json: '{name}' is not known here and has no effect.")
        print("\nFunctions:\n")
        for one in hosted:
            print(f"\t{one.function.name}: {self._line(one)}")
        for error in self._admin.errors:
            print(f"\tOFF  {error}")
        if self._http.broken:
            print(f"\nEvery request is answered 503: {self._http.broken}")

    def _line(self, one: Hosted) -> str:
        if one.trigger != "httpTrigger":
            return one.trigger
        methods = ",".join(sorted(one.route.methods)) or "ALL"
        return f"[{methods}] {self._of.base}{self._http.url(one)}"

    def _ready(self, state: str) -> None:
        self._admin.state = state
        print(f"\nStatus page: {self._of.base}/admin/ui", flush=True)
        print(f"Host ready at {self._of.base}", flush=True)

    async def public(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request from outside."""
        raw = request.raw_path.partition("?")[0]
        if len(request.raw_path) > LONGEST_URL:
            return web.Response(status=414)
        lower = raw.lower()
        if lower == "/":
            return home()
        if lower.startswith("/admin/"):
            return await self._admin.answer(request, lower.removeprefix("/admin/"))
        if lower.startswith(f"/{WEBHOOKS}/"):
            return await self._webhook(request, unquote(raw[len(WEBHOOKS) + 2 :]))
        return await self._http.answer(request)

    async def _webhook(self, request: web.BaseRequest, path: str) -> web.Response:
        given = request.headers.get("x-functions-key") or request.query.get("code")
        if not opens(given, [self._of.keys.durable, self._of.keys.master]):
            return web.Response(status=401)
        return await self._durable(request, path)

    async def internal(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer a request of the worker's: the durable client's, or a message for a queue."""
        _, secret, service, *rest = [*request.raw_path.partition("?")[0].split("/", 3), "", ""]
        path = unquote(rest[0])
        if secret == self._of.keys.internal and service == "durabletask":
            return await self._durable(request, path)
        if secret == self._of.keys.internal and service == "queues":
            return await self._queue_rest.answer(request, path)
        return web.Response(status=404)

    async def _durable(self, request: web.BaseRequest, path: str) -> web.Response:
        if not self._restored:
            return web.Response(status=503)
        return await self._api.answer(request, path)
