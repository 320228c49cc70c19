"""Azurite, Microsoft's emulator of Azure Storage, as a child."""

from __future__ import annotations

import base64
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.stack.children import ROOT, Child, ChildFailedError, Program
from local.stack.hosts import flags
from local.stack.running import free_port

ACCOUNT = "devstoreaccount1"
SERVICES = ("blob", "queue", "table")
PROGRAMS = ROOT / ".local" / "node" / "node_modules" / ".bin"
READY = r"(?s)(?:service is successfully listening.*?){3}"


@dataclass(frozen=True, slots=True)
class Azurite:
    """A running emulator, and how to reach it."""

    child: Child
    connection_string: str


@contextmanager
def running_azurite(data: Path, logs: Path, port: int) -> Iterator[Azurite]:
    """Start an emulator that keeps its data in `data`, and stop it in order at the end.

    Blobs are served on `port`, queues and tables on the next two; 0 takes free ones. The account's
    key is a new one each time. Raises `PortInUseError` and `ChildFailedError`.
    """
    ports = {name: free_port(port and port + at) for at, name in enumerate(SERVICES)}
    key = base64.b64encode(secrets.token_bytes(64)).decode()
    child = Child(_program(data, ports, key), logs)
    try:
        child.url()
        yield Azurite(child, _connection_string(ports, key))
    finally:
        child.stop()


def _program(data: Path, ports: Mapping[str, int], key: str) -> Program:
    places: dict[str, object] = {"--location": data}
    for name, port in ports.items():
        places |= {f"--{name}Host": "127.0.0.1", f"--{name}Port": port}
    quietly = ("--silent", "--skipApiVersionCheck", "--disableTelemetry")
    return Program(
        name="azurite",
        command=[_executable(), *quietly, *flags(places)],
        ready=READY,
        environment={"AZURITE_ACCOUNTS": f"{ACCOUNT}:{key}"},
    )


def _executable() -> str:
    found = shutil.which("azurite", path=f"{PROGRAMS}{os.pathsep}{os.environ['PATH']}")
    if not found:
        raise ChildFailedError("There is no Azurite; `make func` and `make setup` install it.")
    return found


def _connection_string(ports: Mapping[str, int], key: str) -> str:
    places = (
        f"{name.capitalize()}Endpoint=http://127.0.0.1:{port}/{ACCOUNT}"
        for name, port in ports.items()
    )
    account = ("DefaultEndpointsProtocol=http", f"AccountName={ACCOUNT}", f"AccountKey={key}")
    return ";".join((*account, *places))
