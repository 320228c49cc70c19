"""Which connectors a stack serves, and how they are led to their simulators."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from local.providers.start import simulated
from local.stack import connectors
from local.stack.connectors import connector_settings, simulated_connectors, simulator_ports
from shared_code.catalogue import CATALOGUE


def test_every_connector_with_a_simulator_is_served_in_the_catalogues_order() -> None:
    found = simulated_connectors()
    assert set(found) <= {*simulated()}
    assert found == [each.platform for each in CATALOGUE if each.platform in found]
    assert "xero" in found


def test_all_urls_of_a_connector_lead_to_its_simulator() -> None:
    settings = connector_settings("xero", "http://127.0.0.1:9101", "me")
    urls = {name: value for name, value in settings.items() if name.endswith("_URL")}
    assert {*urls} == {f"CAUSEWAY_XERO_{which}_URL" for which in ("API", "IDENTITY", "LOGIN")}
    assert {*urls.values()} == {"http://127.0.0.1:9101"}
    assert settings["CAUSEWAY_XERO_CLIENT_ID"] == "me"


def test_a_connector_whose_name_begins_another_has_its_own_settings_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    example = tmp_path / "example.json"
    names = ("CAUSEWAY_SAGE_API_URL", "CAUSEWAY_SAGE_INTACCT_API_URL")
    example.write_text(json.dumps({"Values": dict.fromkeys(names, "")}))
    known = [SimpleNamespace(platform=each) for each in ("sage", "sage_intacct")]
    monkeypatch.setattr(connectors, "EXAMPLE", example)
    monkeypatch.setattr(connectors, "CATALOGUE", known)
    shown = [{*connector_settings(each.platform, "http://127.0.0.1", "me")} for each in known]
    assert shown == [
        {"CAUSEWAY_SAGE_API_URL", "CAUSEWAY_SAGE_CLIENT_ID"},
        {"CAUSEWAY_SAGE_INTACCT_API_URL", "CAUSEWAY_SAGE_INTACCT_CLIENT_ID"},
    ]


def test_simulators_ports_follow_each_other_or_are_any() -> None:
    platforms = simulated_connectors()
    assert simulator_ports(9101) == {name: 9101 + at for at, name in enumerate(platforms)}
    assert set(simulator_ports(0).values()) == {0}
