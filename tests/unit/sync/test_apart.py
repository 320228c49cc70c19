"""A page comes to the same, whichever process reads it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path
from subprocess import Popen
from threading import BoundedSemaphore, Lock

import pytest

from shared_code.errors import Abort
from shared_code.spec import DataSource
from shared_code.sync import readers
from shared_code.sync.apart import Apart, ProcessGoneError, _outcome, value_of
from shared_code.sync.pagework import AT_ONCE, InPlace, Job
from shared_code.sync.readers import Roaming
from tests.support.feeds import make_fatal_source, make_waiting_source
from tests.support.shop import SOURCE, make_source

ROOT = Path(__file__).parents[3]
ROUNDS = 60
ITEMS = json.dumps({"rows": [{"id": "r1", "title": "Widget"}], "total": 1}).encode()
JOB = Job("Contacts", {"customers": 1, "suppliers": 1}, (), {"Items": [ITEMS, b""]}, "f" * 64)


def body(*titles: str) -> bytes:
    rows = [
        {"id": f"r{number}", "title": title, "modified": "2029-01-01T00:00:00+00:00"}
        for number, title in enumerate(titles)
    ]
    return json.dumps({"rows": rows, "total": len(rows)}).encode()


PAGE = body("One", "Two", "unmappable", "only a customer")


@pytest.fixture(scope="module")
def apart() -> Iterator[Apart]:
    started = Apart(make_source)
    started.greet()
    started.open(JOB)
    yield started
    started.close()


def test_a_page_comes_to_the_same_in_another_process(apart: Apart) -> None:
    here = InPlace(SOURCE)
    here.open(JOB)
    assert apart.list(PAGE) == here.list(PAGE)
    assert apart.map()() == here.map()()


def test_an_outcome_may_be_fetched_after_the_next_page_was_listed(apart: Apart) -> None:
    apart.list(PAGE)
    first = apart.map()
    apart.list(body("Three"))
    second = apart.map()
    assert [each.source_id for each in second().prepared["customers"].records] == ["r0"]
    assert [each.source_id for each in first().prepared["customers"].records] == ["r0", "r1", "r3"]


def test_a_page_is_listed_before_the_one_in_hand_is_mapped(tmp_path: Path) -> None:
    fifo = tmp_path / "go-on"
    os.mkfifo(fifo)
    gate = os.open(fifo, os.O_RDWR)
    started = Apart(partial(make_waiting_source, str(fifo)))
    started.greet()
    started.open(replace(JOB, versions={"customers": 1}))
    many = (ROUNDS + 1) * AT_ONCE
    started.list(body(*["One of many"] * many))
    outcomes = [started.map()]
    with ThreadPoolExecutor(1) as threads, closing(started):
        listing = threads.submit(started.list, body("Another"))
        for _ in range(ROUNDS):
            os.write(gate, b"." * AT_ONCE)
            # The first few may be mapped before the process was asked.
            if wait((listing,), timeout=1).done:
                break
        # Were it to wait for the last record of the first page, it would do so for ever.
        assert listing.done()
        assert len(listing.result().records) == 1
        outcomes.append(started.map())
        fifo.unlink()
        os.close(gate)
        assert [len(each().prepared["customers"].records) for each in outcomes] == [many, 1]


@pytest.mark.parametrize("no_page", [b"<html>", b'{"rows": [{"title": "no id"}], "total": 1}'])
def test_what_is_no_page_is_refused_and_the_next_one_read(apart: Apart, no_page: bytes) -> None:
    with pytest.raises(ValueError, match=r"Expecting value|without"):
        apart.list(no_page)
    assert len(apart.list(PAGE).records) == 4


def test_a_process_that_dies_is_no_page_without_records() -> None:
    started = Apart(make_fatal_source)
    started.greet()
    started.open(JOB)
    started.list(PAGE)
    with pytest.raises(ProcessGoneError):
        started.map()()
    started.close()


def test_an_outcome_that_cannot_be_handed_over_is_told_as_broken() -> None:
    kind, packed = _outcome(Lock)
    assert kind == "broken"
    with pytest.raises(ProcessGoneError, match="pickle"):
        value_of(packed)


def test_what_maps_imports_nothing_that_serves() -> None:
    """Half of the memory that a connector's process of its own takes would be for that."""
    code = (
        "import sys, json; from shared_code.sync import apart;"
        "apart._leave_out_what_serves('functions.xero.spec');"
        "from functions.xero.spec import data_source; data_source('http://127.0.0.1');"
        "print(json.dumps([*sys.modules]))"
    )
    run = [sys.executable, "-c", code]
    said = subprocess.run(run, capture_output=True, check=True, cwd=ROOT)  # noqa: S603 - our own code
    loaded = set(json.loads(said.stdout))
    assert "functions.xero.mapping.documents" in loaded
    assert not {"azure.functions", "httpx", "shared_code.connector", "sqlalchemy"} & loaded


