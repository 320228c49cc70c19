"""Watch an app's folder and start a new worker when its code has changed."""

from __future__ import annotations

import logging
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from watchfiles import Change, DefaultFilter, awatch

WATCHED = (".py", ".json", ".html", ".txt", ".env")
log = logging.getLogger(__name__)


class AppFilter(DefaultFilter):
    """Lets code and settings through, but nothing in the data folder."""

    def __init__(self, data: Path) -> None:
        # It is compared with the beginning of a path: `data` would be that of `database.py`, too.
        super().__init__(ignore_paths=[f"{data}{os.sep}"])

    def __call__(self, change: Change, path: str) -> bool:
        """Decide about one path."""
        return path.endswith(WATCHED) and super().__call__(change, path)


async def reload_on_change(app: Path, data: Path, replace: Callable[[], Awaitable[None]]) -> None:
    """Call `replace` after each change, until cancelled; a host that cannot watch serves on."""
    try:
        async for changes in awatch(app, watch_filter=AppFilter(data)):
            _tell({Path(path).name for _, path in changes})
            await replace()
    except Exception:
        log.exception("Changes of the app are not seen any more: start the host again.")


def _tell(names: set[str]) -> None:
    listed = ", ".join(sorted(names))
    if {"host.json", "local.settings.json"} & names:
        log.warning("%s is read at start only: start the host again.", listed)
    log.info("Changed: %s. A new worker starts.", listed)
