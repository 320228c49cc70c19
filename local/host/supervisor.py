"""The supervisor: one process that owns ports, journal, engine, timers and queues."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import unquote

from aiohttp import web

from local.host import timers
from local.host.admin import Admin, errors_of, home
from local.host.durable import store
from local.host.durable.client_binding import Links
from local.host.durable.engine import Engine
from local.host.durable.webhooks import DurableApi
from local.host.functions import Hosted, check
from local.host.http_front import LONGEST_URL, HttpFront
from local.host.journal import Journal
from local.host.keys import Keys, opens, write_private
from local.host.logs import LEVEL_VARIABLE, configure, levels_of
from local.host.messages import Function, IndexFailed
from local.host.outputs import Invoker
from local.host.queues import local
from local.host.queues.rest import QueueRest
from local.host.queues.service import QueueService
from local.host.reloading import reload_on_change
from local.host.settings import HostJson, load_host_json, load_local_settings
from local.host.triggers import Triggers
from local.host.ui.pages import Pages, Sources
from local.host.workers import Worker

LARGEST_BODY = 104_857_600  # bytes
DRAIN = 7.0  # seconds that running functions get when the host stops
WEBHOOKS = "runtime/webhooks/durabletask"

log = logging.getLogger(__name__)
Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


class PortInUseError(Exception):
    """Somebody else listens on the port."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a host is started; port 0 is any free one."""

    app: Path
    data: Path
    host: str
    port: int
    strict_replay: bool
    reload: bool = False


