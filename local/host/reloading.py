"""Watch an app's folder and start a new worker when its code has changed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from watchfiles import Change, DefaultFilter, awatch

WATCHED = (".py", ".json", ".html", ".txt", ".env")
log = logging.getLogger(__name__)


class AppFilter(DefaultFilter):
    """Lets code and settings through, but nothing in the data folder."""

    def __init__(self, data: Path) -> None:
        super().__init__(ignore_paths=[data])

    def __call__(self, change: Change, path: str) -> bool:
        """Decide about one path."""
        return path.endswith(WATCHED) and super().__call__(change, path)


async def reload_on_change(
    app: Path, data: Path, replace: Callable[[], Awaitable[None]], stop: asyncio.Event
) -> None:
    """Call `replace` after each change, until `stop` is set."""
    async for changes in awatch(app, watch_filter=AppFilter(data), stop_event=stop):
        names = sorted({Path(path).name for _, path in changes})
        if {"host.json", "local.settings.json"} & set(names):
            log.warning("%s is read at start only: start the host again.", ", ".join(names))
        log.info("Changed: %s. A new worker starts.", ", ".join(names))
        await replace()
