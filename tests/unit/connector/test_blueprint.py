"""The function app of a connector opens what it needs at the first use, and nothing in vain."""

from __future__ import annotations

from pathlib import Path

import azure.functions as func
import pytest

from functions.xero import connector
from functions.xero.settings import XeroSettings
from shared_code.connector import connector_blueprint
from tests.support.stores import new_store_url


@pytest.mark.parametrize(("client_id", "status"), [("", 503), ("registered", 200)])
def test_a_connector_that_nobody_registered_opens_no_port(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, client_id: str, status: int
) -> None:
    monkeypatch.setenv("CAUSEWAY_STORE_URL", new_store_url(tmp_path))
    monkeypatch.setenv("CAUSEWAY_BLOBS_FOLDER", str(tmp_path / "blobs"))
    monkeypatch.setenv("CAUSEWAY_VAULT_FILE", str(tmp_path / "vault.json"))
    monkeypatch.setenv("LOCAL_QUEUE_URL", "http://127.0.0.1:9")
    app = func.FunctionApp()
    app.register_functions(connector_blueprint(connector(XeroSettings(client_id=client_id))))
    [health] = [each for each in app.get_functions() if each.get_function_name() == "xero_health"]
    request = func.HttpRequest("GET", "http://127.0.0.1/health/xero", body=b"")
    assert health.get_user_function()(request).status_code == status
    assert (tmp_path / "blobs").exists() == (status == 200)
