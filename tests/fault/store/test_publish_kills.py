"""Killed at any moment, who publishes leaves one whole generation to readers, and the next goes on.

`PUBLISH_KILLS` sets how often each test kills a process, `PUBLISH_KILL_SEED` where.
"""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.exc import DBAPIError

from shared_code.model import decode
from shared_code.store.database import Database, open_database
from shared_code.store.records import (
    Dataset,
    Listing,
    Totals,
    count,
    latest,
    publish,
    read_page,
)
from tests.support.ports import wait_until
from tests.support.postgres import PostgresServer, postgres_server
from tests.support.publisher import PAGE, invoices_of, last_told, publisher, size_of
from tests.support.records import NOON, new_dataset, query, stage
from tests.support.stores import new_store_url

KILLS = int(os.environ.get("PUBLISH_KILLS", "8"))
SERVER_KILLS = max(1, KILLS // 6)
SEED = int(os.environ.get("PUBLISH_KILL_SEED", "1"))
CUTS = 3 * KILLS
LONGEST = 0.15  # seconds that a process publishes on before it is killed


def seen(db: Database, dataset: Dataset) -> int:
    """Check that readers see one generation whole; gives its number, 0 before the first."""
    with db.read() as tx:
        snapshot = latest(tx, dataset)
        if snapshot is None:
            return 0
        generation = snapshot.generation
        own = query(f"note={generation}")
        read = [decode(each) for each in read_page(tx, snapshot, Listing(limit=1_000_000))]
        assert {each["note"] for each in read} == {f"{generation}"}
        assert {each["id"] for each in read} == {f"{n}" for n in range(size_of(generation))}
        assert len(read) == snapshot.count == count(tx, snapshot, own, Totals())
    return generation


def wait_for_first(hearing: Connection) -> int:
    """Wait until the process has published once."""
    assert hearing.poll(60)
    first: int = hearing.recv()
    return first


def kill_again_and_again(db: Database, url: str) -> None:
    dataset, rng, before = new_dataset(db), random.Random(SEED), 0
    for _ in range(KILLS):
        with publisher(url, dataset) as (process, hearing):
            first = wait_for_first(hearing)
            # The next run went on from what was seen.
            assert first == before + 1
            assert seen(db, dataset) >= first
            time.sleep(rng.uniform(0, LONGEST))  # the point of the kill
            process.kill()
            process.join()
            told = max(first, last_told(hearing))
        settle(db)
        before = seen(db, dataset)
        # What was told was committed; the one after it may have been, untold.
        assert before in {told, told + 1}


def settle(db: Database) -> None:
    """Wait until the server has noticed that its client is gone."""
    if db.is_sqlite:
        return
    sessions = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND {}"
    others = sessions.format("pid <> pg_backend_pid() AND state <> 'idle'")
    with db.engine.connect() as tx:
        wait_until(lambda: fresh(tx.exec_driver_sql(others).scalar_one() == 0, tx.rollback))


def fresh(answer: bool, forget: Callable[[], None]) -> bool:  # noqa: FBT001
    """Statistics are the same all through a transaction: end it after each look."""
    forget()
    return answer


def test_a_killed_writer_leaves_a_whole_generation_in_sqlite(tmp_path: Path) -> None:
    url = new_store_url(tmp_path)
    with closing(open_database(url)) as db:
        kill_again_and_again(db, url)


def test_a_killed_writer_leaves_a_whole_generation_in_postgresql(postgres: PostgresServer) -> None:
    url = new_store_url(postgres)
    with closing(open_database(url)) as db:
        kill_again_and_again(db, url)


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A server of one's own, to be killed."""
    with postgres_server() as started:
        yield started


def test_a_killed_server_comes_back_with_a_whole_generation(server: PostgresServer) -> None:
    """A session that is killed takes all others with it, and the server recovers from its log."""
    url = new_store_url(server)
    durable(server, url)
    with closing(open_database(url)) as db:
        dataset, rng, before = new_dataset(db), random.Random(SEED), 0
        for _ in range(SERVER_KILLS):
            with publisher(url, dataset) as (process, hearing):
                first = wait_for_first(hearing)
                assert first == before + 1
                time.sleep(rng.uniform(0, LONGEST))  # the point of the kill
                kill_a_session(server, url)
                process.join()
                told = max(first, last_told(hearing))
            wait_until(lambda: answers(db))
            before = seen(db, dataset)
            assert before in {told, told + 1}


def durable(server: PostgresServer, url: str) -> None:
    """Have commits wait for the log, which the servers of tests otherwise do not."""
    name = url.rpartition("/")[2]
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = on'.encode())


def kill_a_session(server: PostgresServer, url: str) -> None:
    """Kill one of the server's processes that serve the database."""
    name = url.rpartition("/")[2]
    with psycopg.connect(server.conninfo, autocommit=True) as connection:
        found = connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = %s ORDER BY xact_start LIMIT 1",
            [name],
        ).fetchone()
    assert found is not None
    os.kill(found[0], signal.SIGKILL)


def answers(db: Database) -> bool:
    try:
        with db.read() as tx:
            tx.exec_driver_sql("SELECT 1")
    except DBAPIError:
        return False
    return True


def publish_next(db: Database, dataset: Dataset, generation: int) -> None:
    stage(db, dataset, invoices_of(generation), page=PAGE)
    with db.write() as tx:
        publish(tx, dataset, pull_id="pull", now=NOON)


def test_a_log_that_the_power_cut_short_leaves_a_whole_generation_in_sqlite(tmp_path: Path) -> None:
    """Pages wait for the disk with the publish that follows them: the log may end anywhere."""
    url, rng = new_store_url(tmp_path), random.Random(SEED)
    source = Path(url.removeprefix("sqlite:///"))
    with closing(open_database(url)) as db:
        dataset = new_dataset(db)
        with db.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        for generation in (1, 2, 3):
            publish_next(db, dataset, generation)
        whole, log = source.read_bytes(), Path(f"{source}-wal").read_bytes()
    found = set()
    for cut in (0, len(log), *rng.sample(range(len(log)), CUTS)):
        place = tmp_path / f"cut{cut}.db"
        place.write_bytes(whole)
        Path(f"{place}-wal").write_bytes(log[:cut])
        with closing(open_database(f"sqlite:///{place}")) as db:
            found.add(before := seen(db, dataset))
            publish_next(db, dataset, before + 1)
            assert seen(db, dataset) == before + 1
    assert {0, 3} < found
