"""The command line: `python -m local.stack up` and `python -m local.stack demo`."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated

import typer

from local.stack import demo as story
from local.stack.children import ROOT
from local.stack.connectors import simulator_ports
from local.stack.options import Options
from local.stack.running import running_stack
from local.stack.session import (
    LOCAL,
    STATE,
    alone,
    console,
    ending_well,
    errors,
    watch,
)
from local.stack.state import announced
from local.stack.ways import ways_on

API_PORT = 7071
SIMULATOR_PORT = 9101
PORTS = f"port={API_PORT + 1} sim_port={SIMULATOR_PORT + 1}"

app = typer.Typer(add_completion=False, help="The platform on this machine.")

Invoices = Annotated[int, typer.Option(min=1, help="Invoices and bills of each organisation.")]
Port = Annotated[int, typer.Option(min=0, max=65535, help="Of the API; 0 takes a free one.")]
SimPort = Annotated[int, typer.Option(min=0, max=65535, help="Of the first simulator; 0 as above.")]
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
        ending_well(PORTS),
        alone(STATE),
        running_stack(options) as stack,
        announced(stack, STATE),
    ):
        console.print("Causeway runs; Ctrl-C stops it.\n")
        console.print(ways_on(stack.api_url, stack.simulator_urls), markup=False)
        watch(stack)


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
    with ending_well(PORTS), _fresh_folder() as folder:
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
        simulators = {
            platform: f"http://127.0.0.1:{port}"
            for platform, port in simulator_ports(SIMULATOR_PORT).items()
        }
        ways = ways_on(f"http://127.0.0.1:{API_PORT}", simulators)
        console.print(ways, markup=False)


@contextmanager
def _fresh_folder() -> Iterator[Path]:
    """Yield an empty folder that is removed at the end; where something failed, it is kept."""
    LOCAL.mkdir(exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="demo-", dir=LOCAL))
    with ExitStack() as at_end:
        at_end.callback(shutil.rmtree, folder)
        try:
            yield folder
        except Exception:
            at_end.pop_all()
            errors.print(f"The logs are in {folder.relative_to(ROOT)}/logs.")
            raise
