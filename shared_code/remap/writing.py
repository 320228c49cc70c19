"""Write down what becomes of records: as versions above the published ones, or only as counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, select

from shared_code.remap.outcomes import Kind, Outcome
from shared_code.remap.report import SAMPLES
from shared_code.store.records import Dataset, Origin, note_pages, write
from shared_code.store.records.deletion import end_rows
from shared_code.store.records.versions import remove
from shared_code.store.schema import rejects, remap_changes


@dataclass(frozen=True, slots=True)
class Writing:
    """A place to write to: one data type of a re-map, in a transaction that holds its run."""

    tx: Connection
    dataset: Dataset
    run_id: str
    generation: int
    """The published one, that all is compared with."""

    def telling(self, found: Sequence[Outcome]) -> list[Outcome]:
        """Leave out what changes nothing of what earlier pages have brought.

        That is what is taken back although none has brought it, and what cannot be mapped here
        where one has.
        """
        unsure = (Kind.WITHDRAWN, Kind.REJECTED)
        before = self._counted([each for each in found if each.kind in unsure])
        return [each for each in found if _tells(each, before.get(each.again.source_id))]

    def stage(self, found: Sequence[Outcome], origin: Origin) -> None:
        """Write what changes above the published generation, as a sync would."""
        versions = [
            each.again.record
            for each in found
            # What an earlier page changed, a later one may change back.
            if each.again.record is not None and (each.later or each.kind is not Kind.UNCHANGED)
        ]
        generation = self.generation + 1
        write(self.tx, self.dataset, generation=generation, records=versions, origin=origin)
        gone = [
            each.known.version
            for each in found
            if each.kind is Kind.GONE and each.known and each.known.version is not None
        ]
        end_rows(self.tx, self.dataset, rows=gone, generation=generation, origin=origin)
        self._withdraw([each for each in found if each.kind is Kind.WITHDRAWN], origin)
        self._replace_rejects(found, origin)

    def count(self, found: Sequence[Outcome]) -> Counter[str]:
        """Note what is shown of it, and count it.

        Of what readers do not see, a later page may know better: then its earlier count is taken
        back.
        """
        before = self._counted([each for each in found if not each.is_shown])
        fresh = [
            each
            for each in found
            if not each.later and before.get(each.again.source_id) != each.kind
        ]
        again = {each.again.source_id for each in fresh} & {*before}
        self._forget(again)
        fresh = [each for each in fresh if each.kind is not Kind.WITHDRAWN]
        counts = Counter(each.kind.value for each in fresh)
        counts["covered"] = sum(each.was_alive for each in fresh)
        counts["vanishing"] = sum(each.vanishes for each in fresh)
        counts.subtract(before[each] for each in again)
        self._sample(fresh)
        return counts

    def _counted(self, found: Sequence[Outcome]) -> Mapping[str, str]:
        """Those that were counted before, and as what."""
        rows = self.tx.execute(
            select(remap_changes.c.source_id, remap_changes.c.kind).where(
                *self._mine(), remap_changes.c.source_id.in_([e.again.source_id for e in found])
            )
        )
        return {row.source_id: row.kind for row in rows}

    def _forget(self, source_ids: Collection[str]) -> None:
        if source_ids:
            these = remap_changes.c.source_id.in_(source_ids)
            self.tx.execute(delete(remap_changes).where(*self._mine(), these))

    def _sample(self, found: Sequence[Outcome]) -> None:
        shown = {
            row.kind: row.shown
            for row in self.tx.execute(
                select(remap_changes.c.kind, func.count().label("shown"))
                .where(*self._mine(), remap_changes.c.detail.is_not(None))
                .group_by(remap_changes.c.kind)
            )
        }
        rows = []
        for each in found:
            few = shown.get(each.kind, 0) < SAMPLES
            if each.kind is not Kind.UNCHANGED and (few or not each.is_shown):
                shown[each.kind] = shown.get(each.kind, 0) + 1
                rows.append(self._row(each, each.detail() if few else None))
        if rows:
            self.tx.execute(insert(remap_changes), rows)

    def _row(self, outcome: Outcome, detail: Mapping[str, Any] | None) -> dict[str, object]:
        return {
            **self._owner(),
            "connection_id": self.dataset.connection_id,
            "platform": self.dataset.platform,
            "source_id": outcome.again.source_id,
            "kind": outcome.kind.value,
            "detail": detail,
        }

    def _withdraw(self, back: Sequence[Outcome], origin: Origin) -> None:
        """Unstage what earlier pages brought."""
        ids = [each.again.source_id for each in back]
        if ids:
            remove(self.tx, self.dataset, generation=self.generation + 1, source_ids=ids)
            note_pages(self.tx, self.dataset, ids, origin)

    def _replace_rejects(self, found: Sequence[Outcome], origin: Origin) -> None:
        """Keep the reasons, and which page they are about; what came of earlier pages is over."""
        again = rejects.c.source_id.in_([each.again.source_id for each in found])
        self.tx.execute(delete(rejects).filter_by(**self._owner()).where(again))
        refused = [each for each in found if each.kind is Kind.REJECTED]
        note_pages(self.tx, self.dataset, [each.again.source_id for each in refused], origin)
        where = {
            "connection_id": self.dataset.connection_id,
            "platform": self.dataset.platform,
            "resource": origin.resource,
            "sequence": origin.sequence,
        }
        rows = [
            {
                **self._owner(),
                **where,
                "source_id": each.again.source_id,
                "reason": each.again.reason,
            }
            for each in refused
        ]
        if rows:
            self.tx.execute(insert(rejects), rows)

    def _owner(self) -> dict[str, str]:
        return {
            "company_id": self.dataset.company_id,
            "run_id": self.run_id,
            "data_type": self.dataset.data_type,
        }

    def _mine(self) -> tuple[Any, ...]:
        return tuple(remap_changes.c[name] == value for name, value in self._owner().items())


def _tells(outcome: Outcome, before: str | None) -> bool:
    if outcome.kind is Kind.REJECTED:
        return not outcome.later and before != Kind.ADDED
    return outcome.kind is not Kind.WITHDRAWN or before is not None


def forget_counted(tx: Connection, row: Row[Any]) -> None:
    """Let go of what was only noted to be counted once."""
    tx.execute(
        delete(remap_changes).where(
            remap_changes.c.company_id == row.company_id,
            remap_changes.c.run_id == row.run_id,
            remap_changes.c.detail.is_(None),
        )
    )
