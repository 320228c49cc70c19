"""Run the command line."""

from local.func.cli import app

app()
