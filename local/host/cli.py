"""The command line: `python -m local.host start` and `lint`."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from local.host.journal import DataFolderInUseError, JournalError
from local.host.lint.command import run as run_lint
from local.host.settings import SettingsError
from local.host.supervisor import Options, PortInUseError, Supervisor

app = typer.Typer(add_completion=False, help="An embedded Azure Functions host.")
SWITCH_INTERVAL = 0.001  # seconds; the event loop must not wait long for the journal's thread


@app.callback()
def main() -> None:
    """Serve a Python v2 function app on this machine."""


@app.command()
def start(  # noqa: PLR0913, PLR0917 - the options of the command line
    folder: Annotated[Path, typer.Option("--app", help="The folder with function_app.py.")],
    data: Annotated[Path, typer.Option(help="Where everything durable is kept.")],
    port: Annotated[int, typer.Option(help="0 for any free one.")] = 7071,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    strict_replay: Annotated[  # noqa: FBT002 - a switch of the command line
        bool, typer.Option("--strict-replay", help="Replay everything on every event.")
    ] = False,
    reload: Annotated[  # noqa: FBT002 - a switch of the command line
        bool, typer.Option("--reload", help="Start a new worker when the app changes.")
    ] = False,
) -> None:
    """Start a host; it runs until it gets SIGTERM or Ctrl-C."""
    options = Options(folder.resolve(), data.resolve(), host, port, strict_replay, reload)
    sys.setswitchinterval(SWITCH_INTERVAL)
    gc.set_threshold(50_000, 20, 50)
    try:
        code = uvloop.run(_run(options))
    except (SettingsError, PortInUseError, DataFolderInUseError, JournalError) as error:
        typer.echo(str(error), err=True)
        code = 1
    raise typer.Exit(code)


@app.command()
def lint(
    folder: Annotated[Path, typer.Option("--app", help="The folder with function_app.py.")],
) -> None:
    """Say where an orchestrator of the app would not do the same again when it is replayed."""
    raise typer.Exit(run_lint(folder))


async def _run(options: Options) -> int:
    return await Supervisor(options).run()
