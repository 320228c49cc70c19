"""How a store's connections are opened."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from shared_code.store.database import open_database
from tests.support.interpreter import printed_by

SERVER = "postgresql+psycopg://somebody@db.example/books"


class AskedError(Exception):
    """Raised in place of connecting."""


def asked(url: str) -> dict[str, Any]:
    """What the driver is asked for when a connection is opened."""
    seen: dict[str, Any] = {}

    def note(_dialect: object, _record: object, _args: object, options: dict[str, Any]) -> None:
        seen.update(options)
        raise AskedError

    db = open_database(url)
    event.listen(db.engine, "do_connect", note)
    with pytest.raises(AskedError):
        db.ping()
    return seen


def test_a_silent_server_is_given_up_after_ten_seconds() -> None:
    assert asked(SERVER)["connect_timeout"] == 10


def test_a_url_may_say_how_long_to_wait_for_the_server() -> None:
    assert asked(f"{SERVER}?connect_timeout=3")["connect_timeout"] == "3"


def test_who_opens_sqlite_never_loads_the_driver_of_postgresql(tmp_path: Path) -> None:
    script = """
import sys
from shared_code.store import records
from shared_code.store.database import open_database
with open_database(sys.argv[1]).write() as tx:
    tx.exec_driver_sql("SELECT 1")
print(sorted(name for name in sys.modules if name.split(".")[0] == "psycopg"))
"""
    assert printed_by(script, f"sqlite:///{tmp_path}/books.db").strip() == "[]"
