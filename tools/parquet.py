"""Turn an export into one Parquet file: `python -m tools.parquet EXPORT OUT`.

EXPORT is a folder with the parts of an export (`*.ndjson.gz`), or a file with its document as the
API gave it: then the parts are fetched by the links in it. Needs pyarrow, which is an extra of its
own: `pip install '.[parquet]'`.

Columns are typed as the data type's model has them: money and numbers are decimals of 38 digits, 18
of them behind the point, and never rounded; `modifiedDate` and `sourceModifiedDate` are moments in
UTC, other dates and times have no zone; texts for enumerations; structs and lists where the record
has them. What has no fixed shape is JSON text.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import httpx
import pyarrow as pa
import pyarrow.parquet as pq
import typer
from pydantic import BaseModel

from shared_code.model import DATA_TYPES, DataType, Shape, decode, encode

DECIMAL = pa.decimal128(38, 18)
MOMENT, LOCAL = pa.timestamp("us", "UTC"), pa.timestamp("us")
MOMENTS = frozenset({"modified_date", "source_modified_date"})
TIMEOUT_SECONDS = 60


class UnusableExport(Exception):
    """The export cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Column:
    """How a property is kept: its Arrow type, and the way from the model's value to Arrow's."""

    type: pa.DataType
    value: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Found:
    """An export: its data type, and the lines of each of its parts."""

    data_type: DataType
    parts: Iterable[bytes]


def columns_of(model: type[BaseModel], above: tuple[type[BaseModel], ...] = ()) -> Column:
    """A struct of all of a model's properties, under the names that they have on the wire."""
    if model in above:
        return _json()
    columns = {
        name: _moment() if name in MOMENTS else _column(field.annotation, (*above, model))
        for name, field in model.model_fields.items()
    }
    wire = {name: field.alias or name for name, field in model.model_fields.items()}
    fields = [pa.field(wire[name], column.type) for name, column in columns.items()]

    def value(record: BaseModel) -> dict[str, Any]:
        held = {name: getattr(record, name) for name in columns}
        return {
            wire[name]: None if each is None else columns[name].value(each)
            for name, each in held.items()
        }

    return Column(pa.struct(fields), value)


def _column(annotation: Any, above: tuple[type[BaseModel], ...]) -> Column:  # noqa: ANN401 - any type
    kind = _bare(annotation)
    if get_origin(kind) in {tuple, list}:
        inner = _column(get_args(kind)[0], above)
        return Column(pa.list_(inner.type), lambda held: [inner.value(each) for each in held])
    if isinstance(kind, type):
        if issubclass(kind, BaseModel):
            return columns_of(kind, above)
        for known, column in _SIMPLE.items():
            if issubclass(kind, known):
                return column
    return _json()


def _bare(annotation: Any) -> Any:  # noqa: ANN401 - any type
    """Take `| None` and what is annotated away."""
    if get_origin(annotation) in {Union, UnionType}:
        return _bare(next(arm for arm in get_args(annotation) if arm is not type(None)))
    return get_args(annotation)[0] if hasattr(annotation, "__metadata__") else annotation


def _same(value: Any) -> Any:  # noqa: ANN401 - any value
    return value


def _zoneless(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


def _moment() -> Column:
    return Column(MOMENT, lambda held: held if held.tzinfo else held.replace(tzinfo=UTC))


def _json() -> Column:
    def text(value: Any) -> str:  # noqa: ANN401 - any JSON
        shaped = isinstance(value, Shape)
        return encode(value).decode() if shaped else json.dumps(value, default=str)

    return Column(pa.string(), text)


# A boolean is an integer, too: it comes first.
_SIMPLE = {
    bool: Column(pa.bool_(), _same),
    int: Column(pa.int64(), _same),
    Decimal: Column(DECIMAL, _same),
    datetime: Column(LOCAL, _zoneless),
    str: Column(pa.string(), str),
}


def write(found: Found, out: Path) -> int:
    """Write the file, a row group for each part; gives how many records it has."""
    model = DATA_TYPES[found.data_type].model
    root = columns_of(model)
    schema = pa.schema(list(root.type))
    records = 0
    with pq.ParquetWriter(out, schema, compression="zstd") as writer:
        for part in found.parts:
            rows = [root.value(model.model_validate(decode(line))) for line in part.splitlines()]
            writer.write_table(pa.Table.from_pylist(rows, schema))
            records += len(rows)
    return records


def find(export: Path, data_type: str | None = None) -> Found:
    """Find the parts in a folder, or behind the links of a document; raises `UnusableExport`."""
    if export.is_dir():
        names = sorted(export.glob("*.ndjson.gz"))
        if data_type is None:
            raise UnusableExport("A folder does not say what is in it: give --data-type")
        return Found(_known(data_type), (gzip.decompress(each.read_bytes()) for each in names))
    document = json.loads(export.read_bytes())
    if document.get("status") != "Complete":
        raise UnusableExport(f"The export is {document.get('status')}, not Complete")
    return Found(_known(document["dataType"]), _fetched(document["parts"]))


def _known(data_type: str) -> DataType:
    try:
        return DataType(data_type)
    except ValueError:
        raise UnusableExport(
            f"{data_type} is no data type; there are {', '.join(DataType)}"
        ) from None


def _fetched(parts: list[dict[str, Any]]) -> Iterator[bytes]:
    with httpx.Client(timeout=TIMEOUT_SECONDS) as client:
        for number, part in enumerate(parts, 1):
            answer = client.get(part["href"])
            if answer.status_code != 200:
                raise UnusableExport(f"Part {number} answers {answer.status_code}: new links?")
            if hashlib.sha256(answer.content).hexdigest() != part["sha256"]:
                raise UnusableExport(f"Part {number} does not have the hash that it should have")
            yield gzip.decompress(answer.content)


def main(
    export: Annotated[Path, typer.Argument(exists=True, help="A folder, or a JSON document.")],
    out: Annotated[Path, typer.Argument(help="The Parquet file to write.")],
    data_type: Annotated[str | None, typer.Option(help="What a folder's parts are.")] = None,
) -> None:
    """Turn an export into a Parquet file."""
    try:
        print(f"Wrote {write(find(export, data_type), out):,} records to {out}")
    except UnusableExport as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None


if __name__ == "__main__":
    typer.run(main)
