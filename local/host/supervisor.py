"""The supervisor: the process that owns the ports and the journal, from its start to its end."""

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

from aiohttp import web

from local.host import timers
from local.host.clock import SYSTEM, Clock
from local.host.durable import store
from local.host.journal import Journal, JournalError, unwritable
from local.host.keys import Keys, write_private
from local.host.logs import configure, levels_of
from local.host.queues import local
from local.host.reloading import reload_on_change
from local.host.service import Configuration, Service
from local.host.settings import HostJson, load_host_json, load_local_settings

SCHEMA = store.SCHEMA + local.SCHEMA + timers.SCHEMA
LARGEST_BODY = 104_857_600  # bytes
LONGEST_LINE = 65_536  # bytes of a request's first line; our own limit answers 414 long before
DRAIN = 6.0  # seconds that running functions get when the host stops

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
    """One run of a host."""

    def __init__(self, options: Options, clock: Clock = SYSTEM) -> None:
        self._options, self._clock = options, clock
        self._stop = asyncio.Event()
        self._failure: str | None = None

    async def run(self) -> int:
        """Serve until a signal comes; the exit code.

        Raises:
            SettingsError, PortInUseError, DataFolderInUseError, JournalError: it cannot start.
        """
        options, environment = self._options, dict(os.environ)
        load_local_settings(options.app, environment)
        settings = load_host_json(options.app, environment)
        configure(levels_of(settings.logging.log_level))
        public, internal = _listen(options.host, options.port), _listen("127.0.0.1", 0)
        journal = Journal(options.data, SCHEMA, self._fail)
        ports = public.getsockname()[1], internal.getsockname()[1]
        try:
            configuration = self._configure(settings, environment, ports)
        except OSError as error:
            reason = error.strerror or str(error)
            raise JournalError(unwritable(options.data, reason)) from error
        service = Service(configuration, journal, self._fail)
        await self._serve(service, public, internal)
        await journal.close()
        if self._failure is not None:
            print(self._failure, flush=True)
        return 1 if self._failure else 0

    def _configure(
        self, settings: HostJson, environment: dict[str, str], ports: tuple[int, int]
    ) -> Configuration:
        """Load or make the keys, and leave the addresses in the data folder."""
        options, (public, internal) = self._options, ports
        keys = Keys.load(options.data)
        configuration = Configuration(
            app=options.app,
            settings=settings,
            environment=environment,
            keys=keys,
            base=f"http://{options.host}:{public}",
            inner=f"http://127.0.0.1:{internal}/{keys.internal}",
            strict=options.strict_replay,
            clock=self._clock,
        )
        _write_endpoints(options.data, configuration)
        return configuration

    async def _serve(
        self, service: Service, public: socket.socket, internal: socket.socket
    ) -> None:
        outside = await _answer(service.public, public)
        inside = await _answer(service.internal, internal)
        self._listen_to_signals()
        # Before the first worker reads the app, so that no change falls between.
        reloading = asyncio.create_task(self._reload(service))
        service.worker.start()
        await self._stop.wait()
        reloading.cancel()
        for site in list(outside.sites):
            await site.stop()
        try:
            await asyncio.wait_for(service.drain(), DRAIN)
        except TimeoutError:
            log.warning("Some functions still run; they will run again at the next start.")
        await service.close()
        # The worker needs the services for it to the end.
        await asyncio.gather(outside.cleanup(), inside.cleanup())

    async def _reload(self, service: Service) -> None:
        if self._options.reload:
            await reload_on_change(self._options.app, self._options.data, service.worker.replace)

    def _listen_to_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)

    def _fail(self, text: str) -> None:
        self._failure = text
        self._stop.set()


def _write_endpoints(folder: Path, of: Configuration) -> None:
    """Say where the host is reached, for tools of the same user."""
    told = {"url": of.base, "queues": of.queue_url, "pid": os.getpid()}
    write_private(folder / "endpoints.json", told)


def _listen(host: str, port: int) -> socket.socket:
    try:
        listener = socket.create_server((host, port), backlog=1024)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno else str(error)
        raise PortInUseError(f"Port {port} of {host} cannot be used: {why}.") from error
    return listener


async def _answer(handler: Handler, listener: socket.socket) -> web.ServerRunner:
    loop = asyncio.get_running_loop()
    factory = partial(web.BaseRequest, loop=loop, client_max_size=LARGEST_BODY)
    server = web.Server(
        handler, request_factory=factory, max_line_size=LONGEST_LINE, access_log=None
    )
    runner = web.ServerRunner(server, shutdown_timeout=1.0)
    await runner.setup()
    await web.SockSite(runner, listener).start()
    return runner
