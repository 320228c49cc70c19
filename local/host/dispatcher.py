"""Run work with a limit on how much runs at a time."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Dispatcher(Generic[T]):
    """Starts `work(item)` for each submitted item, oldest first, at most `limit` at a time.

    Items submitted within one turn of the event loop start in the next, so that what arrives
    together is seen together.
    """

    def __init__(self, work: Callable[[T], Coroutine[Any, Any, None]], limit: int) -> None:
        self._work, self._limit = work, limit
        self._waiting: deque[T] = deque()
        self._running: set[asyncio.Task[None]] = set()
        self._scheduled = False
        self.closed = False

    def __len__(self) -> int:
        return len(self._waiting) + len(self._running)

    def submit(self, item: T) -> None:
        """Queue one item."""
        self._waiting.append(item)
        self._schedule()

    def close(self) -> None:
        """Start nothing more."""
        self.closed = True

    def abandon(self) -> list[T]:
        """Take back what has not been started."""
        waiting, self._waiting = list(self._waiting), deque()
        return waiting

    async def wait(self) -> None:
        """Wait until nothing runs."""
        while self._running:
            await asyncio.wait(self._running)

    def _schedule(self) -> None:
        if not self._scheduled and not self.closed:
            self._scheduled = True
            asyncio.get_running_loop().call_soon(self._start)

    def _start(self) -> None:
        self._scheduled = False
        loop = asyncio.get_running_loop()
        while self._waiting and len(self._running) < self._limit and not self.closed:
            task = loop.create_task(self._work(self._waiting.popleft()))
            self._running.add(task)
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception() is not None:
            context = {"message": "dispatched work failed", "exception": task.exception()}
            task.get_loop().call_exception_handler(context)
        if self._waiting:
            self._schedule()


class Lane(Dispatcher[Callable[[], Coroutine[Any, Any, None]]]):
    """Runs whatever it is given, one at a time."""

    def __init__(self) -> None:
        super().__init__(lambda run: run(), 1)
