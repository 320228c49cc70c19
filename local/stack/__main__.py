"""Run the command line."""

from local.stack.cli import app

app()
