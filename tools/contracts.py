"""An import contract over every connector, so that nobody keeps a list of them."""

from __future__ import annotations

from typing import Any

from importlinter.contracts.forbidden import ForbiddenContract

from shared_code.catalogue import CATALOGUE


class ConnectorContract(ForbiddenContract):
    """Forbids modules to all connectors of the catalogue, beside any `source_modules`."""

    type_name = "connectors"

    # Options hold whatever the contract's own fields take.
    def __init__(
        self, name: str, session_options: dict[str, Any], contract_options: dict[str, Any]
    ) -> None:
        connectors = [f"functions.{each.platform}" for each in CATALOGUE]
        sources = [*contract_options.get("source_modules", ()), *connectors]
        super().__init__(name, session_options, {**contract_options, "source_modules": sources})
