"""Exports over a store and blobs, the embedded ones and the real ones of Azure."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from shared_code.ports.blobs.azure import AzureBlobs
from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.ports.settings import BlobSettings
from tests.support.azurite import AzuriteServer
from tests.support.exporting import Desk, Office, open_office
from tests.support.postgres import PostgresServer
from tests.support.stores import new_store


@pytest.fixture(scope="package")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    folder = tmp_path_factory.mktemp("office")
    db = new_store(folder)
    yield open_office(db, FolderBlobs(folder / "blobs"), folder)
    db.close()


@pytest.fixture
def desk(office: Office) -> Desk:
    return office.open_desk()


@pytest.fixture(scope="package")
def real_office(
    tmp_path_factory: pytest.TempPathFactory, postgres: PostgresServer, azurite: AzuriteServer
) -> Iterator[Office]:
    """On PostgreSQL and Azurite."""
    settings = BlobSettings(
        kind="azure",
        connection=SecretStr(azurite.connection_string),
        container=f"test-{uuid.uuid4().hex}",
    )
    db, blobs = new_store(postgres), AzureBlobs.from_settings(settings)
    yield open_office(db, blobs, tmp_path_factory.mktemp("office"))
    blobs.close()
    db.close()


@pytest.fixture
def real_desk(real_office: Office) -> Desk:
    return real_office.open_desk()


@pytest.fixture(params=["embedded", "real"])
def any_desk(request: pytest.FixtureRequest) -> Desk:
    """Either of the two."""
    found: Desk = request.getfixturevalue("desk" if request.param == "embedded" else "real_desk")
    return found