class Supervisor:
    """One running host."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._environment = dict(os.environ)
        load_local_settings(options.app, self._environment)
        self._settings: HostJson = load_host_json(options.app, self._environment)
        self._levels = levels_of(self._settings.logging.log_level)
        configure(self._levels)
        self._stop = asyncio.Event()
        self._failure: str | None = None
        self._served: list[Function] | None = None
        self._restored = False

    async def run(self) -> int:
        """Serve until a signal comes; the exit code.

        Raises:
            PortInUseError, DataFolderInUseError, JournalError: it cannot start.
        """
        public = _listen(self._options.host, self._options.port)
        internal = _listen("127.0.0.1", 0)
        schema = store.SCHEMA + local.SCHEMA + timers.SCHEMA
        self._journal = Journal(self._options.data, schema, self._fail)
        self._assemble(public, internal)
        runners = [
            await _serve(self._public, public),
            await _serve(self._internal, internal),
        ]
        self._write_endpoints()
        self._listen_to_signals()
        self._worker.start()
        await self._run_until_stopped()
        await self._shut_down(runners)
        if self._failure is not None:
            print(self._failure, flush=True)
        return 1 if self._failure else 0

    async def _run_until_stopped(self) -> None:
        if self._options.reload:
            folders = (self._options.app, self._options.data)
            await reload_on_change(*folders, self._worker.replace, self._stop)
        await self._stop.wait()

    def _assemble(self, public: socket.socket, internal: socket.socket) -> None:
        settings, self._keys = self._settings, Keys.load(self._options.data)
        self._base = f"http://{self._options.host}:{public.getsockname()[1]}"
        self._inner = f"http://127.0.0.1:{internal.getsockname()[1]}/{self._keys.internal}"
        durable = settings.extensions.durable_task
        rpc = f"{self._inner}/durabletask/"
        links = Links(self._base, rpc, durable.hub_name, self._keys.durable)
        self._worker = Worker(
            self._options.app,
            self._worker_environment(),
            client_binding=links.binding(),
            timeout=settings.function_timeout,
            on_indexed=self._indexed,
            on_failed=self._index_failed,
        )
        strict = self._options.strict_replay
        self._engine = Engine(self._journal, self._worker, durable, strict=strict)
        self._api = DurableApi(self._engine, links)
        self._assemble_triggers()
        self._assemble_pages()

    def _assemble_triggers(self) -> None:
        extensions = self._settings.extensions
        self._queues = QueueService(local.LocalQueues(self._journal), self._environment)
        self._queue_rest = QueueRest(self._queues.local)
        encoding = extensions.queues.message_encoding
        invoker = Invoker(self._worker, self._queues, self._environment, encoding=encoding)
        self._triggers = Triggers(self._journal, invoker, self._queues, extensions.queues)
        self._http = HttpFront(invoker, self._keys, extensions.http)

    def _assemble_pages(self) -> None:
        hub = self._settings.extensions.durable_task.hub_name
        self._admin = Admin(self._keys, hub, self._triggers.run_by_hand)
        self._admin.pages = Pages(
            Sources(
                hub=hub,
                base=self._base,
                engine=self._engine,
                worker=self._worker,
                queues=self._queues.local,
                triggers=self._triggers,
                http=self._http,
                functions=lambda: self._admin.functions,
                state=lambda: self._admin.state,
            )
        )

    def _write_endpoints(self) -> None:
        """Say where this host is reached, for tools of the same user."""
        told = {"url": self._base, "queues": f"{self._inner}/queues", "pid": os.getpid()}
        write_private(self._options.data / "endpoints.json", told)

    def _worker_environment(self) -> dict[str, str]:
        environment = dict(self._environment)
        environment.setdefault("FUNCTIONS_WORKER_RUNTIME", "python")
        environment.setdefault("AZURE_FUNCTIONS_ENVIRONMENT", "Development")
        environment["LOCAL_QUEUE_URL"] = f"{self._inner}/queues"
        environment[LEVEL_VARIABLE] = str(self._levels["default"])
        return environment

    def _indexed(self, functions: list[Function]) -> None:
        if functions == self._served:
            return
        self._served = functions
        hosted = check(functions, self._environment)
        self._engine.catalogue.fill(one.function for one in hosted if one.error is None)
        self._http.serve(hosted)
        self._admin.functions = hosted
        self._admin.errors = errors_of(hosted)
        self._starting = asyncio.get_running_loop().create_task(self._begin(hosted))
        self._starting.add_done_callback(self._begun)

    async def _begin(self, hosted: list[Hosted]) -> None:
        if not self._restored:
            await self._engine.restore()
            await self._queues.local.restore()
            self._restored = True
        await self._triggers.stop()
        self._triggers.start(hosted)
        self._show(hosted)
        self._ready()

    def _begun(self, task: asyncio.Task[None]) -> None:
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("The host cannot begin", exc_info=error)
            self._fail(f"The host cannot begin: {error}")

    def _index_failed(self, failure: IndexFailed) -> None:
        self._admin.errors = [failure.error]
        print(f"The app cannot be indexed; no function is served.\n{failure.trace}", flush=True)
        self._ready()

    def _show(self, hosted: list[Hosted]) -> None:
        for name in self._settings.unknown():
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
        return f"[{methods}] {self._base}{self._http.url(one)}"

    def _ready(self) -> None:
        self._admin.state = "Error" if self._http.broken else "Running"
        print(f"\nStatus page: {self._base}/admin/ui", flush=True)
        print(f"Host ready at {self._base}", flush=True)

    async def _public(self, request: web.BaseRequest) -> web.StreamResponse:
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
        if not opens(given, [self._keys.durable, self._keys.master]):
            return web.Response(status=401)
        return await self._durable(request, path)

    async def _internal(self, request: web.BaseRequest) -> web.StreamResponse:
        _, secret, service, *rest = [*request.raw_path.partition("?")[0].split("/", 3), "", ""]
        path = unquote(rest[0])
        if secret == self._keys.internal and service == "durabletask":
            return await self._durable(request, path)
        if secret == self._keys.internal and service == "queues":
            return await self._queue_rest.answer(request, path)
        return web.Response(status=404)

    async def _durable(self, request: web.BaseRequest, path: str) -> web.Response:
        if not self._restored:
            return web.Response(status=503)
        return await self._api.answer(request, path)

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)

    def _fail(self, text: str) -> None:
        self._failure = text
        self._stop.set()

    async def _shut_down(self, runners: list[web.ServerRunner]) -> None:
        """Take nothing new, let what runs end, then close; what does not end runs again."""
        self._admin.state = "Stopping"
        for runner in runners:
            for site in list(runner.sites):
                await site.stop()
        self._engine.close()
        try:
            async with asyncio.timeout(DRAIN):
                await self._triggers.stop()
                await self._engine.wait()
                await self._worker.wait()
        except TimeoutError:
            log.warning("Some functions still run; they will run again at the next start.")
        self._queues.local.close()
        await self._worker.stop()
        for runner in runners:
            await runner.cleanup()
        await self._queues.close()
        await self._journal.close()


def _listen(host: str, port: int) -> socket.socket:
    try:
        listener = socket.create_server((host, port), backlog=1024)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise PortInUseError(f"Port {port} of {host} cannot be used: {why}.") from error
    return listener


async def _serve(handler: Handler, listener: socket.socket) -> web.ServerRunner:
    loop = asyncio.get_running_loop()
    factory = partial(web.BaseRequest, loop=loop, client_max_size=LARGEST_BODY)
    server = web.Server(handler, request_factory=factory, max_line_size=65536, access_log=None)
    runner = web.ServerRunner(server, shutdown_timeout=1.0)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    return runner
