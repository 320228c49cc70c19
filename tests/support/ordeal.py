"""A steady flow of work for the ordeal app, and what must be true when all of it has ended."""

from __future__ import annotations

import base64
import itertools
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.support.hosting import APPS, Host, eventually, hosted

ROUNDS = 2
# What every `ordeal` returns, however often it was interrupted: of each round the event that
# arrived, the activity that was tried again, those in parallel, the child, the entity's count.
RIGHT = [[f"yes-{n}", n, [0, 2, 4], 2 * n, n] for n in range(1, ROUNDS + 1)]
LEDGER = "ledger"
TABLES = ("inbox", "activities", "queue_messages")


class Ordeal:
    """Work given to a host that may be killed at any moment, and the account of it."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.instances: list[str] = []
        self.parcels: list[str] = []
        self.entries: list[int] = []
        self.doubtful: list[int] = []
        self._writing = threading.Event()

    def more(self) -> None:
        """Begin one more instance, with its events, and send one more message."""
        number = len(self.instances)
        begin(self.host, "ordeal", f"o{number}", {"round": 1, "rounds": ROUNDS, "seen": []})
        self.instances.append(f"o{number}")
        for n in range(1, ROUNDS + 1):
            assert self.host.event(f"o{number}", "approve", f"yes-{n}").status_code == 202
        body = base64.b64encode(f"p{number}".encode()).decode()
        assert self.host.put("parcels", body).status_code == 201
        self.parcels.append(f"p{number}")

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Send numbered entries to the ledger meanwhile, whether or not the host is there."""
        begin(self.host, LEDGER, LEDGER, None)
        writer = threading.Thread(target=self._write)
        writer.start()
        try:
            yield
        finally:
            self._writing.set()
            writer.join()

    def _write(self) -> None:
        for number in itertools.count():
            if self._writing.wait(0.005):
                return
            try:
                answer = self.host.event(LEDGER, "entry", number)
            except httpx.HTTPError:
                self.doubtful.append(number)
            else:
                (self.entries if answer.status_code == 202 else self.doubtful).append(number)

    def unfinished(self) -> int:
        """Count the instances that are under way, in the file of a host that does not run."""
        query = "SELECT count(*) FROM instances WHERE output IS NULL AND id <> ?"
        return int(rows(self.host.data, query, LEDGER)[0][0])

    def check(self) -> None:
        """Hold the end of all work to what it must be."""
        for id_ in self.instances:
            end = self.host.finished(id_)
            assert (end["runtimeStatus"], end["output"]) == ("Completed", RIGHT)
        for id_ in self.parcels:
            eventually(lambda id_=id_: self.host.status(id_).get("output") == 2)  # type: ignore[misc]
        assert self._counts() == self._expected()
        self._check_ledger()
        eventually(lambda: self.left() == [0] * len(TABLES))

    def _counts(self) -> dict[str, int]:
        stored = rows(self.host.data, "SELECT id, state FROM entities")
        return {str(id_).removeprefix("@tally@"): json.loads(str(state)) for id_, state in stored}

    def _expected(self) -> dict[str, int]:
        of_instances = {
            f"{what}-{id_}": ROUNDS
            for id_ in self.instances
            for what in ("signals", "children", "calls")
        }
        return of_instances | {f"children-{id_}": 1 for id_ in self.parcels}

    def _check_ledger(self) -> None:
        """Each entry that was acknowledged is there once; one that was not, at most once."""
        assert self.host.event(LEDGER, "entry", "end").status_code == 202
        written: list[int] = self.host.finished(LEDGER)["output"]
        assert len(written) == len(set(written))
        assert set(self.entries) <= set(written) <= {*self.entries, *self.doubtful}

    def left(self) -> list[int]:
        """Count what has not been taken or done."""
        return [
            int(rows(self.host.data, f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608 - a constant
            for table in TABLES
        ]


def begin(host: Host, name: str, id_: str, given: object) -> None:
    """Start an orchestration through the webhook, with a Python client's input."""
    url = f"/runtime/webhooks/durabletask/orchestrators/{name}/{id_}"
    answer = host.http.post(url, params={"code": host.keys["durable"]}, json=json.dumps(given))
    assert answer.status_code == 202, answer.text


def rows(folder: Path, query: str, *values: object) -> list[tuple[str | int, ...]]:
    """Read the file of a host."""
    with sqlite3.connect(folder / "host.db") as connection:
        found = connection.execute(query, values).fetchall()
    connection.close()
    return found


@contextmanager
def ordeal(folder: Path, *flags: str) -> Iterator[Ordeal]:
    """Serve the ordeal app."""
    with hosted(APPS / "ordeal", folder, *flags) as host:
        yield Ordeal(host)
