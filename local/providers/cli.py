"""The command line: `python -m local.providers serve xero --port 9101`."""

import signal
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from local.providers.books.generate import STORY_ENDS, Story
from local.providers.simulation.memory import MemoryFolderError
from local.providers.simulation.serve import PortInUseError, listen, server
from local.providers.simulation.simulator import CLIENT_ID, CLIENT_SECRET, Settings
from local.providers.start import build, simulated

app = typer.Typer(add_completion=False, no_args_is_help=True)


def _provider(name: str) -> str:
    if name not in simulated():
        raise typer.BadParameter(f"'{name}' is not simulated; these are: {', '.join(simulated())}")
    return name


class Switch(StrEnum):
    """On or off."""

    ON = "on"
    OFF = "off"


@app.callback()
def main() -> None:
    """Simulate providers on this machine."""


@app.command()
def serve(  # noqa: PLR0913 - each is a flag of the command
    provider: Annotated[
        str, typer.Argument(callback=_provider, help=f"Which provider: {', '.join(simulated())}.")
    ],
    *,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 0,
    invoices: Annotated[
        int, typer.Option(min=1, max=1_000_000, help="Invoices and bills of each organisation.")
    ] = 1000,
    seed: Annotated[int, typer.Option(help="The same seed tells the same story.")] = 1,
    organisations: Annotated[int, typer.Option(min=1, max=2_000)] = 3,
    until: Annotated[
        datetime, typer.Option(formats=["%Y-%m-%d"], help="The day on which the story ends.")
    ] = datetime.combine(STORY_ENDS, datetime.min.time()),  # noqa: B008 - a calendar day
    bulk_import: Annotated[
        int, typer.Option(min=0, help="So many documents share one instant of change.")
    ] = 0,
    rate_limit: Annotated[Switch, typer.Option(help="The provider's limits.")] = Switch.ON,
    grace_seconds: Annotated[
        int | None,
        typer.Option(
            min=0, help="How long a used refresh token still works; 0: never; else its own way."
        ),
    ] = None,
    client_id: Annotated[str, typer.Option()] = CLIENT_ID,
    client_secret: Annotated[str, typer.Option()] = CLIENT_SECRET,
    redirect_uri: Annotated[
        list[str] | None, typer.Option(help="Allowed exactly; without any, every loopback one.")
    ] = None,
    data: Annotated[
        Path | None, typer.Option(help="A folder to keep grants and edits over restarts.")
    ] = None,
) -> None:
    """Serve a simulator until it is stopped."""
    settings = Settings(
        story=Story(seed, invoices, _day(until), bulk_import),
        organisations=organisations,
        client_id=client_id,
        client_secret=client_secret,
        redirect_uris=tuple(redirect_uri or ()),
        grace=None if grace_seconds is None else timedelta(seconds=grace_seconds),
        rate_limit=rate_limit is Switch.ON,
        data=data,
    )
    _run(provider, port, settings)


def _run(name: str, port: int, settings: Settings) -> None:
    """Serve until a signal, and end with 0 then; what hinders the start ends with 1."""
    try:
        listener = listen(port)
        simulator, application = build(name, settings)
    except (PortInUseError, MemoryFolderError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    books = simulator.world.companies[0].book
    running = server(application, simulator.transports)
    # uvicorn raises the signal again once it has stopped; being stopped is no failure.
    signal.signal(signal.SIGTERM, lambda *_: _stopped())
    signal.signal(signal.SIGINT, lambda *_: _stopped())
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    typer.echo(f"Books of {books.organisation.name}: {len(books.invoices)} invoices and bills")
    typer.echo(f"Simulator {name} ready at {address}")
    running.run(sockets=[listener])


def _stopped() -> None:
    raise typer.Exit(0)


def _day(moment: datetime) -> date:
    return moment.date()
