"""Log lines of supervisor and worker: readable on a terminal, JSON elsewhere."""

from __future__ import annotations

import contextvars
import json
import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime

invocation: contextvars.ContextVar[tuple[str, str] | None] = contextvars.ContextVar(
    "invocation", default=None
)
LEVEL_VARIABLE = "LOCAL_HOST_LOG_LEVEL"
_LEVELS = {
    "trace": logging.DEBUG,
    "debug": logging.DEBUG,
    "information": logging.INFO,
    "warning": logging.WARNING,
    "error": logging.ERROR,
    "critical": logging.CRITICAL,
    "none": logging.CRITICAL + 10,
}


class JsonLines(logging.Formatter):
    """One JSON object a line: time, level, logger, message, and the invocation it belongs to."""

    def format(self, record: logging.LogRecord) -> str:
        """Render one record."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        current = invocation.get()
        if current is not None:
            line["function"], line["invocation_id"] = current
        line |= getattr(record, "fields", {})
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


class Terminal(logging.Formatter):
    """A short line for people."""

    def format(self, record: logging.LogRecord) -> str:
        """Render one record."""
        time = datetime.fromtimestamp(record.created, UTC).strftime("%H:%M:%S.%f")[:-3]
        current = invocation.get()
        name = f"{current[0]} {current[1][:8]}" if current else record.name.removeprefix("local.")
        text = f"{time} {record.levelname[:4]} {name}: {record.getMessage()}"
        if record.exc_info:
            text += "\n" + self.formatException(record.exc_info)
        return text


def level_of(levels: Mapping[str, str]) -> int:
    """Read `logging.logLevel` of host.json; the `default` category counts, else Information."""
    return _LEVELS.get(levels.get("default", "Information").lower(), logging.INFO)


def configure(level: int) -> None:
    """Send all log records of this process to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(Terminal() if sys.stderr.isatty() else JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("azure", "aiohttp.access", "asyncio"):
        logging.getLogger(noisy).setLevel(max(level, logging.WARNING))
    logging.captureWarnings(capture=True)


def configure_worker() -> None:
    """Configure a worker with the level that its supervisor wrote into the environment."""
    configure(int(os.environ.get(LEVEL_VARIABLE, logging.INFO)))
