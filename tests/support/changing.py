"""A provider's list that changes while it is read, and the shapes in which providers page it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from shared_code.fetch.paging import START, Answer, Ask, Key, Paging, follow

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 1, tzinfo=UTC)

Order = Literal["id", "newest id first", "oldest change first", "newest change first"]

_SORTED: dict[str, Callable[[Key], tuple[datetime, int]]] = {
    "id": lambda key: (BEGIN, int(key.id)),
    "newest id first": lambda key: (BEGIN, -int(key.id)),
    "oldest change first": lambda key: (_modified(key), int(key.id)),
    "newest change first": lambda key: (BEGIN + (NOW - _modified(key)), int(key.id)),
}


@dataclass
class Ledger:
    """Records by id; `always` are those that were never taken away."""

    order: Order
    rows: dict[str, datetime]
    now: datetime = BEGIN + timedelta(days=1)
    left: int = 40
    versions: dict[str, int] = field(default_factory=dict)
    always: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.always = set(self.rows)
        for name in self.rows:
            self._count(name)

    def listed(self) -> list[Key]:
        keys = [Key(name, modified) for name, modified in self.rows.items()]
        return sorted(keys, key=_SORTED[self.order])

    def edit(self, name: str) -> None:
        self.now += timedelta(seconds=1)
        self.rows[name] = self.now
        self._count(name)

    def insert(self) -> None:
        self.edit(str(max(map(int, self.versions), default=-1) + 1))

    def delete(self, name: str) -> None:
        del self.rows[name]
        self.always.discard(name)

    def change(self, random: Random, most: int) -> None:
        """Do up to `most` things at random; there is an end to it."""
        for _ in range(min(self.left, random.randint(0, most))):
            self.left -= 1
            names = sorted(self.rows)
            match random.choice(["edit", "insert", "delete"]):
                case "edit" if names:
                    self.edit(random.choice(names))
                case "delete" if names:
                    self.delete(random.choice(names))
                case _:
                    self.insert()

    def _count(self, name: str) -> None:
        self.versions[name] = max(self.versions.values(), default=0) + 1


Serve = Callable[[Ledger, Ask], Answer]


def by_count(ledger: Ledger, ask: Ask) -> Answer:
    """Page number and size."""
    size = int(ask.params["size"])
    return _slice(ledger, (int(ask.params["page"]) - 1) * size, size)


def by_offset(ledger: Ledger, ask: Ask) -> Answer:
    return _slice(ledger, int(ask.params["offset"]), int(ask.params["size"]))


def by_id(ledger: Ledger, ask: Ask) -> Answer:
    """What comes after an id, in the list's own direction; the flag says whether there is more."""
    rows, after = ledger.listed(), ask.params.get("after")
    if after is not None:
        step = -1 if ledger.order == "newest id first" else 1
        rows = [key for key in rows if step * int(key.id) > step * int(after)]
    size = int(ask.params["size"])
    return Answer(rows[:size], more=len(rows) > size)


def by_counting_token(ledger: Ledger, ask: Ask) -> Answer:
    """An opaque token behind which an offset hides."""
    return _slice(ledger, int(ask.params.get("after", "0")), int(ask.params["size"]))


def by_counting_link(ledger: Ledger, ask: Ask) -> Answer:
    """A next link in a header, behind which an offset hides."""
    query = parse_qs(urlsplit(ask.url).query) if ask.url else {}
    size = int(query.get("size", [ask.params.get("size", "")])[0])
    page = _slice(ledger, int(query.get("offset", ["0"])[0]), size)
    link = f'<https://shop.example/list?size={size}&offset={page.next}>; rel="next"'
    return Answer(page.keys, headers={"Link": link} if page.next else {})


def by_version(ledger: Ledger, ask: Ask) -> Answer:
    """A feed of changes by row version."""
    after, size = int(ask.params.get("after", "0")), int(ask.params["size"])
    rows = sorted((ledger.versions[name], name) for name in ledger.rows)
    found = [(version, name) for version, name in rows if version > after][:size]
    last = str(found[-1][0]) if found else None
    return Answer([Key(name, ledger.rows[name]) for _, name in found], next=last)


def read(paging: Paging, serve: Serve, ledger: Ledger, change: Callable[[], None]) -> set[str]:
    """Read to the end as a sync does, with a change before every page but the first."""
    seen, cursor = set[str](), paging.merge([START], NOW)
    for _ in range(2_000):
        answer = serve(ledger, paging.ask(cursor))
        seen |= {key.id for key in answer.keys}
        cursor = follow(paging, cursor, answer)
        if cursor.get("done"):
            return seen
        change()
    raise AssertionError("the pass does not end")


def _slice(ledger: Ledger, offset: int, size: int) -> Answer:
    rows = ledger.listed()
    end = offset + size
    return Answer(
        rows[offset:end],
        next=str(end) if end < len(rows) else None,
        more=end < len(rows),
        total=len(rows),
    )


def _modified(key: Key) -> datetime:
    assert key.modified is not None
    return key.modified
