"""What every command that runs a stack does: one at a time, until Ctrl-C, and ended well."""

from __future__ import annotations

import fcntl
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import typer
from rich.console import Console

from local.stack.browser import PageError
from local.stack.children import ROOT, Child, ChildFailedError
from local.stack.demo import DemoFailedError
from local.stack.public_api import ApiError
from local.stack.running import PortInUseError, Stack

LOCAL = ROOT / ".local"
STATE = LOCAL / "stack.json"
LOOK_SECONDS = 0.5
FAILURES = (ChildFailedError, DemoFailedError, ApiError, PageError, httpx.HTTPError)

console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


class StackRunsError(Exception):
    """Another stack runs, and scripts are told of one only."""


@contextmanager
def ending_well(ports: str) -> Iterator[None]:
    """Turn signals into an orderly end, and failures into a sentence and exit code 1.

    `ports` are arguments of `make` that choose other ports.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        console.print("Stopped.")
    except PortInUseError as error:
        errors.print(f"[red]{error}[/] Choose others: make ... {ports}")
        raise typer.Exit(1) from error
    except (StackRunsError, *FAILURES) as error:
        errors.print(str(error) or type(error).__name__, style="red", markup=False)
        raise typer.Exit(1) from error


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """Keep another stack off `state` and the data beside it; raises `StackRunsError`."""
    state.parent.mkdir(parents=True, exist_ok=True)
    with state.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise StackRunsError(
                f"`make up` or `make func` runs already; {state} says where."
            ) from None
        yield


def watch(stack: Stack, *others: Child) -> None:
    """Wait for a signal; raises where a child ends by itself."""
    while True:
        stack.check()
        for child in others:
            child.check()
        time.sleep(LOOK_SECONDS)