@pytest.fixture
def spare(monkeypatch: pytest.MonkeyPatch) -> BoundedSemaphore:
    """A core to spare, whatever the machine has, and whoever else takes one."""
    monkeypatch.setattr(readers, "CORES", 2)
    monkeypatch.setattr(readers, "_spare", spare := BoundedSemaphore(1))
    return spare


@pytest.mark.usefixtures("spare")
def test_many_records_are_mapped_in_another_process_and_come_to_the_same() -> None:
    reader = Roaming(SOURCE, make_source, many=1)
    with closing(reader):
        reader.open(JOB)
        reader.list(PAGE)
        before = reader.map()
        reader.list(PAGE)
        assert reader._apart is not None
        assert reader._apart._pipe.poll(timeout=None)
        reader.list(PAGE)
        assert reader._reader is reader._apart
        assert reader.map()() == before()


def test_a_process_does_not_outlive_whoever_started_it() -> None:
    code = (
        "import os; from shared_code.sync.apart import Apart; from tests.support.shop import *;"
        "started = Apart(make_source); started.greet();"
        "print('started', flush=True); os._exit(1)"
    )
    run = [sys.executable, "-c", code]
    # It has the output open for as long as it lives, and whoever reads that waits for its end.
    said = subprocess.run(run, stdout=subprocess.PIPE, check=False, cwd=ROOT, timeout=60)  # noqa: S603 - our own code
    assert said.stdout == b"started\n"


@pytest.mark.usefixtures("spare")
def test_who_cannot_start_a_process_reads_on_in_this_one() -> None:
    reader = Roaming(SOURCE, no_source, many=0)
    reader.open(JOB)
    reader.list(PAGE)
    assert reader._apart is not None
    assert reader._apart._process.wait() is not None
    assert len(reader.list(PAGE).records) == 4
    assert len(reader.map()().prepared["customers"].records) == 3
    reader.close()


def test_a_source_that_cannot_be_made_there_says_why() -> None:
    with closing(Apart(no_source)) as started, pytest.raises(ProcessGoneError, match="no such"):
        started.greet()


def test_a_function_that_no_other_process_finds_is_no_reason_not_to_read(
    spare: BoundedSemaphore,
) -> None:
    reader = Roaming(SOURCE, lambda: SOURCE, many=0)
    reader.open(JOB)
    assert [len(reader.list(PAGE).records) for _ in range(2)] == [4, 4]
    assert spare.acquire(blocking=False)


def refused(*_: object, **__: object) -> subprocess.Popen[bytes]:
    raise BlockingIOError("Resource temporarily unavailable")


def dead_at_once(*_: object, **__: object) -> subprocess.Popen[bytes]:
    process = Popen([sys.executable, "-S", "-c", ""])
    process.wait()
    return process


@pytest.mark.parametrize("start", [refused, dead_at_once])
def test_a_process_that_cannot_be_started_takes_the_place_of_no_other(
    start: Callable[..., subprocess.Popen[bytes]],
    spare: BoundedSemaphore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(subprocess, "Popen", start)
    reader = Roaming(SOURCE, make_source, many=0)
    reader.open(JOB)
    assert [len(reader.list(PAGE).records) for _ in range(2)] == [4, 4]
    assert spare.acquire(blocking=False)
    reader.close()


def no_source() -> DataSource:
    raise Abort("There is no such source")
