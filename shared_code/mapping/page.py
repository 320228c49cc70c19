"""Map a page: a native record becomes a unified one, belongs elsewhere, or is rejected by name."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pydantic import ValidationError

from shared_code.errors import Reject
from shared_code.fetch.paging import Key
from shared_code.mapping.reading import reasons
from shared_code.model import Shape
from shared_code.spec import Feed, Lookups, Native


@dataclass(slots=True)
class Mapped:
    """What a page gave for one data type."""

    records: list[tuple[str, Shape]] = field(default_factory=list)
    """(source id, unified record)."""
    rejects: list[tuple[str, str]] = field(default_factory=list)
    """(source id, why it cannot be mapped)."""


def map_page(feed: Feed, records: Iterable[tuple[Key, Native]], lookups: Lookups) -> Mapped:
    """Map the records of a page for one type; none is dropped silently."""
    mapped = Mapped()
    for key, native in records:
        try:
            record = feed.map(native, lookups)
        except Reject as refusal:
            mapped.rejects.append((key.id, refusal.public))
        except ValidationError as invalid:
            mapped.rejects.append((key.id, reasons(invalid)))
        else:
            if record is not None:
                mapped.records.append((key.id, record))
    return mapped
