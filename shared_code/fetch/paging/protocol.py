"""The words that every strategy speaks: cursor, ask, answer, and the three verbs on them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from shared_code.errors import Abort

Cursor = Mapping[str, Any]
"""A JSON object that only its strategy reads."""

START: Cursor = {}


class Stuck(Abort):
    """The provider's list cannot be read to its end: it leads in a circle, or contradicts itself.

    The data types in question end in `FetchError`; what was published stays.
    """


class Stale(Abort):
    """The provider no longer knows the cursor: the pass begins again, from the beginning.

    A connector's `fault` says so, such as for a sync token that has expired.
    """


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to a provider, relative to the resource.

    A body makes it a POST: text goes as it is, anything else as JSON. `url` takes the place of the
    resource's own address and parameters; it is followed on the resource's host alone.
    """

    params: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | str | None = None
    url: str | None = None


class Key(NamedTuple):
    """What places a record in a pass: its id and when the provider last changed it."""

    id: str
    modified: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page tells its strategy.

    `next` is the token or link that the body gives, `more` its flag, `total` how many records the
    request has. `rows` counts the page's rows where not all of them are records.
    """

    keys: Sequence[Key]
    next: str | None = None
    more: bool | None = None
    total: int | None = None
    rows: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def count(self) -> int:
        """How many rows the page has."""
        return len(self.keys) if self.rows is None else self.rows


class Paging(Protocol):
    """Three verbs: what to ask, where that leaves us, and where the next pass starts."""

    def ask(self, cursor: Cursor) -> Ask:
        """The request for the cursor's next page."""
        ...

    def advance(self, cursor: Cursor, answer: Answer) -> Cursor:
        """The cursor after a page; `done` is true at the end. `Stuck` if it leads nowhere."""
        ...

    def merge(self, cursors: Sequence[Cursor], now: datetime) -> Cursor:
        """Where a pass that begins `now` starts: at the earliest of its types' durable cursors."""
        ...
