"""The command line: `python -m local.generator --company ID --connection ID`."""

from __future__ import annotations

from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from sqlalchemy.exc import SQLAlchemyError

from local.generator.filling import Connection, find_connection, publish_records
from local.generator.generated import generated
from shared_code.errors import CausewayError
from shared_code.model import DATA_TYPES, DataType
from shared_code.store.database import Database
from shared_code.store.settings import StoreSettings, open_store

Store = Annotated[str, typer.Option(help="URL of a migrated store, else CAUSEWAY_STORE_URL.")]
Company = Annotated[str, typer.Option(help="Id of the company.")]
Connected = Annotated[str, typer.Option("--connection", help="Id of the connection to fill.")]
Types = Annotated[list[str] | None, typer.Option(help="A data type; may be repeated. All if none.")]
Count = Annotated[int, typer.Option(min=1, help="Records of each type.")]
Seed = Annotated[int, typer.Option(help="Another one makes other records of the same ids.")]

console = Console(highlight=False, soft_wrap=True)


def main(  # noqa: PLR0913 - the options of the command line
    *,
    company: Company,
    connection: Connected,
    store: Store = "",
    types: Types = None,
    count: Count = 1_000,
    seed: Seed = 0,
) -> None:
    """Fill a connection with made-up records and publish them."""
    chosen = [_data_type(each) for each in types or DATA_TYPES]
    try:
        db = open_store(StoreSettings(url=store) if store else None)
        try:
            _fill(db, _found(db, company, connection), chosen, count=count, seed=seed)
        finally:
            db.close()
    except CausewayError as error:
        _end(error.internal)
    except SQLAlchemyError as error:
        _end(f"The store does not answer as one that is migrated: {error}")


def _data_type(key: str) -> DataType:
    try:
        return DataType(key)
    except ValueError:
        raise typer.BadParameter(f"{key} is none of {', '.join(DataType)}.") from None


def _found(db: Database, company: str, connection: str) -> Connection:
    found = find_connection(db, company, connection)
    if found is None:
        _end(f"The company {company} has no connection {connection}.")
    return found


def _end(reason: str) -> NoReturn:
    Console(stderr=True, highlight=False, soft_wrap=True).print(reason, markup=False)
    raise typer.Exit(1)


def _fill(
    db: Database, connection: Connection, chosen: list[DataType], *, count: int, seed: int
) -> None:
    columns = (
        TextColumn("{task.description:<30}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as progress:
        for data_type in chosen:
            total = 1 if DATA_TYPES[data_type].singular else count
            records = generated(data_type, count, seed)
            shown = progress.track(records, total=total, description=data_type)
            publish_records(db, connection, data_type, shown)
