"""Checks: what clients are told of a connector is what it was seen to do."""

from __future__ import annotations

import pytest

from local.conformance.observing import capabilities
from local.conformance.world import World
from shared_code.capabilities import findings_of, is_certified


class Capabilities:
    """Documents, and the file that `make capabilities` writes."""

    def test_the_attachments_that_are_declared_can_be_had(self, world: World) -> None:
        documents = world.connector.documents
        declared = set(documents.attachments) if documents else set()
        assert declared == {each for each, (files, _) in world.observed.files.items() if files}

    def test_the_pdfs_that_are_declared_can_be_had(self, world: World) -> None:
        documents = world.connector.documents
        declared = set(documents.pdfs) if documents else set()
        assert declared == {each for each, (_, pdf) in world.observed.files.items() if pdf}

    def test_the_capabilities_that_are_served_are_those_that_were_seen(self, world: World) -> None:
        if not is_certified(world.connector.platform):
            pytest.skip("never certified: `make capabilities` writes what is seen")
        served = findings_of(world.connector.platform).data_types
        assert served == capabilities(world), "run `make capabilities`"
