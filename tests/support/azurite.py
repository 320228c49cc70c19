"""Azurite, Microsoft's emulator of Azure Storage, in a temporary folder.

It keeps what it has acknowledged in memory for seconds: a killed Azurite has forgotten it.
"""

from __future__ import annotations

import base64
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from tests.support.node_programs import NODE_MODULES
from tests.support.ports import wait_until
from tests.support.services import running

ACCOUNT = "causeway"
QUIETLY = ("--silent", "--skipApiVersionCheck", "--disableTelemetry")
LISTENING = re.compile(r"Azurite (\w+) service is successfully listening at (\S+)")


@dataclass(frozen=True)
class AzuriteServer:
    """A running emulator; the file `certificates` tells whom to trust where it speaks TLS."""

    key: str
    endpoints: dict[str, str]
    certificates: Path | None = None

    @property
    def connection_string(self) -> str:
        """What a client takes to reach blobs, queues and tables with the account's key."""
        endpoints = (f"{name}Endpoint={self.url(name)}" for name in self.endpoints)
        return ";".join((f"AccountName={ACCOUNT}", f"AccountKey={self.key}", *endpoints))

    def url(self, service: str) -> str:
        """Return the account's URL of the service `Blob`, `Queue` or `Table`."""
        return f"{self.endpoints[service]}/{ACCOUNT}"


@contextmanager
def azurite_server(*, identity: bool = False) -> Iterator[AzuriteServer]:
    """Start an emulator on free ports; with `identity` it speaks TLS and takes Entra tokens too."""
    key = base64.b64encode(secrets.token_bytes(64)).decode()
    with tempfile.TemporaryDirectory(prefix="causeway-azurite-") as name:
        folder = Path(name)
        command: list[str | Path] = [
            _program(),
            *QUIETLY,
            "--location",
            folder / "data",
            *_free_ports(),
        ]
        environment = {"PATH": os.environ["PATH"], "AZURITE_ACCOUNTS": f"{ACCOUNT}:{key}"}
        log, certificates = folder / "log", None
        if identity:
            certificates = folder / "authority.pem"
            command += _take_tokens(folder, certificates)
        with running(command, log=log, stop=signal.SIGKILL, env=environment) as process:
            yield AzuriteServer(key, _endpoints(process, log), certificates)


def _program() -> str:
    installed = shutil.which(
        "azurite", path=f"{NODE_MODULES / '.bin'}{os.pathsep}{os.environ['PATH']}"
    )
    if not installed:
        raise FileNotFoundError("no Azurite: run `make`, or install the npm package azurite")
    return installed


def _free_ports() -> list[str]:
    services = ("blob", "queue", "table")
    return [
        word for name in services for word in (f"--{name}Host", "127.0.0.1", f"--{name}Port", "0")
    ]


def _take_tokens(folder: Path, certificates: Path) -> list[str | Path]:
    """Write a certificate for 127.0.0.1 and return the options that make Azurite use it."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(certificates)
    issued = authority.issue_cert("127.0.0.1")
    certificate, key = folder / "server.pem", folder / "server.key"
    issued.cert_chain_pems[0].write_to_path(certificate)
    issued.private_key_pem.write_to_path(key)
    return ["--oauth", "basic", "--cert", certificate, "--key", key]


def _endpoints(process: subprocess.Popen[bytes], log: Path) -> dict[str, str]:
    """Wait until all three services have said where they listen."""

    def announced() -> dict[str, str]:
        if process.poll() is not None:
            raise RuntimeError(f"Azurite ended: {log.read_text()}")
        found = dict(LISTENING.findall(log.read_text()))
        return found if len(found) == 3 else {}

    return wait_until(announced)
