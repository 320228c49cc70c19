"""Import contracts over connectors: each one of the catalogue is held to them."""

from __future__ import annotations

from shared_code.catalogue import CATALOGUE
from tools.contracts import ConnectorContract


def test_every_connector_is_held_to_a_contract_beside_those_it_names() -> None:
    options = {"source_modules": ["functions.link"], "forbidden_modules": ["os"]}
    contract = ConnectorContract("nothing of the system", {}, options)
    held = {str(each) for each in contract.source_modules}  # type: ignore[attr-defined]
    assert held == {"functions.link", *(f"functions.{each.platform}" for each in CATALOGUE)}
