"""The class that the tests of a connector subclass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from typing import ClassVar

import pytest

from local.conformance.checks.capabilities import Capabilities
from local.conformance.checks.custody import Custody
from local.conformance.checks.limits import Limiting
from local.conformance.checks.linking import Linking
from local.conformance.checks.lists import Lists
from local.conformance.checks.mapping import MappingRecords
from local.conformance.checks.money import Money
from local.conformance.checks.reaching import Reaching
from local.conformance.checks.reading import Reading
from local.conformance.checks.secrecy import Secrecy
from local.conformance.checks.surviving import Surviving
from local.conformance.checks.trouble import Trouble
from local.conformance.observing import capabilities
from local.conformance.simulator import MakeSimulator, Simulator
from local.conformance.world import PAGE, World, open_world
from shared_code.capabilities import Capability
from shared_code.connector.declaration import Connector
from shared_code.ports.clock import Clock

Seen = dict[str, tuple[str, tuple[Capability, ...]]]
"""By the class's pytest id: the connector's name, and what it was seen to do."""

SEEN = pytest.StashKey[Seen]()
"""Filled for whoever puts it into the session's stash."""


class Certified:
    """What is checked: a connector, and the simulator of its provider."""

    simulator: ClassVar[MakeSimulator]
    records: ClassVar[int] = 60
    """Documents in the simulator's books."""
    page: ClassVar[int | None] = PAGE
    """Records of a page; None keeps the connector's own number, for a provider that has but one."""

    def declare(self, simulator: Simulator) -> Connector:
        """Declare the connector for the place where the simulator is."""
        raise NotImplementedError

    def simulated(self, clock: Clock, records: int) -> AbstractContextManager[Simulator]:
        """Serve the simulator."""
        return self.simulator(clock, records)

    @pytest.fixture(scope="class")
    @classmethod
    def world(
        cls, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
    ) -> Iterator[World]:
        """Share one linked world between the checks that do not disturb it."""
        with open_world(cls(), tmp_path_factory.mktemp("world")) as world:
            yield world
            if SEEN in request.config.stash:
                seen = world.connector.platform, capabilities(world)
                request.config.stash[SEEN][request.node.nodeid] = seen


class Conformance(
    Limiting,
    Linking,
    Custody,
    Reading,
    Money,
    Reaching,
    Surviving,
    Lists,
    Trouble,
    MappingRecords,
    Secrecy,
    Capabilities,
    Certified,
):
    """All checks; a subclass names its simulator and declares its connector.

    pytest begins with the last base: days pass in the first.

    class TestXero(Conformance):
        simulator = staticmethod(simulator_of("xero"))

        def declare(self, simulator):
            return connector(XeroSettings(client_id=simulator.client_id, ...))
    """
