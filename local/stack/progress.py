"""Show how syncs get on: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from local.stack.public_api import Json


class Display(Protocol):
    """Takes the pull operations whenever they were looked at."""

    def show(self, operations: Sequence[Json]) -> None:
        """Show what has changed."""
        ...


@contextmanager
def display(console: Console) -> Iterator[Display]:
    """Yield the display that suits the console."""
    if not console.is_terminal:
        yield Lines(console)
        return
    columns = (
        TextColumn("  {task.description:<16}"),
        BarColumn(),
        TextColumn("{task.fields[status]}"),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        yield Bars(progress)


class Bars:
    """A bar for each data type."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def show(self, operations: Sequence[Json]) -> None:
        """Move the bars."""
        for operation in operations:
            self._progress.update(
                self._task(operation["dataType"]),
                completed=operation["progress"],
                status=status(operation),
            )

    def _task(self, data_type: str) -> TaskID:
        if data_type not in self._tasks:
            self._tasks[data_type] = self._progress.add_task(data_type, total=100, status="")
        return self._tasks[data_type]


class Lines:
    """A line whenever a data type has got to another state."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._shown: dict[str, str] = {}

    def show(self, operations: Sequence[Json]) -> None:
        """Print the news."""
        for operation in operations:
            news = status(operation)
            if self._shown.get(operation["dataType"]) != news:
                self._shown[operation["dataType"]] = news
                self._console.print(f"  {operation['dataType']:<16} {news}")


def status(operation: Json) -> str:
    """Say where an operation is, and why where the platform says so."""
    reason = operation.get("errorMessage") or operation.get("statusDescription")
    return f"{operation['status']}: {reason}" if reason else str(operation["status"])
