"""A page's records as the store takes them: made before the transaction, which holds up others."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared_code.errors import Reject
from shared_code.mapping.page import Mapped
from shared_code.store.documents import RecordIn, record_in


@dataclass(slots=True)
class Prepared:
    """What a page gave for one data type."""

    records: list[RecordIn] = field(default_factory=list)
    rejects: dict[str, str] = field(default_factory=dict)
    """Why a record cannot be mapped or kept, by source id."""

    def add(self, mapped: Mapped) -> None:
        """Prepare mapped records; what the store cannot keep is rejected with its reason."""
        self.rejects.update(mapped.rejects)
        for source_id, record in mapped.records:
            try:
                self.records.append(record_in(record))
            except Reject as refusal:
                self.rejects[source_id] = refusal.public

    def take(self, most: int) -> Prepared:
        """Take out the first records, at most so many; what was rejected stays."""
        first, self.records = self.records[:most], self.records[most:]
        return Prepared(first)
