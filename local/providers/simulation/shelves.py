"""A provider's list as the page and the truth look at it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

# A list's records have one type, but a shelf may hold any.
Native = Any


@dataclass(frozen=True, slots=True)
class Shelf:
    """The records of a list, oldest change first, and how one is named and told."""

    records: Sequence[Native]
    key: Callable[[Native], str]
    tell: Callable[[Native], object]

    def __len__(self) -> int:
        return len(self.records)

    def told(self) -> Iterator[object]:
        """Tell each record in the provider's shape."""
        return (self.tell(each) for each in self.records)
