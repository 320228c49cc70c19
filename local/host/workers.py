"""Supervision of the worker process: start, invoke, time out, replace, stop."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import os
import signal
import socket
import sys
import time
import uuid
from asyncio.subprocess import Process
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from local.host.channel import Channel
from local.host.messages import (
    Blob,
    Function,
    HttpCall,
    Indexed,
    IndexFailed,
    Invoke,
    Load,
    Message,
    Result,
    Stop,
)

ROOT = Path(__file__).parents[2]
CLOSED_GRACE = 1.0  # seconds between a closed channel and the kill
STOP_GRACE = 1.0  # seconds that a worker gets to leave by itself
RELOAD_GRACE = 5.0  # seconds that functions get to end before a worker is replaced
LONGEST_PAUSE = 10.0  # seconds between attempts to start a worker that dies at once

log = logging.getLogger(__name__)


class LostError(Exception):
    """The invocation has no result and will get none; the text says why."""


class WorkerDiedError(LostError):
    """The process ended while the function ran."""


class BystanderError(LostError):
    """The process was ended for what another function did."""


class FunctionTimeoutError(LostError):
    """The function ran longer than `functionTimeout`; its worker has been killed."""


@dataclass(frozen=True, slots=True)
class Origin:
    """What an invocation is told of itself: id, W3C parent of its trace, retry and limit."""

    invocation_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    trace_parent: str = ""
    retry: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class _Pending:
    function: str
    future: asyncio.Future[Result]
    deadline: float


class Worker:
    """The one worker process of a host, replaced whenever it dies.

    Args:
        app: the folder of the function app.
        environment: the worker's, complete.
        timeout: `functionTimeout`; None is unbounded.
        on_indexed: called each time a worker has indexed the app.
        on_failed: called with error and trace when it could not.
    """

    def __init__(  # noqa: PLR0913 - each is one seam of the one supervised process
        self,
        app: Path,
        environment: Mapping[str, str],
        *,
        client_binding: str,
        timeout: timedelta | None,
        on_indexed: Callable[[list[Function]], None],
        on_failed: Callable[[IndexFailed], None],
    ) -> None:
        self._app, self._environment = app, environment
        self._client_binding = client_binding
        self._timeout = timeout
        self._on_indexed, self._on_failed = on_indexed, on_failed
        self._ids = itertools.count(1)
        self._pending: dict[int, _Pending] = {}
        self._backlog: list[tuple[Invoke, asyncio.Future[Result]]] = []
        self._channel: Channel | None = None
        self._leaving: Channel | None = None  # to a worker that has been told to go
        self._process: Process | None = None
        self._ready = False
        self._served = False
        self._stopping = False
        self._tasks: list[asyncio.Task[None]] = []
        self.restarts = 0

    def start(self) -> None:
        """Start the process, and keep one running until `stop`."""
        loop = asyncio.get_running_loop()
        self._tasks = [loop.create_task(self._keep_one()), loop.create_task(self._watch())]

    @property
    def running(self) -> int:
        """How many invocations have no result yet."""
        return len(self._pending)

    @property
    def pid(self) -> int | None:
        """The process id of the present worker."""
        return self._process.pid if self._process else None

    def invoke(
        self,
        function: str,
        data: HttpCall | Blob | str,
        metadata: Mapping[str, str] | None = None,
        origin: Origin | None = None,
    ) -> asyncio.Future[Result]:
        """Run a function; the future ends with its result, or with `LostError`."""
        origin = origin or Origin()
        invoke = Invoke(
            next(self._ids),
            function,
            origin.invocation_id,
            data,
            dict(metadata or {}),
            origin.trace_parent,
            origin.retry,
        )
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        if self._ready:
            self._send(invoke, future)
        else:
            self._backlog.append((invoke, future))
        return future

    def _send(self, invoke: Invoke, future: asyncio.Future[Result]) -> None:
        limit = self._timeout.total_seconds() if self._timeout else float("inf")
        if self._channel is not None:
            self._channel.send(invoke)
        self._pending[invoke.id] = _Pending(invoke.function, future, time.monotonic() + limit)

    async def wait(self) -> None:
        """Wait until no function runs."""
        while self._pending:
            await asyncio.wait([pending.future for pending in self._pending.values()])

    async def stop(self) -> None:
        """Let the worker leave, or end it; whatever still runs is lost."""
        self._stopping = True
        await self._leave()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def kill(self) -> None:
        """End the process at once; a new one takes its place."""
        self._ready = False
        if self._process is not None:
            _kill(self._process)

    async def replace(self) -> None:
        """Start afresh, with the app as it is now; running functions get a moment to end."""
        self._ready = False
        try:
            await asyncio.wait_for(self.wait(), RELOAD_GRACE)
        except TimeoutError:
            log.warning("Some functions still run; they are lost with the old worker.")
        await self._leave()

    async def _leave(self) -> None:
        """Let the worker leave; kill one whose event loop a function holds."""
        process, self._leaving = self._process, self._channel
        if process is None or self._leaving is None:
            return
        self._leaving.send(Stop())
        try:
            await asyncio.wait_for(process.wait(), STOP_GRACE)
        except TimeoutError:
            _kill(process)

    async def _keep_one(self) -> None:
        pause = 0.0
        while True:
            how = await self._run_one()
            self._lose_all(how)
            if self._stopping:
                return
            self.restarts += 1
            # Only one that dies before it serves anything is worth waiting for.
            pause = 0.0 if self._served else min(LONGEST_PAUSE, pause * 2 + 0.1)
            log.warning("The worker process %s; a new one starts.", how)
            await asyncio.sleep(pause)

    async def _run_one(self) -> str:
        """Run one process; how it ended."""
        self._served = False
        try:
            return _how_it_ended(await self._serve())
        except OSError as error:
            return f"could not be started: {error}"

    async def _serve(self) -> int:
        ours, theirs = socket.socketpair()
        loop = asyncio.get_running_loop()
        try:
            process = self._process = await self._spawn(theirs.fileno())
        except OSError:
            ours.close()
            raise
        finally:
            theirs.close()

        def closed() -> None:
            # A process whose end of the channel is gone is as good as dead.
            self._ready = self._ready and self._channel is not channel
            loop.call_later(CLOSED_GRACE, _kill, process)

        channel = self._channel = Channel(self._received, closed)
        await loop.create_unix_connection(lambda: channel, sock=ours)
        channel.send(Load(str(self._app), self._client_binding))
        code = await process.wait()
        self._ready = False
        channel.close()
        return code

    async def _spawn(self, descriptor: int) -> Process:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-u",  # what a function prints must not be lost with its process
            "-m",
            "local.host.worker",
            str(descriptor),
            str(os.getpid()),
            str(self._app),
            cwd=ROOT,
            env=dict(self._environment),
            pass_fds=[descriptor],
            start_new_session=True,
            stdin=asyncio.subprocess.DEVNULL,
        )

    def _received(self, message: Message) -> None:
        match message:
            case Result():
                pending = self._pending.pop(message.id, None)
                if pending is not None and not pending.future.done():
                    pending.future.set_result(message)
            case Indexed() | IndexFailed() if self._leaving is self._channel:
                log.debug("A worker has been replaced before it served anything.")
            case Indexed():
                self._on_indexed(message.functions)
                self._open({function.name for function in message.functions})
            case IndexFailed():
                # What waits goes on waiting, for a worker that can index the app.
                self._on_failed(message)
            case _:
                raise TypeError(f"a supervisor does not expect {message!r}")

    def _open(self, functions: set[str]) -> None:
        """Send what has waited for this worker."""
        self._ready = self._served = True
        backlog, self._backlog = self._backlog, []
        for invoke, future in backlog:
            if invoke.function in functions:
                self._send(invoke, future)
            elif not future.done():
                text = f"There is no function '{invoke.function}' any more."
                future.set_exception(LostError(text))

    def _lose_all(self, how: str) -> None:
        for number in list(self._pending):
            self._lose(number, WorkerDiedError(f"The worker process {how}."))

    def _lose(self, number: int, why: LostError) -> None:
        pending = self._pending.pop(number, None)
        if pending is not None and not pending.future.done():
            pending.future.set_exception(why)

    async def _watch(self) -> None:
        """End the worker when its oldest invocation has passed the deadline."""
        while True:
            oldest = next(iter(self._pending.items()), None)
            remaining = oldest[1].deadline - time.monotonic() if oldest else 1.0
            if oldest and remaining <= 0:
                self._time_out(oldest[0], oldest[1].function)
            await asyncio.sleep(min(1.0, max(0.05, remaining)))

    def _time_out(self, number: int, name: str) -> None:
        """End a worker for one of its functions; the others are not to be blamed."""
        text = f"Timeout value of {self._timeout} was exceeded by function: {name}"
        log.error("%s", text)
        self._lose(number, FunctionTimeoutError(text))
        for other in list(self._pending):
            self._lose(other, BystanderError(f"The worker process was killed. {text}"))
        self.kill()


def _kill(process: Process) -> None:
    """Kill without asking `subprocess`, which would take the exit code away from asyncio."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)


def _how_it_ended(code: int) -> str:
    if -code in list(signal.Signals):
        return f"was killed by {signal.Signals(-code).name}"
    if code < 0:
        return f"was killed by signal {-code}"
    return f"exited with code {code}"
