"""Run the command line."""

from local.providers.cli import app

app(prog_name="python -m local.providers")
