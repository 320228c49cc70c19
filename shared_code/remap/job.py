"""A re-map's run: planned, replayed data type by data type, published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from shared_code.notify.work import Work, begin_work
from shared_code.remap.manifest import read_manifest
from shared_code.remap.replaying import note_error, replay, speaking
from shared_code.remap.writing import forget_counted
from shared_code.store.records import Dataset, alive, publish, read_state
from shared_code.store.schema import pulls, remap_types, remaps, runs, suspicions
from shared_code.suspicion import Changes, in_words, judge
from shared_code.sync.accepting import TRIGGER, take_over_rejects
from shared_code.sync.aftermath import finish_run
from shared_code.sync.driving import Driver
from shared_code.sync.judging import changes_of
from shared_code.sync.pages import Step
from shared_code.sync.pins import move_pin
from shared_code.sync.pipeline import Pipeline
from shared_code.sync.plan import clear_abandoned
from shared_code.sync.publish import unaccepted
from shared_code.sync.pulls import Failure, active_pulls, complete, fail
from shared_code.sync.reading import dataset_of
from shared_code.sync.runs import Held, RunRef, hold
from shared_code.sync.suspects import keep_suspicion

UNFINISHED = "The re-map ended before everything was mapped"


def find_remap(pipeline: Pipeline, ref: RunRef) -> Remapping | None:
    """The steps of a run that is a re-map."""
    job = find_job(pipeline, ref)
    return None if job is None else Remapping(pipeline, ref, job)


def begin_remap(pipeline: Pipeline, ref: RunRef) -> Remapping | None:
    """As `find_remap`; a run that accepts a suspect re-map is made one. `RunLost` if it is lost."""
    if _accepts(pipeline, ref):
        with pipeline.db.write() as tx:
            hold(tx, ref)
            _take_over(tx, ref)
    return find_remap(pipeline, ref)


def driver_of(pipeline: Pipeline) -> Driver:
    """Make what drives both syncs and re-maps."""
    return Driver(pipeline, find=find_remap, begin=begin_remap)


@dataclass(frozen=True, slots=True)
class Remapping:
    """The steps of a run that replays what was kept."""

    pipeline: Pipeline
    ref: RunRef
    job: Row[Any]

    def plan(self) -> list[str]:
        """See `Steps.plan`."""
        return _plan(self.pipeline, self.ref, self.job)

    def pages(self, *names: str) -> Step:
        """See `Steps.pages`."""
        return replay(self.pipeline, self.ref, self.job, *names)

    def publish(self) -> None:
        """See `Steps.publish`."""
        pipeline, ref, job = self.pipeline, self.ref, self.job
        with begin_work(pipeline.db, pipeline.queue, pipeline.clock) as work:
            held = hold(work.tx, ref)
            rows = {row.data_type: row for row in _types(work.tx, ref)}
            if job.dry_run:
                _foresee(work.tx, pipeline, ref, [e for e in rows.values() if e.state == "over"])
            ending = _Ending(pipeline, work, held, job)
            for pull in active_pulls(work.tx, ref.company_id, ref.run_id):
                ending.publish(pull, rows.get(pull.data_type))
            _note_end(work, job)
            finish_run(work, held.run)


def find_job(pipeline: Pipeline, ref: RunRef) -> Row[Any] | None:
    """The re-map that a run carries out; None for a sync."""
    with pipeline.db.read() as tx:
        return tx.execute(select(remaps).where(*_is(ref))).one_or_none()


def _plan(pipeline: Pipeline, ref: RunRef, job: Row[Any]) -> list[str]:
    version = job.mapping_version or pipeline.source.mapping_version
    if version not in pipeline.source.versions:
        _refuse(pipeline, ref, version)
        return []
    with pipeline.db.read() as tx:
        planned = _types(tx, ref)
    if not planned:
        if not job.dry_run:
            clear_abandoned(pipeline, ref)
        planned = _make(pipeline, ref, job, version)
    return [row.data_type for row in planned if row.state == "pending"]


def _refuse(pipeline: Pipeline, ref: RunRef, version: int) -> None:
    """End every type by name: there is no such version."""
    known = ", ".join(str(each) for each in pipeline.source.versions)
    message = f"There is no mapping version {version}. There are: {known}"
    with pipeline.db.write() as tx:
        held = hold(tx, ref)
        types = [pull.data_type for pull in active_pulls(tx, ref.company_id, ref.run_id)]
        fail(tx, held.run, types, Failure("MapError", message, pipeline.clock.now()))
        note_error(tx, ref, message)


def _make(pipeline: Pipeline, ref: RunRef, job: Row[Any], version: int) -> Sequence[Row[Any]]:
    with pipeline.db.read() as tx:
        rows = [
            {**_begun(tx, pipeline, job, data_type), "position": position}
            for position, data_type in enumerate(job.data_types)
        ]
    with pipeline.db.write() as tx:
        hold(tx, ref)
        tx.execute(update(remaps).where(*_is(ref)).values(mapping_version=version))
        tx.execute(insert(remap_types), rows)
        return _types(tx, ref)


def _begun(tx: Connection, pipeline: Pipeline, job: Row[Any], data_type: str) -> dict[str, Any]:
    """The row of a data type of which nothing has been done yet."""
    dataset = Dataset(job.company_id, job.connection_id, data_type, job.platform)
    state = read_state(tx, dataset)
    last = state.latest_success_pull_id
    lists = speaking(pipeline.source, data_type)
    manifest = read_manifest(tx, dataset, lists, last_pull_id=last)
    return {
        "company_id": job.company_id,
        "run_id": job.run_id,
        "connection_id": job.connection_id,
        "platform": job.platform,
        "data_type": data_type,
        "state": "pending",
        "generation": state.generation,
        "last_pull_id": last,
        "total": alive(tx, dataset),
        "cursor": {},
        "pages": len(manifest.pages),
        "pages_done": 0,
        "counts": {},
    }


@dataclass(frozen=True, slots=True)
class _Ending:
    """The end of a re-map, in one transaction."""

    pipeline: Pipeline
    work: Work
    held: Held
    job: Row[Any]

    def publish(self, pull: Row[Any], row: Row[Any] | None) -> None:
        """Publish one type, unless it was not done or looks wrong; its syncs then map so too."""
        tx, dataset = self.work.tx, dataset_of(self.held, pull.data_type)
        if row is None or row.state != "over":
            self._fail(pull, "MapError", UNFINISHED)
            return
        changes = changes_of(tx, dataset, mapped=_mapped(row), run_id=self.held.run.id)
        found = judge([], changes, self.pipeline.likely)
        if unaccepted(tx, pull, found):
            keep_suspicion(self.work, pull, found)
            self._fail(pull, "ValidationError", in_words(found))
            return
        published = publish(tx, dataset, pull_id=pull.id, now=self.work.now)
        move_pin(tx, dataset, self.job.mapping_version)
        complete(tx, pull, self.work.now, modified=published.modified)

    def _fail(self, pull: Row[Any], status: str, message: str) -> None:
        failure = Failure(status, message, self.work.now)
        fail(self.work.tx, self.held.run, [pull.data_type], failure)


def _foresee(tx: Connection, pipeline: Pipeline, ref: RunRef, rows: Sequence[Row[Any]]) -> None:
    """Say what would hold each type back."""
    for row in rows:
        changes = Changes(
            published=row.total,
            vanishing=row.counts.get("vanishing", 0),
            mapped=_mapped(row),
            rejected=row.counts.get("rejected", 0),
        )
        said = [each.sentence for each in judge([], changes, pipeline.likely)]
        counts = {**row.counts, **({"suspicions": said} if said else {})}
        mine = (*_is(ref, remap_types), remap_types.c.data_type == row.data_type)
        tx.execute(update(remap_types).where(*mine).values(counts=counts))


def _note_end(work: Work, job: Row[Any]) -> None:
    forget_counted(work.tx, job)
    mine = (remaps.c.company_id == job.company_id, remaps.c.run_id == job.run_id)
    work.tx.execute(update(remaps).where(*mine).values(completed_at=work.now))


def _accepts(pipeline: Pipeline, ref: RunRef) -> bool:
    with pipeline.db.read() as tx:
        found = select(runs.c.trigger).where(
            runs.c.company_id == ref.company_id, runs.c.id == ref.run_id
        )
        return tx.scalar(found) == TRIGGER


def _take_over(tx: Connection, ref: RunRef) -> None:
    """Make a run that accepts a suspect re-map one that has nothing left but to publish it."""
    suspect = tx.execute(
        select(suspicions, pulls.c.run_id.label("accepting_run"))
        .join(
            pulls,
            (pulls.c.company_id == suspicions.c.company_id)
            & (pulls.c.id == suspicions.c.accepted_pull_id),
        )
        .where(pulls.c.company_id == ref.company_id, pulls.c.run_id == ref.run_id)
    ).one_or_none()
    if suspect is None:
        return
    there = tx.execute(select(remaps.c.run_id).where(*_is(ref))).first()
    before = RunRef(ref.company_id, suspect.run_id, 0)
    job = tx.execute(select(remaps).where(*_is(before))).one_or_none()
    if there or job is None:
        return
    anew = {"error_message": None, "completed_at": None}
    own = {"run_id": ref.run_id, "data_types": [suspect.data_type], **anew}
    tx.execute(insert(remaps).values(**{**_mapping(job), **own}))
    mine = (*_is(before, remap_types), remap_types.c.data_type == suspect.data_type)
    row = tx.execute(select(remap_types).where(*mine)).one()
    tx.execute(insert(remap_types).values(**{**_mapping(row), "run_id": ref.run_id}))
    take_over_rejects(tx, suspect, ref.run_id)


def _mapped(row: Row[Any]) -> int:
    return sum(int(row.counts.get(each, 0)) for each in ("added", "changed", "unchanged"))


def _types(tx: Connection, ref: RunRef) -> Sequence[Row[Any]]:
    found = select(remap_types).where(*_is(ref, remap_types)).order_by(remap_types.c.position)
    return tx.execute(found).all()


def _is(ref: RunRef, table: Any = remaps) -> tuple[Any, Any]:  # noqa: ANN401 - SQLAlchemy's own
    return table.c.company_id == ref.company_id, table.c.run_id == ref.run_id


def _mapping(row: Row[Any]) -> dict[str, Any]:
    return dict(row._mapping)  # noqa: SLF001 - the public name of a row's mapping
