"""A process that carries a re-map out until it is killed: it goes on where the run stands."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from sqlalchemy import Row, event

from shared_code.fetch.provider import Provider
from shared_code.notify.work import Work
from shared_code.ports.blobs.folder import FolderBlobs
from shared_code.ports.clock import SystemClock
from shared_code.remap.job import begin_remap, find_remap
from shared_code.remap.replaying import Replay
from shared_code.store.database import open_database
from shared_code.sync.pages import ACTIVITY
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.runs import RunRef
from tests.support.remapping import upgraded
from tests.support.shop import SOURCE, Mailbox

BATCH = 40
"""Records in a commit: many commits for few records."""

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


def run(url: str, blobs: Path, claim: dict[str, Any], told: Connection) -> None:
    """Do all that is left of a claimed run; tells of each commit, and when all is over."""
    db = open_database(url)
    event.listen(db.engine, "commit", lambda _: told.send("commit"))
    clock = SystemClock()
    pipeline = Pipeline(
        db=db,
        blobs=FolderBlobs(blobs),
        queue=Mailbox(),
        clock=clock,
        source=upgraded(SOURCE),
        provider_for=_refuse,
        deauthorise=_leave,
    )
    ref = RunRef.from_json(claim)
    begun = begin_remap(pipeline, ref)
    assert begun is not None
    names = begun.plan()
    steps = find_remap(pipeline, ref)
    assert steps is not None
    for name in names:
        source = pipeline.source.mapped_by(2)
        replay = Replay(pipeline, ref, steps.job, name, source, BATCH)
        while replay.work(clock.now() + ACTIVITY).state == "more":
            pass
    steps.publish()
    told.send("over")


@contextmanager
def remapper(
    url: str, blobs: Path, claim: dict[str, Any]
) -> Iterator[tuple[BaseProcess, Connection]]:
    """Run the process; yields it, and what it tells. Killed at the end."""
    hearing, telling = _CONTEXT.Pipe(duplex=False)
    process = _CONTEXT.Process(target=run, args=(url, blobs, claim, telling))
    process.start()
    telling.close()
    try:
        yield process, hearing
    finally:
        process.kill()
        process.join()
        hearing.close()


def _refuse(_: Row[Any]) -> Provider:
    raise AssertionError("a re-map asked for the provider")


def _leave(work: Work, *about: str) -> None:
    del work, about
