"""The command line: `python -m local.stack up` and `python -m local.stack demo`."""

from __future__ import annotations

import fcntl
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from local.stack import demo as story
from local.stack.browser import PageError
from local.stack.children import ROOT, ChildFailedError
from local.stack.options import Options
from local.stack.public_api import ApiError
from local.stack.running import PortInUseError, Stack, running_stack
from local.stack.state import announced
from local.stack.ways import ways_on

LOCAL = ROOT / ".local"
STATE = LOCAL / "stack.json"
API_PORT = 7071
SIMULATOR_PORT = 9101
LOOK_SECONDS = 0.5
FAILURES = (ChildFailedError, story.DemoFailedError, ApiError, PageError)

app = typer.Typer(add_completion=False, help="The platform on this machine.")
console = Console(highlight=False, soft_wrap=True)
errors = Console(stderr=True, highlight=False, soft_wrap=True)


class DataInUseError(Exception):
    """Another stack runs on the same data."""


Invoices = Annotated[int, typer.Option(min=1, help="Invoices and bills of each organisation.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Of the API; 0 takes a free one.")]
SimPort = Annotated[int, typer.Option(min=0, max=65535, help="Of the simulator; 0 as above.")]
RateLimit = Annotated[bool, typer.Option(help="Whether the provider limits calls.")]


@app.command()
def up(
    *,
    port: Port = API_PORT,
    sim_port: SimPort = SIMULATOR_PORT,
    invoices: Invoices = 1_000,
    rate_limit: RateLimit = True,
) -> None:
    """Run the platform until Ctrl-C or SIGTERM; what it has read is kept in .local/data."""
    options = Options(
        data=LOCAL / "data",
        logs=LOCAL / "logs",
        port=port,
        sim_port=sim_port,
        invoices=invoices,
        rate_limit=rate_limit,
    )
    with (
        _ending_well(),
        _alone(options.data),
        running_stack(options) as stack,
        announced(stack, STATE),
    ):
        console.print("Causeway runs; Ctrl-C stops it.\n")
        console.print(ways_on(stack.api_url, stack.simulators["xero"].url), markup=False)
        _watch(stack)


@app.command()
def demo(
    *,
    port: Port = 0,
    sim_port: SimPort = 0,
    invoices: Invoices = 1_000,
    rate_limit: RateLimit = True,
) -> None:
    """Link a company, sync its books, read them back, and end."""
    began = time.monotonic()
    with _ending_well(), _fresh_folder() as folder:
        options = Options(
            data=folder / "data",
            logs=folder / "logs",
            port=port,
            sim_port=sim_port,
            invoices=invoices,
            rate_limit=rate_limit,
        )
        with running_stack(options) as stack:
            simulator = stack.simulators["xero"].url
            console.print(f"The platform runs at {stack.api_url}, the simulator at {simulator}.")
            story.run(stack, console)
        console.print(f"\nAll done in {time.monotonic() - began:.0f} seconds.")
        console.print(
            "To go on, run [bold]make up[/] here, and in another terminal what follows.\n"
        )
        ways = ways_on(f"http://127.0.0.1:{API_PORT}", f"http://127.0.0.1:{SIMULATOR_PORT}")
        console.print(ways, markup=False)


def _watch(stack: Stack) -> None:
    """Wait for a signal; raises where a child ends by itself."""
    while True:
        stack.check()
        time.sleep(LOOK_SECONDS)


@contextmanager
def _ending_well() -> Iterator[None]:
    """Turn signals into an orderly end, and failures into a sentence and exit code 1."""
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    except KeyboardInterrupt:
        console.print("Stopped.")
    except PortInUseError as error:
        errors.print(f"[red]{error}[/] Choose others: make ... port={API_PORT + 1} sim_port=9102")
        raise typer.Exit(1) from error
    except (DataInUseError, *FAILURES) as error:
        errors.print(str(error), style="red", markup=False)
        raise typer.Exit(1) from error


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Keep another stack off the data; raises `DataInUseError`."""
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (data / "stack.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DataInUseError(f"`make up` runs already on {data.relative_to(ROOT)}.") from None
        yield


@contextmanager
def _fresh_folder() -> Iterator[Path]:
    """Yield an empty folder that is removed at the end; where a child or the story failed, kept."""
    LOCAL.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="demo-", dir=LOCAL))
    with ExitStack() as at_end:
        at_end.callback(shutil.rmtree, folder)
        try:
            yield folder
        except FAILURES:
            at_end.pop_all()
            errors.print(f"The logs are in {folder.relative_to(ROOT)}/logs.")
            raise
