"""What a run's list has given so far, kept with the cursor: it is judged when all was read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from sqlalchemy import Row

from shared_code.fetch.paging import Answer, Count, Turn, count_on
from shared_code.spec import Resource
from shared_code.sync.preparing import Prepared


@dataclass(frozen=True, slots=True)
class Tally:
    """The records that a pass has listed, and those of them that were mapped, by data type.

    `full` says that the pass is over the whole list, not only over what changed.
    """

    full: bool
    count: Count = field(default_factory=Count)
    by_type: Mapping[str, Count] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Row[Any], resource: Resource) -> Self:
        """Read it from a run's resource; one that was begun before there were tallies has few."""
        if row.tally is None:
            return cls(resource.listed_whole, Count(listed=row.records))
        kept = row.tally
        by_type = {each: Count.from_json(count) for each, count in kept["by_type"].items()}
        return cls(kept["full"], Count.from_json(kept["count"]), by_type)

    def mapped(self, data_type: str) -> int:
        """How many records of a type were mapped."""
        return self.by_type.get(data_type, Count()).total

    def add(self, turn: Turn, prepared: Mapping[str, Prepared]) -> Tally:
        """Count a page in."""
        by_type = {
            data_type: count_on(self.by_type.get(data_type, Count()), _only(turn, each))
            for data_type, each in prepared.items()
        }
        return Tally(self.full, count_on(self.count, turn), by_type)

    def to_json(self) -> dict[str, Any]:
        """Give what the row keeps."""
        by_type = {data_type: count.to_json() for data_type, count in self.by_type.items()}
        return {"full": self.full, "count": self.count.to_json(), "by_type": by_type}


def _only(turn: Turn, prepared: Prepared) -> Turn:
    """The same answer, as if it held nothing but these records."""
    ids = {each.source_id for each in prepared.records}
    keys = [key for key in turn.answer.keys if key.id in ids]
    return replace(turn, answer=Answer(keys))
