"""The command line: `python -m local.func`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from local.func.azurite import SERVICES, running_azurite
from local.func.host import func_program, functions_host
from local.stack.cli import API_PORT, PORTS, SIMULATOR_PORT, Invoices, Port, RateLimit, SimPort
from local.stack.options import Options
from local.stack.running import running_stack
from local.stack.session import LOCAL, STATE, alone, console, ending_well, watch
from local.stack.state import announced
from local.stack.ways import ways_on

AZURITE_PORT = 10_000
SETTINGS = "local.settings.json"

app = typer.Typer(add_completion=False)

AzuritePort = Annotated[
    int,
    typer.Option(
        min=0,
        max=65536 - len(SERVICES),
        help="Of Azurite's blobs, queues and tables take the next two; 0 as above.",
    ),
]
Folder = Annotated[Path, typer.Option(help="Of `stack.json` and of `func/`, its data and logs.")]


@app.command()
def start(  # noqa: PLR0913 - the options of the command line
    *,
    port: Port = API_PORT,
    sim_port: SimPort = SIMULATOR_PORT,
    azurite_port: AzuritePort = AZURITE_PORT,
    invoices: Invoices = 1_000,
    rate_limit: RateLimit = True,
    folder: Folder = LOCAL,
) -> None:
    """Run the platform under `func start` until Ctrl-C or SIGTERM; its data is kept."""
    data, state = folder.resolve() / "func", folder.resolve() / STATE.name
    options = Options(
        data=data,
        logs=data / "logs",
        port=port,
        sim_port=sim_port,
        invoices=invoices,
        rate_limit=rate_limit,
        host=functions_host,
    )
    with ending_well(f"{PORTS} azurite_port={AZURITE_PORT + 10}"), alone(state):
        func_program()
        _run(options, azurite_port, state)


def _run(options: Options, azurite_port: int, state: Path) -> None:
    options.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    console.print(f"Starting func; its log is {options.logs / 'host.log'}.")
    if (options.app / SETTINGS).exists():
        console.print(f"What is set here wins over your {SETTINGS}, which stays as it is.")
    with (
        running_azurite(options.data / "azurite", options.logs, azurite_port) as azurite,
        running_stack(replace(options, storage=azurite.connection_string)) as stack,
        announced(stack, state),
    ):
        console.print("Causeway runs under func; Ctrl-C stops it.\n")
        ways = ways_on(stack.api_url, stack.simulator_urls, state)
        console.print(ways, markup=False)
        watch(stack, azurite.child)
