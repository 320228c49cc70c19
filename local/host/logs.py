"""Log lines of supervisor and worker: readable on a terminal, JSON elsewhere."""

from __future__ import annotations

import contextvars
import json
import logging
import os
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from local.host.messages import Failure, Result

invocation: contextvars.ContextVar[tuple[str, str] | None] = contextvars.ContextVar(
    "invocation", default=None
)
functions = logging.getLogger("Function")  # the category of the real host
LONGEST_LINE = 2000  # characters of an exception in a log line
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


class LoggedCall:
    """One invocation in the log: how it ended, and after how long.

    A success is a debug line of the category `Function`, a failure an error with its trace.
    """

    def __init__(self, function: str, invocation_id: str) -> None:
        self._function, self._invocation_id = function, invocation_id
        self._began = time.perf_counter()

    def ended(self, result: Result) -> Result:
        """Write the line and hand the result on."""
        level = logging.DEBUG if result.failure is None else logging.ERROR
        if functions.isEnabledFor(level):
            functions.log(
                level, *self._line(result.failure), extra={"fields": self._fields(result)}
            )
        return result

    def _line(self, failure: Failure | None) -> tuple[str, *tuple[str, ...]]:
        if failure is None:
            return "Executed %s", self._function
        return "%s failed: %s\n%s", self._function, failure.message[:LONGEST_LINE], failure.trace

    def _fields(self, result: Result) -> dict[str, object]:
        milliseconds = 1000 * (time.perf_counter() - self._began)
        return {
            "function": self._function,
            "invocation_id": self._invocation_id,
            "succeeded": result.failure is None,
            "duration_ms": round(milliseconds, 1),
        }


def levels_of(levels: Mapping[str, str]) -> dict[str, int]:
    """Read `logging.logLevel` of host.json: a level per category; `default` is Information."""
    known = {"default": "Information", **levels}
    return {name: _LEVELS.get(level.lower(), logging.INFO) for name, level in known.items()}


def configure(levels: Mapping[str, int]) -> None:
    """Send all log records of this process to stderr."""
    handler = logging.StreamHandler()
    handler.setFormatter(Terminal() if sys.stderr.isatty() else JsonLines())
    default = levels["default"]
    logging.basicConfig(level=default, handlers=[handler], force=True)
    for noisy in ("azure", "aiohttp.access", "asyncio"):
        logging.getLogger(noisy).setLevel(max(default, logging.WARNING))
    for category, level in levels.items():
        if category != "default":
            logging.getLogger(category).setLevel(level)
    logging.captureWarnings(capture=True)


def configure_worker() -> None:
    """Configure a worker with the level that its supervisor wrote into the environment."""
    configure({"default": int(os.environ.get(LEVEL_VARIABLE, logging.INFO))})
