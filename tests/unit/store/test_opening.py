"""How a store's connections are opened."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from shared_code.store.database import open_database

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
