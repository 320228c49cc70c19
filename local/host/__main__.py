"""Run the host's command line."""

from local.host.cli import app

app()
