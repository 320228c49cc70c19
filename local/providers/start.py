"""The providers that can be simulated, and how a simulator of one is built."""

import importlib
from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.types import ASGIApp

from local.providers.simulation.clock import ShiftableClock
from local.providers.simulation.control import control_routes
from local.providers.simulation.home import home_routes
from local.providers.simulation.memory import Keeping, Memory
from local.providers.simulation.simulator import Provider, Settings, Simulator

MakeProvider = Callable[[Simulator], Provider]


def simulated() -> list[str]:
    """Name the providers: the folders beside this file with a `provider.py` in them."""
    return sorted(file.parent.name for file in Path(__file__).parent.glob("*/provider.py"))


def build(
    name: str, settings: Settings, *, clock: ShiftableClock | None = None
) -> tuple[Simulator, ASGIApp]:
    """Build a simulator by its provider's name and give its ASGI application.

    Raises KeyError for an unknown provider, and MemoryFolderError when the data folder holds
    another story.
    """
    if name not in simulated():
        raise KeyError(name)
    module = importlib.import_module(f"local.providers.{name}.provider")
    make: MakeProvider = module.PROVIDER
    return assemble(make, settings, clock=clock)


def assemble(
    make: MakeProvider, settings: Settings, *, clock: ShiftableClock | None = None
) -> tuple[Simulator, ASGIApp]:
    """Build a simulator of any provider; raises MemoryFolderError."""
    simulator = Simulator(settings, clock=clock)
    provider = make(simulator)
    app: ASGIApp = Starlette(
        routes=[
            *control_routes(simulator, provider),
            *home_routes(simulator, provider),
            *provider.routes(),
        ]
    )
    if settings.data is not None:
        memory = Memory(settings.data, simulator, provider)
        memory.recall()
        app = Keeping(app, memory)
    return simulator, simulator.surround(app, provider)
