"""Which program serves the function app; the embedded host unless another is chosen."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from local.stack.children import Program, python


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What a host is to serve: an app's folder, on a port, with settings; `data` is its own."""

    app: Path
    port: int
    data: Path
    settings: Mapping[str, str]


HostProgram: TypeAlias = Callable[[Served], Program]
"""Says how a host is started; the program is called `host`."""


def embedded(served: Served, *, more: tuple[str, ...] = ()) -> Program:
    """Start this repository's own host, with `more` flags of its."""
    places = {"--app": served.app, "--port": served.port, "--data": served.data}
    return Program(
        name="host",
        command=python("local.host", "start", *flags(places), *more),
        ready=r"Host ready at (?P<url>\S+)",
        environment=served.settings,
    )


def strict(served: Served) -> Program:
    """Start it so that it finds what does not replay: slower, for tests."""
    return embedded(served, more=("--strict-replay",))


def flags(arguments: Mapping[str, object]) -> list[str]:
    """Write flags and their values as words of a command line."""
    return [str(word) for pair in arguments.items() for word in pair]
