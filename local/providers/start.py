"""The providers that can be simulated, and how a simulator of one is built."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.types import ASGIApp

from local.providers.simulation.clock import ShiftableClock
from local.providers.simulation.control import control_routes
from local.providers.simulation.home import home_routes
from local.providers.simulation.memory import Keeping, Memory
from local.providers.simulation.simulator import Provider, Settings, Simulator
from local.providers.xero.provider import Xero

PROVIDERS: dict[str, Callable[[Simulator], Provider]] = {"xero": Xero}


def build(
    name: str, settings: Settings, *, clock: ShiftableClock | None = None
) -> tuple[Simulator, ASGIApp]:
    """Build a simulator and its ASGI application.

    Raises KeyError for an unknown provider, and MemoryFolderError when the data folder holds
    another story.
    """
    simulator = Simulator(settings, clock=clock)
    provider = PROVIDERS[name](simulator)
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
