"""Filling a connection publishes what was made, and the command line does it for many types."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from local.generator.cli import main
from local.generator.filling import Connection, fill, find_connection
from local.generator.generated import generated
from shared_code.model import decode, encode
from shared_code.store.database import Database, open_database
from shared_code.store.records import Dataset, Listing
from tests.support.records import new_company, new_connection, published
from tests.support.stores import new_store_url

app = typer.Typer()
app.command()(main)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return new_store_url(tmp_path)


@pytest.fixture
def connection(url: str) -> Connection:
    db = open_database(url)
    company_id = new_company(db)
    found = find_connection(db, company_id, new_connection(db, company_id))
    db.close()
    assert found is not None
    return found


@pytest.fixture
def db(url: str) -> Iterator[Database]:
    opened = open_database(url)
    yield opened
    opened.close()


def seen(db: Database, connection: Connection, data_type: str) -> list[dict[str, object]]:
    dataset = Dataset(connection.company_id, connection.id, data_type, connection.platform)
    found = published(db, dataset, Listing(limit=10_000))
    return [{k: v for k, v in each.items() if k != "modifiedDate"} for each in found]


@pytest.mark.parametrize("data_type", ["invoices", "banking-accountBalances", "profitAndLoss"])
def test_what_was_made_is_published(db: Database, connection: Connection, data_type: str) -> None:
    fill(db, connection, data_type, 50, seed=3)
    wanted = [decode(encode(each)) for each in generated(data_type, 50, seed=3)]
    found = seen(db, connection, data_type)
    assert len(found) == len(wanted)
    assert all(each in wanted for each in found)
    db.close()


def test_filling_again_changes_what_another_seed_makes_other(
    db: Database, connection: Connection
) -> None:
    first = fill(db, connection, "suppliers", 40, seed=1)
    assert not fill(db, connection, "suppliers", 40, seed=1).modified
    again = fill(db, connection, "suppliers", 40, seed=2)
    assert (first.generation, first.count) == (1, 40)
    assert (again.generation, again.count) == (2, 40)


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, arguments)
    return result.exit_code, result.output


def test_the_command_line_fills_the_types_that_it_is_told(
    url: str, connection: Connection, db: Database
) -> None:
    owner = ("--store", url, "--company", connection.company_id, "--connection", connection.id)
    code, output = run(*owner, "--types", "Items", "--types", "company", "--count", "7")
    assert code == 0, output
    assert "7/7" in output
    assert len(seen(db, connection, "items")) == 7
    assert len(seen(db, connection, "company")) == 1
    assert seen(db, connection, "bills") == []


def test_the_command_line_says_which_connection_there_is_not(
    url: str, connection: Connection
) -> None:
    code, output = run("--store", url, "--company", connection.company_id, "--connection", "no")
    assert code == 1
    assert f"The company {connection.company_id} has no connection no." in output


def test_the_command_line_names_the_types_that_there_are(url: str) -> None:
    code, output = run("--store", url, "--company", "c", "--connection", "n", "--types", "cats")
    assert code == 2
    assert "cats is none of accountTransactions" in output


def test_a_store_without_tables_is_told_apart(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"
    code, output = run("--store", url, "--company", "c", "--connection", "n")
    assert code == 1
    assert "migrated" in output


def test_without_hypothesis_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "hypothesis", None)
    with pytest.raises(SystemExit) as ended:
        runpy.run_module("local.generator", run_name="__main__")
    assert "requirements-dev.txt" in str(ended.value)
