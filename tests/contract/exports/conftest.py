"""Exports over a store and blobs of their own, on what the embedded and the real adapters are."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.store.database import Database
from tests.support.exporting import Desk, open_desk
from tests.support.records import new_store


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    opened = new_store(f"sqlite:///{tmp_path / 'causeway.db'}")
    yield opened
    opened.close()


@pytest.fixture
def desk(db: Database, tmp_path: Path) -> Desk:
    return open_desk(db, FolderBlobs(tmp_path / "blobs"), tmp_path)
