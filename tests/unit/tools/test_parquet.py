"""Exports become Parquet files with the types of the model."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import UTC, datetime
from decimal import Decimal
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any

import pytest

from shared_code.model import DATA_TYPES, DataType, encode
from tests.support.records import invoice
from tests.support.samples import sample
from tests.support.services import serving

pytest.importorskip("pyarrow", reason="pyarrow is not installed: pip install '.[parquet]'")

import pyarrow.parquet as pq

from tools.parquet import DECIMAL, LOCAL, MOMENT, UnusableExport, find, write


def put(folder: Path, name: str, *records: object) -> bytes:
    """Write a part of an export, as an export does."""
    body = b"".join(encode(record) + b"\n" for record in records)  # type: ignore[arg-type]
    data = gzip.compress(body)
    (folder / name).write_bytes(data)
    return data


@pytest.mark.parametrize("extent", ["full", "minimal"])
@pytest.mark.parametrize("data_type", list(DataType))
def test_a_record_of_every_type_fits_into_its_columns(
    tmp_path: Path, data_type: DataType, extent: str
) -> None:
    record = sample(DATA_TYPES[data_type].model, full=extent == "full")
    put(tmp_path, "000001.ndjson.gz", record)
    assert write(find(tmp_path, data_type), tmp_path / "out.parquet") == 1
    [row] = pq.read_table(tmp_path / "out.parquet").to_pylist()
    there = {name for name, value in row.items() if value is not None}
    assert there == record.model_dump(by_alias=True, exclude_none=True).keys()


def test_money_is_a_decimal_to_the_digit_and_dates_have_no_zone(tmp_path: Path) -> None:
    changed = datetime(2030, 1, 1, 12, tzinfo=UTC)
    record = invoice("a", "1234567890123456.10", modified_date=changed)
    put(tmp_path, "000001.ndjson.gz", record)
    write(find(tmp_path, "invoices"), tmp_path / "out.parquet")
    table = pq.read_table(tmp_path / "out.parquet")
    types = {each.name: each.type for each in table.schema}
    assert types["totalAmount"] == DECIMAL
    assert (types["modifiedDate"], types["issueDate"]) == (MOMENT, LOCAL)
    [row] = table.to_pylist()
    assert row["totalAmount"] == Decimal("1234567890123456.10")
    assert row["modifiedDate"] == changed
    assert row["issueDate"] == datetime(2029, 12, 1)  # noqa: DTZ001 - a calendar date
    assert row["metadata"] == {"isDeleted": False}


def test_an_amount_that_does_not_fit_is_never_rounded(tmp_path: Path) -> None:
    put(tmp_path, "000001.ndjson.gz", invoice("a", "0.1234567890123456789"))
    with pytest.raises(ValueError, match="data loss"):
        write(find(tmp_path, "invoices"), tmp_path / "out.parquet")


def test_parts_are_row_groups_in_their_order(tmp_path: Path) -> None:
    put(tmp_path, "000002.ndjson.gz", invoice("c"))
    put(tmp_path, "000001.ndjson.gz", invoice("a"), invoice("b"))
    assert write(find(tmp_path, "invoices"), tmp_path / "out.parquet") == 3
    assert pq.read_table(tmp_path / "out.parquet")["id"].to_pylist() == ["a", "b", "c"]
    assert pq.ParquetFile(tmp_path / "out.parquet").num_row_groups == 2


def document(folder: Path, href: str, data: bytes, **changes: object) -> Path:
    """Keep an export's document, as the API gives it."""
    part: dict[str, Any] = {"href": href, "sha256": hashlib.sha256(data).hexdigest()}
    body = {"dataType": "invoices", "status": "Complete", "parts": [part], **changes}
    (folder / "export.json").write_text(json.dumps(body))
    return folder / "export.json"


def test_parts_are_fetched_by_the_links_of_a_document(tmp_path: Path) -> None:
    data = put(tmp_path, "part", invoice("a"))

    class Store(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/part?good" else 403)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(Store) as port:
        good, bad = (f"http://127.0.0.1:{port}/part?{each}" for each in ("good", "bad"))
        out = tmp_path / "out.parquet"
        assert write(find(document(tmp_path, good, data)), out) == 1
        with pytest.raises(UnusableExport, match="Part 1 answers 403"):
            write(find(document(tmp_path, bad, data)), out)
        with pytest.raises(UnusableExport, match="hash"):
            write(find(document(tmp_path, good, b"other")), out)


def test_what_cannot_be_used_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnusableExport, match="Running, not Complete"):
        find(document(tmp_path, "", b"", status="Running"))
    with pytest.raises(UnusableExport, match="--data-type"):
        find(tmp_path)
    with pytest.raises(UnusableExport, match="no data type"):
        find(tmp_path, "invoicez")
