"""Which connectors a stack can serve: those with a simulator, found by their folders."""

from __future__ import annotations

import json
from collections.abc import Mapping

from local.stack.children import ROOT
from shared_code.catalogue import CATALOGUE

EXAMPLE = ROOT / "local.settings.example.json"
SIMULATORS = ROOT / "local" / "providers"

_GRANTED: Mapping[str, Mapping[str, str]] = {"xero": {"CAUSEWAY_XERO_JOURNALS": "true"}}
"""What a provider grants to some alone, and its simulator to everybody."""


def simulated_connectors() -> list[str]:
    """Name the catalogue's platforms that have a simulator here, in its order."""
    return [
        each.platform for each in CATALOGUE if (SIMULATORS / each.platform / "provider.py").exists()
    ]


def simulator_ports(first: int) -> dict[str, int]:
    """Number the simulators' ports by platform, from the first one on; 0 leaves all open."""
    return {platform: first and first + at for at, platform in enumerate(simulated_connectors())}


def connector_settings(platform: str, url: str, client_id: str) -> Mapping[str, str]:
    """Give the settings by which a connector goes to its simulator, all its URLs the same one.

    The example file has them all, since it is made from the connectors' own settings.
    """
    urls = {name: url for name in _own_settings(platform) if name.endswith("_URL")}
    return {**urls, f"{_prefix(platform)}CLIENT_ID": client_id, **_GRANTED.get(platform, {})}


def lifted_limits(platform: str) -> Mapping[str, str]:
    """Give the settings by which a connector counts no calls, for a simulator without limits."""
    return {name: "0" for name in _own_settings(platform) if "CALLS_" in name}


def _own_settings(platform: str) -> list[str]:
    """The names of a connector's settings; another's name may begin like its own."""
    names = json.loads(EXAMPLE.read_text())["Values"]
    longer = [each.platform for each in CATALOGUE if each.platform.startswith(f"{platform}_")]
    others = tuple(map(_prefix, longer))
    mine = [each for each in names if each.startswith(_prefix(platform))]
    return [each for each in mine if not each.startswith(others)]


def _prefix(platform: str) -> str:
    return f"CAUSEWAY_{platform.upper()}_"
