"""The providers that can be simulated, and how a simulator of one is built."""

from collections.abc import Callable

from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from local.providers.simulation.clock import ShiftableClock
from local.providers.simulation.control import control_routes
from local.providers.simulation.home import home_routes
from local.providers.simulation.simulator import Provider, Settings, Simulator
from local.providers.xero.provider import Xero

PROVIDERS: dict[str, Callable[[Simulator], Provider]] = {"xero": Xero}


def build(
    name: str, settings: Settings, *, clock: ShiftableClock | None = None
) -> tuple[Simulator, ASGIApp]:
    """Build a simulator and its ASGI application; raises KeyError for an unknown provider."""
    simulator = Simulator(settings, clock=clock)
    provider = PROVIDERS[name](simulator)
    return simulator, simulator.application(provider, controls=_controls)


def _controls(simulator: Simulator, provider: Provider) -> list[BaseRoute]:
    return [*control_routes(simulator, provider), *home_routes(simulator, provider)]
