"""The worker process: imports the app and runs its functions, until the supervisor is gone."""

from __future__ import annotations

import asyncio
import contextvars
import os
import signal
import socket
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib import import_module
from pathlib import Path

from local.host.channel import Channel
from local.host.indexing import Loaded, index
from local.host.invocation import Call, failed
from local.host.leash import tie_to
from local.host.logs import configure_worker, invocation
from local.host.messages import (
    Indexed,
    IndexFailed,
    Invoke,
    Load,
    Message,
    Result,
    Stop,
)

DEFAULT_THREADS = 1000  # what the real host sets when nothing is set


class Worker:
    """Runs the functions of one app: async ones on this event loop, the others on threads."""

    def __init__(self) -> None:
        threads = int(os.environ.get("PYTHON_THREADPOOL_THREAD_COUNT") or DEFAULT_THREADS)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="function")
        self._functions: dict[str, Loaded] = {}
        self._app, self._client_binding = Path(), ""
        self._running: set[asyncio.Task[None]] = set()
        self.stopped = asyncio.Event()
        self.channel = Channel(self._received, self._supervisor_gone)

    def _received(self, message: Message) -> None:
        match message:
            case Invoke():
                task = asyncio.get_running_loop().create_task(self._run(message))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            case Load():
                self._load(message)
            case Stop():
                self.stopped.set()
            case _:
                raise TypeError(f"a worker does not expect {message!r}")

    def _load(self, load: Load) -> None:
        self._app, self._client_binding = Path(load.app), load.client_binding
        try:
            self._functions = index(self._app)
        except Exception as error:  # noqa: BLE001 - an app may raise anything at import
            text = f"{type(error).__name__}: {error}"
            self.channel.send(IndexFailed(text, traceback.format_exc()))
        else:
            self.channel.send(Indexed([loaded.info for loaded in self._functions.values()]))

    async def _run(self, invoke: Invoke) -> None:
        invocation.set((invoke.function, invoke.invocation_id))
        try:
            result = await self._result(invoke)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - anything
            # The input may not fit the function, the function be cancelled: somebody waits.
            result = failed(invoke.id, error)
        self.channel.send(result)

    async def _result(self, invoke: Invoke) -> Result:
        loaded = self._functions[invoke.function]
        call = Call(loaded, invoke, app=self._app, client_binding=self._client_binding)
        if loaded.is_async:
            return await call.run_async()
        context = contextvars.copy_context()
        return await asyncio.get_running_loop().run_in_executor(self._pool, context.run, call.run)

    def _supervisor_gone(self) -> None:
        # No clean-up: whoever started this process is dead, and what runs will be run again.
        os._exit(0)


def main() -> None:
    """Serve the supervisor over the socket whose descriptor is the first argument."""
    # Even while user code blocks the event loop.
    tie_to(int(sys.argv[2]), signal.SIGKILL)
    app = Path(sys.argv[3])
    configure_worker()
    speed_up_history()
    _take_the_place_of(app)
    asyncio.run(_serve(int(sys.argv[1])))
    # Threads that still run user code must not keep the process alive.
    sys.stdout.flush()
    os._exit(0)


async def _serve(descriptor: int) -> None:
    worker = Worker()
    loop = asyncio.get_running_loop()
    connection = socket.socket(fileno=descriptor)
    await loop.create_unix_connection(lambda: worker.channel, sock=connection)
    await worker.stopped.wait()
    worker.channel.flush()


def _take_the_place_of(app: Path) -> None:
    """Make the app's folder the first on the path and the current one, and ours none."""
    sys.path.remove(str(Path.cwd()))
    os.chdir(app)
    sys.path.insert(0, str(app))


def speed_up_history() -> None:
    """Give the durable SDK a fast parser of times: 85 % of a replay goes into dateutil."""
    module = import_module("azure.durable_functions.models.history.HistoryEvent")
    module.dt_parse = datetime.fromisoformat  # type: ignore[attr-defined]


if __name__ == "__main__":
    main()
